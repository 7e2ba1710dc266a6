use super::{Memory, Pace, Time};
use ae_choice::Range;

ae_choice::choice! {
    /// Falls by a factor whenever the validation loss hasn't fallen for some epochs.
    pub struct Plateau = "plateau", "falls when the validation loss stands still" {
        /// Factor at each fall.
        gamma: "gamma" = 0.5, in Range::open(0.0, 1.0), "factor at each fall";
        /// Epochs without a lower loss before it falls.
        patience: "patience" = 5.0, in Range::at_least(1.0).whole(), "epochs to wait";
        /// Relative improvement that counts.
        tolerance: "tolerance" = 1e-4, in Range::half_open(0.0, 1.0), "improvement that counts";
    }
}

impl Pace for Plateau {
    fn factor(&self, _time: Time, memory: &Memory) -> f64 {
        memory.factor
    }

    fn after_epoch(&self, loss: f64, memory: &mut Memory) {
        let better = match memory.best {
            Some(best) => loss < best - f64::from(self.tolerance) * best.abs(),
            None => true,
        };
        if better {
            memory.best = Some(loss);
            memory.waited = 0;
            return;
        }
        memory.waited += 1;
        if memory.waited >= self.patience as u32 {
            memory.factor *= f64::from(self.gamma);
            memory.waited = 0;
        }
    }
}
