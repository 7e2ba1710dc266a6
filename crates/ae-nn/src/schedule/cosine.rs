use super::{Memory, Pace, Time, ramp};
use ae_choice::Range;
use std::f64::consts::PI;

ae_choice::choice! {
    /// Falls from 1 to `floor` along half a cosine (Loshchilov & Hutter 2017, one period),
    /// after a linear rise over `warmup` epochs.
    pub struct Cosine = "cosine", "half a cosine from 1 to the floor" {
        /// Epochs of linear rise at the start.
        warmup: "warmup" = 0.0, in Range::at_least(0.0), "epochs of linear rise at the start";
        /// The factor at the end.
        floor: "floor" = 0.0, in Range::closed(0.0, 1.0), "factor at the end";
    }
}

impl Pace for Cosine {
    fn depends_on_the_end(&self) -> bool {
        true
    }

    fn factor(&self, time: Time, _memory: &Memory) -> f64 {
        let floor = f64::from(self.floor);
        let fall = floor + (1.0 - floor) * 0.5 * (1.0 + (PI * time.share()).cos());
        fall * ramp(time, f64::from(self.warmup))
    }
}
