use ae_tensor::random::{Purpose, Stream};

use crate::DataError;

/// Which rows train, which validate and which test: disjoint, complete and shuffled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Rows to learn from; never empty.
    pub train: Vec<u32>,
    /// Rows to watch while training.
    pub validation: Vec<u32>,
    /// Rows to judge the trained model by.
    pub test: Vec<u32>,
}

impl Split {
    /// Deals `rows` rows out at random, the same way for the same seed. A part that is asked
    /// for (its fraction is above 0) gets the nearest whole number of rows, and at least one.
    ///
    /// # Errors
    /// A fraction outside [0, 1), or no rows left to train on.
    pub fn new(
        rows: usize,
        validation_fraction: f64,
        test_fraction: f64,
        seed: u64,
    ) -> Result<Self, DataError> {
        let validation = share(rows, "validation", validation_fraction)?;
        let test = share(rows, "test", test_fraction)?;
        if validation + test >= rows {
            return Err(DataError::Split {
                rows,
                validation,
                test,
            });
        }
        let count = u32::try_from(rows).map_err(|_| DataError::TooManyRows { rows })?;
        let mut train: Vec<u32> = (0..count).collect();
        Stream::new(seed, Purpose::Split, 0).shuffle(&mut train);
        // Test rows come off first: they stay the same when the validation part changes.
        let test = train.split_off(rows - test);
        let validation = train.split_off(train.len() - validation);
        Ok(Self {
            train,
            validation,
            test,
        })
    }
}

fn share(rows: usize, part: &'static str, fraction: f64) -> Result<usize, DataError> {
    if !(0.0..1.0).contains(&fraction) {
        let found = fraction;
        return Err(DataError::Fraction { part, found });
    }
    let nearest = (rows as f64 * fraction).round() as usize;
    Ok(if fraction > 0.0 { nearest.max(1) } else { 0 })
}
