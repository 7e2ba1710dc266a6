use super::{Memory, Pace, Time};
use ae_choice::Range;

ae_choice::choice! {
    /// Multiplied by `gamma` after every epoch.
    pub struct Exponential = "exponential", "multiplied by gamma after every epoch" {
        /// Factor an epoch.
        gamma: "gamma" = 0.95, in Range::open_closed(0.0, 1.0), "factor an epoch";
    }
}

impl Pace for Exponential {
    fn factor(&self, time: Time, _memory: &Memory) -> f64 {
        f64::from(self.gamma).powf(time.now.floor())
    }
}
