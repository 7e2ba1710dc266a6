use super::{Memory, Pace, Time, ramp};
use ae_choice::Range;

ae_choice::choice! {
    /// Rises linearly over the first epochs, then stays at 1.
    pub struct WarmUp = "warm-up", "a linear rise, then constant" {
        /// Epochs of rise.
        epochs: "epochs" = 1.0, in Range::at_least(0.0), "epochs of rise";
    }
}

impl Pace for WarmUp {
    fn factor(&self, time: Time, _memory: &Memory) -> f64 {
        ramp(time, f64::from(self.epochs))
    }
}
