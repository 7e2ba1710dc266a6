//! Scores, p-values and flags, through the program.

use crate::harness::Place;
use std::fmt::Write as _;

/// Points of a parabola, and every 50th far above it but within both columns.
fn labelled(rows: usize) -> String {
    let mut text = String::from("x,y,state\n");
    for row in 0..rows {
        let x = (row as f32 * 0.731).rem_euclid(4.0) - 2.0;
        let odd = row % 50 == 7;
        let y = if odd { 4.0 - x * x } else { x * x };
        let state = if odd { "broken" } else { "fine" };
        let _ = writeln!(text, "{x},{y},{state}");
    }
    text
}

fn trained(threshold: &str) -> Place {
    let place = Place::new();
    place.write("rows.csv", labelled(1500));
    let threshold = format!("--threshold {threshold}");
    place
        .run(&format!(
            "train rows.csv --anomalies --exclude state --no-report --quiet --out a {threshold}"
        ))
        .ok();
    place
}

#[test]
fn rows_that_do_not_belong_are_flagged_and_the_ranking_is_judged_by_labels() {
    let place = trained("fpr:rate=0.04");
    let judged = place
        .run("score a/model.safetensors rows.csv --label state -o scores.csv")
        .ok()
        .stdout;
    assert!(
        judged.starts_with("anomalies           30 of 1500 rows, labelled `broken`"),
        "{judged}"
    );
    let auroc = judged
        .lines()
        .nth(1)
        .unwrap()
        .split_whitespace()
        .nth(1)
        .unwrap();
    assert!(auroc.parse::<f64>().unwrap() > 0.9, "{judged}");

    let scores = place.read("scores.csv");
    let mut lines = scores.lines();
    assert_eq!(lines.next(), Some("row,score,p_value,anomaly"));
    let lines: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    assert_eq!(lines.len(), 1500);
    assert_eq!((lines[0][0], lines[1499][0]), ("1", "1500"));
    for line in &lines {
        let p_value: f64 = line[2].parse().unwrap();
        assert_eq!(line[3] == "true", p_value <= 0.04, "{line:?}");
    }
    let info = place.run("info a/model.safetensors").ok();
    assert!(
        info.stdout.contains("fpr:rate=0.04 on 150 held-out rows"),
        "{}",
        info.stdout
    );

    let json = place
        .run("score a/model.safetensors rows.csv --exclude state --json")
        .ok()
        .stdout;
    let first: serde_json::Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
    assert_eq!(first["row"], 1);
    assert_eq!(first["score"].to_string(), lines[0][1]);
    assert_eq!(json.lines().count(), 1500);
    place
        .run("score a/model.safetensors rows.csv --exclude state -o scores.npy")
        .ok();
    assert!(place.bytes("scores.npy").starts_with(b"\x93NUMPY"));
}

#[test]
fn what_cannot_be_judged_says_why() {
    let place = trained("auto");
    let score = "score a/model.safetensors";
    let fine: String = labelled(100)
        .lines()
        .filter(|line| !line.contains("broken"))
        .fold(String::new(), |text, line| text + line + "\n");
    place.write("fine.csv", &fine);
    let run = place
        .run(&format!("{score} fine.csv --label state -o s.csv"))
        .ok();
    assert!(
        run.stdout.contains("AUROC n/a: 1 classes (fine)"),
        "{}",
        run.stdout
    );
    let run = place
        .run(&format!(
            "{score} fine.csv --label state --outlier fine -o s.csv"
        ))
        .ok();
    assert!(
        run.stdout
            .contains("AUROC n/a: every row is an anomaly (label `fine`)"),
        "{}",
        run.stdout
    );
    place
        .run(&format!("{score} rows.csv --label state --outlier borken"))
        .fails(
            2,
            &["no row is labelled `borken`", "did you mean `broken`?"],
        );
    place
        .run(&format!(
            "{score} rows.csv --exclude state --outlier broken"
        ))
        .fails(2, &["the rows have no labels", "--label"]);
    place
        .run("train rows.csv --exclude state --threshold fpr:rate=0.001 --epochs 1 --out b")
        .fails(1, &["needs at least 999 held-out rows, there are 150"]);
}

