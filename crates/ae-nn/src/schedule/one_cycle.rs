use super::{Memory, Pace, Time};
use ae_choice::Range;
use std::f64::consts::PI;

ae_choice::choice! {
    /// Rises from 1/`start` to 1 over the first part of training and falls to nearly 0 over
    /// the rest, both along a cosine (Smith & Topin 2018; PyTorch's defaults).
    pub struct OneCycle = "one-cycle", "up to the learning rate, then down to nearly 0" {
        /// Share of training spent rising.
        rise: "rise" = 0.3, in Range::open(0.0, 1.0), "share of training spent rising";
        /// The learning rate over the one it starts at.
        start: "start" = 25.0, in Range::at_least(1.0), "learning rate over the first one";
        /// The first learning rate over the last one.
        end: "end" = 1e4, in Range::at_least(1.0), "first learning rate over the last one";
    }
}

impl Pace for OneCycle {
    fn depends_on_the_end(&self) -> bool {
        true
    }

    fn factor(&self, time: Time, _memory: &Memory) -> f64 {
        let rise = f64::from(self.rise);
        let first = 1.0 / f64::from(self.start);
        let last = first / f64::from(self.end);
        let share = time.share();
        if share < rise {
            between(first, 1.0, share / rise)
        } else {
            between(1.0, last, (share - rise) / (1.0 - rise))
        }
    }
}

/// From `a` to `b` along half a cosine.
fn between(a: f64, b: f64, share: f64) -> f64 {
    b + (a - b) * 0.5 * (1.0 + (PI * share).cos())
}
