//! Time series in a table: trained on in windows, scored step by step.

use crate::harness::Place;
use std::fmt::Write as _;

/// Where the second file is odd: vibration falls where load rises.
const ODD: std::ops::Range<usize> = 300..340;

/// Readings of two machines, ten seconds apart, with a break of hours in the middle; in turn,
/// as they come from a plant. `odd`: whether machine b goes wrong, and its rows are labelled.
fn plant(steps: usize, odd: bool) -> String {
    let mut text = String::from("machine,ts,load,temperature,vibration,state\n");
    let mut state = 12_345_u64;
    let mut noise = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 40) as f64 / (1u64 << 24) as f64 - 0.5
    };
    for step in 0..steps {
        let seconds = 10 * step + if step >= steps / 2 { 7200 } else { 0 };
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        for (at, machine) in ["a", "b"].into_iter().enumerate() {
            let phase = step as f64 / 9.0 + at as f64;
            let load = phase.sin() + 0.1 * noise();
            let temperature = 40.0 + 5.0 * (phase - 0.8).sin() + 0.3 * noise();
            let is_odd = odd && machine == "b" && ODD.contains(&step);
            let sign = if is_odd { -1.0 } else { 1.0 };
            let vibration = 1.0 + sign * 0.4 * load + 0.05 * noise();
            let label = if is_odd { "bad" } else { "good" };
            let _ = writeln!(
                text,
                "{machine},2024-03-{:02}T{:02}:{minute:02}:{second:02},{load:.4},\
                 {temperature:.3},{vibration:.4},{label}",
                1 + hour / 24,
                hour % 24,
            );
        }
    }
    text
}

const TRAIN: &str = "train plant.csv --anomalies --window 16 --time ts --group machine \
                     --label state --hidden 32 --latent 8 --threshold fpr:rate=0.01";

fn trained() -> Place {
    let place = Place::new();
    place.write("plant.csv", plant(1200, false));
    place.write("new.csv", plant(600, true));
    place
        .run(&format!("{TRAIN} --epochs 8 --no-report --out a"))
        .ok()
        .says(&[
            "2 gaps in time",
            "training windows of 48 numbers",
            "windows/s",
        ]);
    place
}

#[test]
fn an_odd_stretch_is_found_step_by_step() {
    let place = trained();
    let run = place
        .run("score a/model.safetensors new.csv --label state")
        .ok();
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 1 + 1200, "as many rows as in the file");
    assert_eq!(lines[0], "machine,ts,score,p_value,anomaly");
    assert!(
        lines[1].starts_with("a,2024-03-01T00:00:00,"),
        "{}",
        lines[1]
    );
    let score = |step: usize, machine: usize| -> f64 {
        let line = lines[1 + 2 * step + machine];
        line.split(',').nth(2).unwrap().parse().unwrap()
    };
    let mean = |steps: std::ops::Range<usize>, machine| {
        let count = steps.len() as f64;
        steps.map(|step| score(step, machine)).sum::<f64>() / count
    };
    let odd = mean(310..330, 1);
    assert!(odd > mean(310..330, 0) + 2.0, "{odd}");
    assert!(odd > mean(100..200, 1) + 2.0, "{odd}");
    // Row by row, without point adjustment.
    let said = |name: &str| -> f64 {
        let line = run
            .stderr
            .lines()
            .find(|line| line.starts_with(name))
            .unwrap();
        let rest = line[name.len()..].trim_start();
        rest.split_whitespace().next().unwrap().parse().unwrap()
    };
    assert!(said("AUROC") > 0.97, "{}", run.stderr);
    assert!(said("average precision") > 0.7, "{}", run.stderr);
    let said = "40 of 1200 rows, labelled `bad`";
    assert!(run.stderr.contains(said), "{}", run.stderr);

    // The order of a file's lines changes no step's score.
    let new = plant(600, true);
    let mut shuffled: Vec<&str> = new.lines().skip(1).collect();
    shuffled.rotate_left(777);
    let head = new.lines().next().unwrap();
    place.write("rotated.csv", format!("{head}\n{}\n", shuffled.join("\n")));
    let rotated = place
        .run("score a/model.safetensors rotated.csv")
        .ok()
        .says(&["rows are earlier than the row before them"]);
    let rotated: Vec<&str> = rotated.stdout.lines().skip(1).collect();
    let mut expected = lines[1..].to_vec();
    expected.rotate_left(777);
    assert_eq!(rotated, expected);
}