/// What belongs together, with a name, a colour and holes; every 100th row is of the other
/// colour.
fn mixed(rows: usize) -> String {
    let mut text = String::from("key,x,y,colour,state\n");
    for row in 0..rows {
        let x = (row as f32 * 0.731).rem_euclid(4.0) - 2.0;
        let odd = row % 100 == 7;
        let colour = if (x > 0.0) == odd { "red" } else { "blue" };
        let y = match row % 10 {
            3 => String::new(),
            _ => format!("{}", 2.0 * x),
        };
        let state = if odd { "broken" } else { "fine" };
        let _ = writeln!(text, "k{row:05},{x},{y},{colour},{state}");
    }
    text
}

#[test]
fn tables_of_several_blocks_are_judged_as_one() {
    let place = Place::new();
    place.write("small.csv", mixed(3000));
    place.write("large.csv", mixed(20_000));
    place
        .run("train small.csv --anomalies --id key --label state --no-report --quiet --out a")
        .ok();
    let judged = place
        .run("score a/model.safetensors large.csv -o scores.csv")
        .ok()
        .stdout;
    assert!(
        judged.starts_with("anomalies           200 of 20000 rows, labelled `broken`"),
        "{judged}"
    );
    let auroc = judged.lines().nth(1).unwrap().split_whitespace().nth(1);
    assert!(auroc.unwrap().parse::<f64>().unwrap() > 0.85, "{judged}");
    let scores = place.read("scores.csv");
    let lines: Vec<&str> = scores.lines().collect();
    assert_eq!(lines[0], "key,score,p_value,anomaly");
    assert_eq!(lines.len(), 20_001);
    assert!(lines[20_000].starts_with("k19999,"), "{}", lines[20_000]);
    // None of the 2000 rows that lack a cell is odd for it.
    let flagged = |row: &usize| lines[row + 1].ends_with(",true");
    assert_eq!((3..20_000).step_by(10).filter(flagged).count(), 0);
    assert!((7..20_000).step_by(100).filter(flagged).count() > 0);

    let json = place
        .run("score a/model.safetensors large.csv --json --quiet")
        .ok()
        .stdout;
    let last: serde_json::Value = serde_json::from_str(json.lines().last().unwrap()).unwrap();
    assert_eq!(last["key"], "k19999");
    assert!(last["anomaly"].is_boolean() && last["p_value"].is_number());
    // Without a name, rows are numbered, from block to block.
    let nameless: String = mixed(20_000).lines().fold(String::new(), |text, line| {
        text + &line[line.find(',').unwrap() + 1..] + "\n"
    });
    place.write("nameless.csv", nameless);
    let numbered = place
        .run("score a/model.safetensors nameless.csv --quiet")
        .ok()
        .stdout;
    assert!(
        numbered.starts_with("row,score,p_value,anomaly\n1,"),
        "{numbered:.80}"
    );
    assert!(numbered.lines().last().unwrap().starts_with("20000,"));
    // A class that no row has is an error, and no file is left of it.
    place
        .run("score a/model.safetensors large.csv --outlier lost -o lost.csv")
        .fails(2, &["no row is labelled `lost`"]);
    assert!(!place.path("lost.csv").exists());
}

#[test]
fn options_that_say_nothing_about_a_table_are_named_and_those_of_images_refused() {
    let place = Place::new();
    place.write("small.csv", mixed(200));
    place
        .run("train small.csv --no-report --epochs 1 --out a --member x")
        .ok()
        .says(&["`member` says nothing about CSV: ignored"]);
    for command in ["score", "encode", "reconstruct", "evaluate"] {
        place
            .run(&format!(
                "{command} a/model.safetensors small.csv --member x"
            ))
            .ok()
            .says(&["`member` says nothing about CSV: ignored"]);
        place
            .run(&format!("{command} a/model.safetensors small.csv --invert"))
            .fails(1, &["invert"]);
    }
    place
        .run("train small.csv --quote “ --out b")
        .fails(2, &["one ASCII character"]);
}
