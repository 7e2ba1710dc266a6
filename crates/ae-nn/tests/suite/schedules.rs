//! Schedules at their ends, however short the training.

use ae_nn::Schedule;
use ae_nn::schedule::{Memory, Time};

fn times(epochs: u32, batches: u32) -> impl Iterator<Item = Time> {
    (0..epochs * batches).map(move |step| Time {
        now: f64::from(step / batches) + f64::from(step % batches) / f64::from(batches),
        batch: 1.0 / f64::from(batches),
        end: f64::from(epochs),
    })
}

#[test]
fn no_step_is_wasted_and_none_is_too_large() {
    let names = Schedule::CATALOGUE.iter().map(|entry| entry.name);
    let edges = [
        "warm-up:0",
        "warm-up:100",
        "cosine:warmup=0.5",
        "one-cycle:start=1,end=1",
    ];
    for name in names.chain(edges) {
        let schedule: Schedule = name.parse().unwrap();
        for (epochs, batches) in [(1, 1), (1, 3), (2, 1), (3, 7), (40, 2)] {
            for time in times(epochs, batches) {
                let factor = schedule.factor(time, &Memory::default());
                assert!(
                    factor > 0.0 && factor <= 1.0,
                    "{name}: {factor} at {time:?}"
                );
            }
        }
    }
}

#[test]
fn ends_are_where_they_should_be() {
    let at = |name: &str, now, end| {
        let schedule: Schedule = name.parse().unwrap();
        let batch = 0.25;
        schedule.factor(Time { now, batch, end }, &Memory::default())
    };
    for (name, now, expected) in [
        ("cosine", 0.0, 1.0),
        ("cosine:floor=0.25", 8.0, 0.25),
        ("cosine:warmup=1", 0.0, 0.25),
        ("one-cycle", 0.0, 1.0 / 25.0),
        ("one-cycle:rise=0.5", 4.0, 1.0),
        ("one-cycle", 8.0, 1.0 / 25.0 / 1e4),
        ("step:every=2,gamma=0.5", 1.75, 1.0),
        ("step:every=2,gamma=0.5", 2.0, 0.5),
        ("exponential:0.5", 0.75, 1.0),
        ("exponential:0.5", 1.0, 0.5),
        ("warm-up:2", 0.0, 0.125),
        ("warm-up:2", 1.75, 1.0),
        ("warm-up:0", 0.0, 1.0),
        ("constant", 8.0, 1.0),
    ] {
        let found = at(name, now, 8.0);
        assert!((found - expected).abs() < 1e-9, "{name} at {now}: {found}");
    }
}

#[test]
fn those_that_depend_on_the_end_say_so() {
    for (name, depends) in [
        ("constant", false),
        ("step", false),
        ("exponential", false),
        ("warm-up", false),
        ("plateau", false),
        ("cosine", true),
        ("cosine:warmup=3", true),
        ("one-cycle", true),
    ] {
        let schedule: Schedule = name.parse().unwrap();
        assert_eq!(schedule.depends_on_the_end(), depends, "{name}");
    }
}
