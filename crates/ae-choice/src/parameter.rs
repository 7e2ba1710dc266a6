use std::fmt;

/// A numeric parameter of a choice. Its range is stated here once: the same value checks
/// the input, words the error and prints the help.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    /// The key users write, `lr` in `adam:lr=1e-3`.
    pub key: &'static str,
    /// The value when it isn't given.
    pub default: f64,
    /// What is allowed.
    pub range: Range,
    /// One phrase on what it means, with its unit.
    pub help: &'static str,
}

/// An interval of allowed numbers, perhaps of whole numbers only.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    low: f64,
    low_open: bool,
    high: f64,
    high_open: bool,
    whole: bool,
}

impl Range {
    const fn new(low: f64, low_open: bool, high: f64, high_open: bool) -> Self {
        Self {
            low,
            low_open,
            high,
            high_open,
            whole: false,
        }
    }

    /// `[low, high]`
    pub const fn closed(low: f64, high: f64) -> Self {
        Self::new(low, false, high, false)
    }

    /// `[low, high)`
    pub const fn half_open(low: f64, high: f64) -> Self {
        Self::new(low, false, high, true)
    }

    /// `(low, high]`
    pub const fn open_closed(low: f64, high: f64) -> Self {
        Self::new(low, true, high, false)
    }

    /// `(low, high)`
    pub const fn open(low: f64, high: f64) -> Self {
        Self::new(low, true, high, true)
    }

    /// `[low, inf)`
    pub const fn at_least(low: f64) -> Self {
        Self::half_open(low, f64::INFINITY)
    }

    /// `(low, inf)`
    pub const fn above(low: f64) -> Self {
        Self::open(low, f64::INFINITY)
    }

    /// The same interval, whole numbers only.
    pub const fn whole(mut self) -> Self {
        self.whole = true;
        self
    }

    /// Whether `value` is allowed; NaN never is.
    pub fn contains(&self, value: f64) -> bool {
        let above = if self.low_open {
            value > self.low
        } else {
            value >= self.low
        };
        let below = if self.high_open {
            value < self.high
        } else {
            value <= self.high
        };
        above && below && (!self.whole || value.fract() == 0.0)
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.whole {
            f.write_str("the whole numbers of ")?;
        }
        write!(
            f,
            "{}{}, {}{}",
            if self.low_open { '(' } else { '[' },
            self.low,
            self.high,
            if self.high_open { ')' } else { ']' }
        )
    }
}

/// The `f64` whose shortest decimal is the `f32`'s: 0.1, not 0.10000000149011612.
pub(crate) fn shortest(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::from(value))
}
