//! What is wrong with data, found before a model is trained on them.

use crate::harness::Place;

/// 400 rows: two measurements, a code that is the label in other words, a copy, a sentinel in some
/// rows, a column that hardly varies and one of holes.
fn spoiled(place: &Place) {
    let mut text = String::from("size,heat,verdict,copy,depth,flag,remark,state\n");
    for row in 0..400u32 {
        let (size, heat) = (row * 37 % 101, row * 53 % 97);
        let bad = row % 25 == 7;
        let depth = if row % 50 == 3 {
            "-999".to_owned()
        } else {
            format!("{}", 20 + row * 7 % 31)
        };
        let flag = if row == 11 { 1 } else { 0 };
        let remark = if row % 9 == 0 {
            format!("{}", row % 5)
        } else {
            String::new()
        };
        text += &format!(
            "{size},{heat},{},{size},{depth},{flag},{remark},{}\n",
            if bad { "reject" } else { "pass" },
            if bad { "odd" } else { "fine" }
        );
    }
    // Once more as they were.
    let again: Vec<String> = text.lines().skip(1).take(20).map(str::to_owned).collect();
    text += &(again.join("\n") + "\n");
    place.write("spoiled.csv", text);
}

#[test]
fn spoiled_data_are_seen_through() {
    let place = Place::new();
    spoiled(&place);
    let run = place.run("doctor spoiled.csv --label state").ok();
    for found in [
        "alarm: a column that gives the label away: `verdict` alone tells the class of 420 of 420 rows",
        "warning: repeated rows: 20 of 420 rows (4.8 %) repeat an earlier one",
        "warning: a column that repeats another: `copy` holds what `size` holds",
        "warning: a number that may stand for nothing: -999 stands",
        "note: a column that hardly varies: `flag` is 0 in 418 of 420 rows",
        "note: a column of holes: `remark` is missing in",
    ] {
        assert!(
            run.stdout
                .replace("\n", " ")
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .contains(found),
            "no `{found}` in\n{}",
            run.stdout
        );
    }
    let json = place
        .run("doctor spoiled.csv --label state --json")
        .ok()
        .json();
    assert_eq!(json[0]["severity"], "alarm");
    assert_eq!(json.as_array().unwrap().len(), 6);
    place
        .run("doctor spoiled.csv --label state --strict")
        .fails(1, &["4 worth mending"]);
}

#[test]
fn good_data_are_left_in_peace_and_a_model_is_looked_at_too() {
    let place = Place::new();
    let rows: String = (0..500)
        .map(|row| {
            let (x, y) = (f64::from(row) * 0.37, f64::from(row) * 0.11);
            format!("{},{},{}\n", x.sin(), (x + y).cos(), x.sin() * y.cos())
        })
        .collect();
    place.write("good.csv", format!("a,b,c\n{rows}"));
    let run = place.run("doctor good.csv --strict").ok();
    assert_eq!(run.stdout.trim(), "good.csv: nothing found");
    place
        .run("train good.csv --latent 2 --hidden none --epochs 1 --optimizer sgd:lr=0 --no-report --quiet --out a")
        .ok();
    place
        .run("doctor good.csv --model a/model.safetensors --strict")
        .fails(1, &["worth mending"])
        .stdout
        .contains("no better than the mean")
        .then_some(())
        .expect("the verdict's findings");
    // Digits of the same seed: no image is drawn twice.
    let digits = place.run("doctor strokes:rows=300,test=50").ok();
    assert!(digits.stdout.contains("nothing found"), "{}", digits.stdout);
}

#[test]
fn times_are_told_apart_and_holes_that_tell_the_class_are_seen() {
    let place = Place::new();
    let mut text = "opened,closed,note,state\n".to_owned();
    for row in 0..600 {
        let (day, hour, bad) = (1 + row / 24, row % 24, row % 30 == 4);
        text += &format!("2024-01-{day:02}T{hour:02}:10:00,2024-01-{day:02}T{hour:02}:40:00,");
        text += &match bad {
            true => format!("{}.5,odd\n", row % 17),
            false => ",fine\n".to_owned(),
        };
    }
    place.write("visits.csv", text);
    let found = place.run("doctor visits.csv --label state").ok().stdout;
    assert!(!found.contains("repeats another"), "{found}");
    let told = "whether `note` is missing tells the class of 600 of 600 rows";
    let words: Vec<&str> = found.split_whitespace().collect();
    assert!(words.join(" ").contains(told), "{found}");
}

#[test]
fn a_number_that_stands_for_nothing_may_be_written_otherwise() {
    let place = Place::new();
    let mut text = "a,b\n".to_owned();
    for row in 0..300 {
        let a = if row % 20 == 3 {
            "-999.0".to_owned()
        } else {
            format!("{}.5", row * 7 % 41)
        };
        text += &format!("{a},{}\n", row * 3 % 29);
    }
    place.write("depths.csv", text);
    let said = place.run("doctor depths.csv").ok().stdout;
    assert!(said.contains("--missing +-999"), "{said}");
    let said = place.run("doctor depths.csv --missing +-999").ok().stdout;
    assert_eq!(said.trim(), "depths.csv: nothing found");
    place
        .run("doctor - --model a/model.safetensors")
        .fails(2, &["standard input can be read only once"]);
}
