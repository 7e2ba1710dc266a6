use std::f64::consts::TAU;

use serde::{Deserialize, Serialize};

use crate::table::{SECONDS_OF_A_DAY, civil_from_days};

/// A date-time as the parts of it that vary over the training rows: the time as a number, and
/// month, weekday and time of day as angles (sine and cosine), so that December is next to
/// January.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    /// Mean and standard deviation in days.
    shift: f64,
    scale: f64,
    /// The time of day, where it is always the same.
    second: f32,
    linear: bool,
    month: bool,
    weekday: bool,
    hour: bool,
}

/// A span of days from which months can say more than the time itself.
const MONTHS: f64 = 60.0;

impl Moments {
    /// From the day and second of each training row that has them.
    pub(super) fn fit(moments: &[[f32; 2]]) -> Self {
        let days = moments.iter().map(|&[day, second]| in_days(day, second));
        let count = moments.len().max(1) as f64;
        let mean = days.clone().sum::<f64>() / count;
        let squares = days.clone().map(|day| (day - mean) * (day - mean));
        let deviation = (squares.sum::<f64>() / count).sqrt();
        let low = days.clone().fold(f64::INFINITY, f64::min);
        let high = days.fold(f64::NEG_INFINITY, f64::max);
        let differs = |of: fn(f32) -> i64| {
            let mut all = moments.iter().map(|moment| of(moment[0]));
            let first = all.next();
            all.any(|part| Some(part) != first)
        };
        let hour = moments.iter().any(|moment| moment[1] != moments[0][1]);
        // Times of day alone are all on day 0: the angle says it all.
        let dated = moments.iter().any(|moment| moment[0] != moments[0][0]);
        Self {
            shift: mean,
            scale: if deviation > 0.0 { deviation } else { 1.0 },
            second: moments.first().map_or(0.0, |moment| moment[1]),
            linear: dated || !hour,
            month: high - low >= MONTHS && differs(month),
            weekday: dated && differs(weekday),
            hour,
        }
    }

    pub(super) fn width(self) -> usize {
        let angles = usize::from(self.month) + usize::from(self.weekday) + usize::from(self.hour);
        usize::from(self.linear) + 2 * angles
    }

    pub(super) fn names(self) -> Vec<String> {
        let mut names = Vec::new();
        if self.linear {
            names.push("time".to_owned());
        }
        for (there, part) in [
            (self.month, "month"),
            (self.weekday, "weekday"),
            (self.hour, "hour"),
        ] {
            if there {
                names.extend(["sine", "cosine"].map(|side| format!("{part}, {side}")));
            }
        }
        names
    }

    pub(super) fn encode(self, [day, second]: [f32; 2], out: &mut [f32]) {
        if day.is_nan() {
            out.fill(0.0);
            return;
        }
        let mut next = out.iter_mut();
        let mut put = |value: f64| {
            if let Some(place) = next.next() {
                *place = value as f32;
            }
        };
        if self.linear {
            put((in_days(day, second) - self.shift) / self.scale);
        }
        for (there, turns) in [
            (self.month, month(day) as f64 / 12.0),
            (self.weekday, weekday(day) as f64 / 7.0),
            (self.hour, f64::from(second) / SECONDS_OF_A_DAY),
        ] {
            if there {
                put((TAU * turns).sin());
                put((TAU * turns).cos());
            }
        }
    }

    /// The day from the time, the time of day from its angle where there is one.
    pub(super) fn decode(self, features: &[f32]) -> [f32; 2] {
        let days = match self.linear {
            true => f64::from(features[0]) * self.scale + self.shift,
            false => self.shift,
        };
        if self.hour {
            let [sine, cosine] = [self.width() - 2, self.width() - 1].map(|i| features[i]);
            let turn = f64::from(sine).atan2(f64::from(cosine)).rem_euclid(TAU) / TAU;
            // The day on which this time of day is nearest to the time.
            let day = (days - turn).round();
            return [day as f32, (turn * SECONDS_OF_A_DAY) as f32];
        }
        let day = days - f64::from(self.second) / SECONDS_OF_A_DAY;
        [day.round() as f32, self.second]
    }
}

fn in_days(day: f32, second: f32) -> f64 {
    f64::from(day) + f64::from(second) / SECONDS_OF_A_DAY
}

fn month(day: f32) -> i64 {
    civil_from_days(day as i64).1 - 1
}

/// From Thursday: 1970 began with one.
fn weekday(day: f32) -> i64 {
    (day as i64).rem_euclid(7)
}
