use super::compare::{Compared, Comparison};
use super::duel::Duel;
use super::entries_table;
use crate::bench::spread::Versus;
use crate::bench::table::times;

/// The comparison for people: a table for each workload, then what is missing from them.
pub fn table(comparison: &Comparison) -> String {
    let mut text = format!(
        "{}, {} threads; medians of {} rounds, in turns with ours; how many times as fast ours \
         is: median of the rounds' ratios (least to most)\n",
        comparison.processor, comparison.threads, comparison.rounds
    );
    for workload in &comparison.workloads {
        text += &workload_table(workload);
    }
    text
}

/// The table of one workload.
pub fn workload_table(workload: &Compared) -> String {
    let header = format!(
        "| {} | training, rows/s | ours | times as fast | batches of 4,096, rows/s | ours \
         | times as fast | one row, µs | ours | times as fast | loss | ours |",
        workload.title
    );
    format!("\n{}", entries_table(&header, &workload.peers, row))
}

fn row(name: &str, duel: &Duel) -> String {
    let cells = |versus: &Versus, number: fn(f64) -> String| {
        format!(
            "{} | {} | {}",
            number(versus.other.median),
            number(versus.ours.median),
            times(versus.times_as_fast)
        )
    };
    let thousands = |speed: f64| format!("{:.1} k", speed * 1e-3);
    let microseconds = |time: f64| format!("{time:.1}");
    format!(
        "| {name}: {}, {} threads | {} | {} | {} | {:.4} | {:.4} |",
        duel.version,
        duel.threads,
        cells(&duel.training_rows_per_second, thousands),
        cells(&duel.inference_rows_per_second, thousands),
        cells(&duel.one_row_us, microseconds),
        duel.loss,
        duel.our_loss
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::peers::Entry;
    use crate::bench::peers::compare::Compared;

    #[test]
    fn every_workload_has_a_table() {
        let duel = Duel {
            version: "JAX 1.2".to_owned(),
            threads: 2,
            training_rows_per_second: Versus::of_speeds(&[(400e3, 200e3), (300e3, 100e3)]),
            inference_rows_per_second: Versus::of_speeds(&[(900e3, 600e3)]),
            one_row_us: Versus::of_times(&[(2.0, 40.0)]),
            loss: 0.125,
            our_loss: 0.12,
        };
        let comparison = Comparison {
            processor: "A chip".to_owned(),
            threads: 4,
            rounds: 2,
            workloads: vec![Compared {
                name: "simple",
                title: "simple 784-32-784, batch 256".to_owned(),
                peers: vec![
                    Entry {
                        name: "jax",
                        outcome: anyhow::Ok(duel).into(),
                    },
                    Entry {
                        name: "keras",
                        outcome: Err(anyhow::anyhow!("No module named 'keras'")).into(),
                    },
                ],
            }],
        };
        let text = table(&comparison);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("A chip, 4 threads; medians of 2 rounds"));
        assert!(lines[2].starts_with("| simple 784-32-784, batch 256 | training, rows/s |"));
        assert_eq!(lines[2].matches('|').count(), lines[3].matches('|').count());
        assert_eq!(
            lines[4],
            "| jax: JAX 1.2, 2 threads | 150.0 k | 350.0 k | 2.50 (2.00 to 3.00) \
             | 600.0 k | 900.0 k | 1.50 (1.50 to 1.50) | 40.0 | 2.0 | 20.00 (20.00 to 20.00) \
             | 0.1250 | 0.1200 |"
        );
        assert_eq!(lines[6], "- not measured: keras: No module named 'keras'");
        let json = serde_json::to_value(&comparison).unwrap();
        let peers = &json["workloads"][0]["peers"];
        let ratio = &peers[0]["measured"]["training_rows_per_second"]["times_as_fast"];
        assert_eq!(ratio["median"], 2.5);
        assert_eq!(peers[1]["failed"], "No module named 'keras'");
    }
}