#[test]
fn an_odd_step_is_explained_in_the_units_of_its_columns() {
    let place = trained();
    let run = place
        .run("explain a/model.safetensors new.csv --json --top 3 --show load")
        .ok();
    let lines: Vec<serde_json::Value> = run
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let oddest = &lines[0];
    let row = oddest["row"].as_u64().unwrap() as usize;
    assert!(
        (row - 1) % 2 == 1 && ODD.contains(&((row - 1) / 2)),
        "{oddest}"
    );
    assert_eq!(oddest["id"]["machine"], "b");
    assert!(
        oddest["id"]["ts"]
            .as_str()
            .unwrap()
            .starts_with("2024-03-01T02:5")
    );
    let stretch = &oddest["stretch"];
    let [first, last] = ["first_row", "last_row"].map(|end| stretch[end].as_u64().unwrap());
    assert!(first <= 2 * 320 && last >= 2 * 320, "{stretch}");
    let cell = &oddest["cells"][0];
    assert_eq!(cell["column"], "vibration");
    // What it would be if it rose with the load again.
    let load = oddest["shown"]["load"].as_f64().unwrap();
    let [value, expected] = ["value", "expected"].map(|what| cell[what].as_f64().unwrap());
    assert!((value - (1.0 - 0.4 * load)).abs() < 0.05, "{oddest}");
    assert!((expected - value).abs() > 0.1, "{oddest}");
    let said = place
        .run("explain a/model.safetensors new.csv --top 1")
        .ok()
        .says(&["time steps are anomalies, in "])
        .stdout;
    assert!(said.contains(" in a row, row "), "{said}");
    // A step can be asked for by its row.
    let asked = place
        .run("explain a/model.safetensors new.csv --json --row 11")
        .ok();
    assert!(asked.stdout.contains("\"row\":11}"), "{}", asked.stdout);
}

#[test]
fn a_step_that_no_window_covers_has_empty_cells() {
    let place = trained();
    let text = plant(40, false);
    // Of machine a, only 10 steps behind the break are left: too few for a window of 16.
    let kept = text
        .lines()
        .enumerate()
        .filter(|(at, line)| !line.starts_with("a,") || (2 * 20..2 * 30).contains(at));
    let kept: Vec<&str> = kept.map(|(_, line)| line).collect();
    place.write("short.csv", kept.join("\n"));
    let run = place
        .run("score a/model.safetensors short.csv")
        .ok()
        .says(&["10 rows stand in stretches of fewer than 16 steps"]);
    let empty = run.stdout.lines().filter(|line| line.ends_with(",,,"));
    assert_eq!(empty.count(), 10);
    assert_eq!(run.stdout.lines().count(), kept.len());
    let json = place.run("score a/model.safetensors short.csv --json").ok();
    for line in json.stdout.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
    assert_eq!(json.stdout.matches("\"score\":null").count(), 10);
    place.write(
        "tiny.csv",
        text.lines().take(9).collect::<Vec<_>>().join("\n"),
    );
    place
        .run("score a/model.safetensors tiny.csv")
        .fails(1, &["windows of 16 steps", "is 4 of 8 rows"]);
}

#[test]
fn the_same_windows_give_the_same_bytes_and_a_resumed_run_too() {
    let place = Place::new();
    place.write("plant.csv", plant(600, false));
    let run = |out: &str, more: &str| {
        place
            .run(&format!("{TRAIN} --no-report --quiet --out {out} {more}"))
            .ok();
        place.bytes(&format!("{out}/model.safetensors"))
    };
    let one = run("one", "--epochs 3 --threads 1");
    assert!(
        run("two", "--epochs 3 --threads 2") == one,
        "at two threads"
    );
    let constant = "--schedule constant";
    let eight = run("eight", &format!("{constant} --epochs 8"));
    run("three", &format!("{constant} --epochs 3"));
    place
        .run("train --resume three --epochs 8 --no-report --quiet")
        .ok();
    assert!(place.bytes("three/model.safetensors") == eight, "resumed");
    place
        .run("train --resume three --window 8 --epochs 9 --no-report")
        .fails(1, &["made with other"]);
}

#[test]
fn the_report_shows_when_the_series_was_odd() {
    let place = trained();
    place
        .run("evaluate a/model.safetensors new.csv --report new.html")
        .ok();
    let page = place.read("new.html");
    for part in [
        "When it was odd",
        "vibration",
        "2024-03-01 ",
        "Most to blame",
        "windows (given)",
    ] {
        assert!(page.contains(part), "{part}");
    }
    let info = place.run("info a/model.safetensors").ok().stdout;
    for part in [
        "16 time steps each, one every 1",
        "orders the rows",
        "tells series apart",
    ] {
        assert!(info.contains(part), "{part}: {info}");
    }
}

#[test]
fn what_windows_cannot_do_is_said() {
    let place = trained();
    for command in ["repair", "impute", "encode", "reconstruct"] {
        place
            .run(&format!("{command} a/model.safetensors new.csv"))
            .fails(1, &["windows of 16 time steps", "hint: `ae score`"]);
    }
    let train = "train plant.csv --epochs 1 --no-report --out b";
    place
        .run(&format!("{train} --time ts"))
        .fails(2, &["--time ts: it orders windows", "--window 64"]);
    place.run(&format!("{train} --window 16 --time tz")).fails(
        1,
        &["no column `tz` to order rows by", "did you mean `ts`?"],
    );
    place
        .run(&format!("{train} --window 16 --stride 17"))
        .fails(1, &["windows of 16 steps, one every 17"]);
    place
        .run(&format!("{train} --stride 2"))
        .fails(1, &["a stride of 2, but no windows"]);
    place
        .run(&format!("{train} --window 500 --time ts --group machine"))
        .fails(1, &["no validation windows", "longest series, 1200 rows"]);
    let text = plant(40, false).replace("machine,ts", "machine,tss");
    place.write("renamed.csv", text);
    place
        .run("score a/model.safetensors renamed.csv")
        .fails(1, &["ts", "did you mean `tss`?"]);
    place
        .run("train strokes:rows=100 --window 4 --epochs 1 --no-report --out c")
        .fails(1, &["windows are cut from the rows of a CSV file"]);
}
