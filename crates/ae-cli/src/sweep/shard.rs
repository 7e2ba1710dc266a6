//! One part of a sweep that is spread over machines.

use ae_sweep::Trial;
use std::str::FromStr;

/// Every `of`th trial, from number `index` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: usize,
    of: usize,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/');
        let numbers = parts.and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        match numbers {
            Some((index, of)) if index < of => Ok(Self { index, of }),
            _ => Err(format!(
                "expected I/N with I from 0 to N − 1, as 0/8, found `{text}`"
            )),
        }
    }
}

impl Shard {
    /// Its trials. Neighbours in the plan, which often take as long, go to different shards.
    pub fn of(self, trials: Vec<Trial>) -> Vec<Trial> {
        trials
            .into_iter()
            .skip(self.index)
            .step_by(self.of)
            .collect()
    }

    /// The name of its ledger: no two shards write to one, since a cluster's file system may
    /// not know locks.
    pub fn file_name(self) -> String {
        format!("ledger-{}-of-{}.jsonl", self.index, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_counted_from_zero() {
        assert_eq!("2/3".parse(), Ok(Shard { index: 2, of: 3 }));
        for text in ["3/3", "1", "a/b", "-1/2", "0/0"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
