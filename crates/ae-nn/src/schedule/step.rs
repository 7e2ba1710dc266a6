use super::{Memory, Pace, Time};
use ae_choice::Range;

ae_choice::choice! {
    /// Multiplied by `gamma` every few epochs.
    pub struct Step = "step", "multiplied by gamma every few epochs" {
        /// Epochs between two falls.
        every: "every" = 10.0, in Range::at_least(1.0).whole(), "epochs between two falls";
        /// Factor at each.
        gamma: "gamma" = 0.5, in Range::open_closed(0.0, 1.0), "factor at each";
    }
}

impl Pace for Step {
    fn factor(&self, time: Time, _memory: &Memory) -> f64 {
        f64::from(self.gamma).powf((time.now / f64::from(self.every)).floor())
    }
}
