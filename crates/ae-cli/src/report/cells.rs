//! How a judged row and an explained cell are worded, in the terminal and in the report.

use crate::report::number::{percent, significant};
use ae_data::Kind;
use ae_model::Judged;
use ae_model::explain::{Column, Confidence, Suspicion};

/// "score 14.2, p 0.0005, an anomaly".
pub fn judgement(judged: &Judged) -> String {
    let (score, p_value) = (significant(judged.score), significant(judged.p_value));
    let what = match judged.anomaly {
        true => "an anomaly",
        false => "ordinary",
    };
    format!("score {score}, p {p_value}, {what}")
}

/// How sure an expectation is: "7.95 to 12.3", or "97 %; fir 1 %" of what is expected and of
/// what is there.
pub fn confidence(cell: &Suspicion, column: &Column) -> String {
    match cell.confidence {
        Confidence::Interval([low, high]) => {
            let [low, high] = [low, high].map(|end| column.number(end));
            match column.kind {
                Kind::Number(format) if format.whole => {
                    format!("{:.0} to {:.0}", low.floor(), high.ceil())
                }
                _ => format!("{} to {}", significant(low), significant(high)),
            }
        }
        Confidence::Probability([expected, own]) => {
            let (expected, own) = (percent(expected.into()), percent(own.into()));
            format!("{expected}; {} {own}", cell.text(column))
        }
        Confidence::Unknown => String::new(),
    }
}
