//! Tables that a model meets after its training: columns that are elsewhere, values that are new,
//! and what it makes up itself.

use crate::harness::Place;
use crate::tables::train;

#[test]
fn columns_are_matched_by_name() {
    let place = Place::new();
    train(&place, "a,b,c\n1,2,x\n2,4,y\n3,7,x\n5,8,y\n", "").ok();
    let score = |content: &str| {
        place.write("new.csv", content);
        place.run("score a/model.safetensors new.csv")
    };
    let expected = score("a,b,c\n1,2,x\n3,4,y\n").ok().stdout;
    assert_eq!(score("c,a,b\nx,1,2\ny,3,4\n").ok().stdout, expected);
    let extra = score("a,b,c,d\n1,2,x,9\n3,4,y,9\n").ok();
    assert_eq!(extra.stdout, expected);
    extra.says(&["columns the model doesn't know, ignored: d"]);
    score("a,b\n1,2\n").fails(1, &["new.csv", "no column `c`"]);
    score("a,b,C\n1,2,x\n").fails(1, &["no column `c`", "did you mean `C`?"]);
    score("a,bb,c\n1,2,x\n").fails(1, &["no column `b`", "did you mean `bb`?"]);
    score("a,b,c\n1,two,x\n").fails(
        1,
        &["new.csv", "line 2", "column `b`", "`two`", "or empty it"],
    );
}

#[test]
fn values_never_seen_are_filled_counted_and_scored() {
    let place = Place::new();
    train(&place, "a,b,c\n1,2,x\n2,4,y\n3,7,x\n5,8,y\n", "").ok();
    place.write("new.csv", "a,b,c\n,2,x\n3,4,z\n3,4,\n");
    let run = place.run("score a/model.safetensors new.csv").ok();
    assert_eq!(run.stdout.lines().count(), 4);
    assert!(!run.stdout.to_lowercase().contains("nan"), "{}", run.stdout);
    run.says(&[
        "column `a`: missing in 1 of 3 rows, though never in training; taken as the median",
        "column `c`: 1 of 3 rows hold values that the model doesn't know (z); they count as other",
        "column `c`: missing in 1 of 3 rows",
    ]);
}

#[test]
fn new_values_are_clipped_if_asked_for_and_counted() {
    let place = Place::new();
    let rows: String = (0..=10).map(|x| format!("{x},{}\n", 10 - x)).collect();
    let content = format!("a,b\n{rows}");
    place.write("new.csv", "a,b\n1e30,5\n1e20,5\n-5,5\n5,5\n");
    train(&place, &content, "--clip-values 3").ok();
    let clipped = place.run("score a/model.safetensors new.csv").ok();
    let scores: Vec<&str> = clipped.stdout.lines().skip(1).collect();
    let score = |row: usize| scores[row].split(',').nth(1).unwrap();
    assert_eq!(score(0), score(1), "both are clipped to the bound");
    assert_ne!(score(0), score(3), "{}", clipped.stdout);
    clipped.says(&["3 of 4 rows hold values that were clipped"]);
}

#[test]
fn a_column_that_never_varies_in_numbers_stays_in_the_table() {
    let place = Place::new();
    train(&place, "a,b,c\n1,7,2\n2,7,4\n3,7,9\n", "").ok();
    let back = place
        .run("reconstruct a/model.safetensors t.csv")
        .ok()
        .stdout;
    assert!(back.starts_with("a,b,c\n"), "{back}");
    assert!(
        back.lines()
            .skip(1)
            .all(|line| line.split(',').nth(1) == Some("7")),
        "{back}"
    );
}

#[test]
fn whole_numbers_stay_whole_in_what_is_made_up() {
    let place = Place::new();
    let mut text = String::from("rooms,size,price\n");
    for row in 0..300 {
        let rooms = 1 + (row * 7) % 5;
        let size = 20.5 * f64::from(rooms) + f64::from(row % 11);
        text += &format!("{rooms},{size:.1},{}\n", 1000 * rooms + 3 * (row % 11));
    }
    place.write("flats.csv", &text);
    let options = "--variational --latent 2 --hidden 16 --epochs 40 --batch 16 --noise masking:0.2";
    place
        .run(&format!(
            "train flats.csv {options} --out a --no-report --quiet"
        ))
        .ok();
    let model = "a/model.safetensors";
    let is_whole = |cell: &str| cell.parse::<f64>().unwrap().fract() == 0.0;
    let drawn = place.run(&format!("sample {model} --count 50")).ok().stdout;
    let rows: Vec<Vec<&str>> = drawn
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect())
        .collect();
    assert!(
        rows.iter().all(|row| is_whole(row[0]) && is_whole(row[2])),
        "{drawn}"
    );
    assert!(!rows.iter().all(|row| is_whole(row[1])), "{drawn}");
    place.write(
        "holes.csv",
        "rooms,size,price\n,62.5,3003\n2,,2009\n4,85.0,\n",
    );
    let filled = place.run(&format!("impute {model} holes.csv")).ok().stdout;
    let rows: Vec<Vec<&str>> = filled
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect())
        .collect();
    assert!(is_whole(rows[0][0]) && is_whole(rows[2][2]), "{filled}");
    // Nothing is odd in three of the rows that were learnt from: the oddest are explained.
    place.write(
        "few.csv",
        text.lines().take(4).collect::<Vec<_>>().join("\n"),
    );
    let told = place.run(&format!("explain {model} few.csv")).ok();
    assert!(
        told.stdout.contains("share of the score"),
        "{}",
        told.stdout
    );
    told.says(&[
        "0 of 3 rows are anomalies",
        "the oddest 3 of them all the same",
    ]);
}

#[test]
fn decimal_commas_make_no_thousands_of_points() {
    let place = Place::new();
    let rows = (0..60).map(|row| format!("{row},5;{},25\n", row % 9));
    place.write("commas.csv", format!("a;b\n{}", rows.collect::<String>()));
    let train = "train commas.csv --epochs 1 --no-report --quiet --out a";
    place.run(train).ok();
    place.write("points.csv", "a;b\n4.819;3,25\n");
    place
        .run("score a/model.safetensors points.csv")
        .fails(1, &["points.csv", "line 2", "column `a`", "`4.819`"]);
}

#[test]
fn rows_beyond_single_precision_are_the_oddest() {
    let place = Place::new();
    let rows = (0..200).map(|row| format!("{},{}\n", row % 13, row % 7));
    place.write("m.csv", format!("a,b\n{}", rows.collect::<String>()));
    let train = "train m.csv --scoring mse --epochs 2 --no-report --quiet --out a";
    place.run(train).ok();
    place.write("far.csv", "a,b\n3,2\n3e38,-3e38\n1e30,1\n");
    let run = place.run("score a/model.safetensors far.csv --json").ok();
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert!(lines[1].contains("\"anomaly\":true") && lines[2].contains("\"anomaly\":true"));
    assert!(!run.stdout.contains("null"), "{}", run.stdout);
}
