//! How speed changes while one size of a workload doubles: a cliff shows where a kernel or a
//! way to share the work stops to fit.

use std::fmt::Write as _;

use ae_model::Part;
use anyhow::{Context, Result};
use serde::Serialize;

use super::measure::LEAST;
use super::peak::Peak;
use super::training::{Training, Until, WARM_UP};
use super::workload::{Workload, workloads};

/// Everything that was measured.
#[derive(Debug, Serialize)]
pub struct Growth {
    processor: String,
    threads: usize,
    peak: Peak,
    series: Vec<Series>,
}

/// One size that doubles, everything else the same.
#[derive(Debug, Serialize)]
struct Series {
    name: &'static str,
    lines: Vec<Line>,
}

#[derive(Debug, PartialEq, Serialize)]
struct Line {
    value: usize,
    rows_per_second: f64,
    gflops: f64,
    /// Beside the line above.
    factor: Option<Factor>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct Factor {
    rows_per_second: f64,
    gflops: f64,
    /// Whether the processor does less than half as much as in the line above.
    is_cliff: bool,
}

type Change = fn(Workload, usize) -> Workload;

/// Measures every series.
pub fn measure(repeat: u32) -> Result<Growth> {
    let [simple, deep, ..] = workloads();
    let series: [(&'static str, &Workload, &[usize], Change); 4] = [
        (
            "width of the code: 784-WIDTH-784, batch 256",
            &simple,
            &[16, 32, 64, 128, 256, 512, 1024, 2048],
            |workload, latent| Workload { latent, ..workload },
        ),
        (
            "layers of the encoder: 784-128-…-128-784, batch 256",
            &simple,
            &[1, 2, 4, 8],
            |workload, layers| Workload {
                hidden: vec![128; layers - 1],
                latent: 128,
                ..workload
            },
        ),
        (
            "batch of the deep workload: 784-128-64-32-64-128-784",
            &deep,
            &[8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096],
            |workload, batch| Workload { batch, ..workload },
        ),
        (
            "rows of the deep workload, batch 256",
            &deep,
            &[7_500, 15_000, 30_000, 60_000],
            |workload, rows| Workload { rows, ..workload },
        ),
    ];
    let series = series.into_iter().map(|(name, workload, values, change)| {
        eprintln!("{name} …");
        let workloads = values.iter().map(|&value| change(workload.clone(), value));
        let workloads: Vec<Workload> = workloads.collect();
        let mut fastest = vec![0.0f64; workloads.len()];
        // In turns, and the fastest of each: what others do on the machine for a while must
        // not look like a cliff.
        for _ in 0..repeat {
            for (fastest, workload) in fastest.iter_mut().zip(&workloads) {
                *fastest = fastest.max(speed(workload)?);
            }
        }
        let measured = values.iter().zip(&workloads).zip(fastest);
        let measured = measured.map(|((&value, workload), speed)| {
            Ok((value, speed, speed * workload.training_flop()? * 1e-9))
        });
        Ok(Series {
            name,
            lines: lines(&measured.collect::<Result<Vec<_>>>()?),
        })
    });
    Ok(Growth {
        series: series.collect::<Result<_>>()?,
        processor: super::processor(),
        threads: ae_tensor::parallel::threads(),
        peak: super::peak::measure(),
    })
}

/// Rows trained on a second, once warm.
fn speed(workload: &Workload) -> Result<f64> {
    let (parts, plan) = workload.open()?;
    let rows = plan.rows(&parts, Part::Train).context("no rows")?;
    let mut trained = plan.initial.clone();
    let mut training = Training::new(&mut trained, &plan.training, &rows)?;
    training.run(WARM_UP)?;
    Ok(training.run(Until::Time(LEAST))?.rows_per_second)
}

/// From values, rows a second and GFLOP/s.
fn lines(measured: &[(usize, f64, f64)]) -> Vec<Line> {
    let line = |index: usize, &(value, rows_per_second, gflops): &(usize, f64, f64)| Line {
        value,
        rows_per_second,
        gflops,
        factor: index.checked_sub(1).map(|above| Factor {
            rows_per_second: rows_per_second / measured[above].1,
            gflops: gflops / measured[above].2,
            is_cliff: gflops < measured[above].2 / 2.0,
        }),
    };
    let indexed = measured.iter().enumerate();
    indexed
        .map(|(index, measured)| line(index, measured))
        .collect()
}

/// For people.
pub fn table(growth: &Growth) -> String {
    let mut text = format!(
        "{}, {} threads; multiply-adds alone: {:.0} GFLOP/s; factors are those to the line \
         above\n",
        growth.processor, growth.threads, growth.peak.all_cores
    );
    for series in &growth.series {
        text += &series_table(series, growth.peak);
    }
    text
}

fn series_table(series: &Series, peak: Peak) -> String {
    let mut text = format!(
        "\n| {} | training, rows/s | factor | GFLOP/s | factor | of peak | |\n{}\n",
        series.name,
        "|---".repeat(7) + "|"
    );
    for line in &series.lines {
        let factor = |of: fn(Factor) -> f64| {
            let factor = line.factor.map(of);
            factor.map_or(String::new(), |factor| format!("{factor:.2}"))
        };
        let is_cliff = line.factor.is_some_and(|factor| factor.is_cliff);
        let _ = writeln!(
            text,
            "| {} | {:.1} k | {} | {:.0} | {} | {:.0} % | {} |",
            line.value,
            line.rows_per_second * 1e-3,
            factor(|factor| factor.rows_per_second),
            line.gflops,
            factor(|factor| factor.gflops),
            100.0 * line.gflops / peak.all_cores,
            if is_cliff { "cliff" } else { "" }
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fall_below_half_is_a_cliff() {
        let lines = lines(&[(8, 1000.0, 20.0), (16, 900.0, 36.0), (32, 200.0, 16.0)]);
        assert_eq!(lines[0].factor, None);
        let factors: Vec<_> = lines.iter().filter_map(|line| line.factor).collect();
        assert_eq!((factors[0].gflops, factors[0].is_cliff), (1.8, false));
        assert_eq!(factors[0].rows_per_second, 0.9);
        assert!(factors[1].is_cliff);
        let series = Series {
            name: "width",
            lines,
        };
        let peak = Peak {
            one_core: 40.0,
            all_cores: 80.0,
        };
        let text = series_table(&series, peak);
        let lines: Vec<&str> = text.lines().skip(3).collect();
        let expected = [
            "| 8 | 1.0 k |  | 20 |  | 25 % |  |",
            "| 16 | 0.9 k | 0.90 | 36 | 1.80 | 45 % |  |",
            "| 32 | 0.2 k | 0.22 | 16 | 0.44 | 20 % | cliff |",
        ];
        assert_eq!(lines, expected);
    }
}
