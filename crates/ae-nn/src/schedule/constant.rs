use super::{Memory, Pace, Time};

ae_choice::choice! {
    /// Always 1.
    pub struct Constant = "constant", "the learning rate as it is" {}
}

impl Pace for Constant {
    fn factor(&self, _time: Time, _memory: &Memory) -> f64 {
        1.0
    }
}
