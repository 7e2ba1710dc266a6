//! A table of mixed columns on its way through the program and back.

use crate::harness::Place;

/// A table in which everything depends on the size: ids, words, dates and holes.
fn shop(rows: usize) -> String {
    let mut text = "id,size,price,colour,new,when\n".to_owned();
    for row in 0..rows {
        let size = row * 7 % 23;
        let colour = ["red", "blue", "green"][size % 3];
        let new = if size > 11 { "yes" } else { "no" };
        let price = match row % 17 {
            3 => String::new(),
            _ => format!("{:.2}", size as f64 * 2.5 + 1.0),
        };
        text += &format!(
            "00{row},{size},{price},{colour},{new},2024-{:02}-11\n",
            size % 12 + 1
        );
    }
    text
}

#[test]
fn a_mixed_table_goes_in_and_comes_out() {
    let place = Place::new();
    place.write("shop.csv", shop(400));
    place
        .run("train shop.csv --no-report --quiet --out a --latent 4 --epochs 100")
        .ok();
    let model = "a/model.safetensors";
    let back = place
        .run(&format!("reconstruct {model} shop.csv"))
        .ok()
        .stdout;
    let mut lines = back.lines();
    assert_eq!(lines.next(), Some("id,size,price,colour,new,when"));
    let (mut colours, mut flags, mut rows) = (0, 0, 0);
    for (row, (line, original)) in lines.zip(shop(400).lines().skip(1)).enumerate() {
        let (cells, expected): (Vec<&str>, Vec<&str>) =
            (line.split(',').collect(), original.split(',').collect());
        assert_eq!(cells[0], format!("00{row}"), "ids stay as they are");
        cells[2].parse::<f64>().unwrap();
        assert_eq!(cells[5].len(), 10, "{line}");
        colours += usize::from(cells[3] == expected[3]);
        flags += usize::from(cells[4] == expected[4]);
        rows += 1;
    }
    assert_eq!(rows, 400);
    assert!(
        colours > 300 && flags > 380,
        "{colours} colours, {flags} flags of 400"
    );

    let scores = place.run(&format!("score {model} shop.csv")).ok().stdout;
    assert!(
        scores.starts_with("id,score,p_value,anomaly\n000,"),
        "{scores}"
    );
    assert_eq!(scores.lines().count(), 401);
    let codes = place
        .run(&format!("encode {model} shop.csv -o codes.csv"))
        .ok();
    assert!(codes.stdout.is_empty());
    assert!(place.read("codes.csv").starts_with("id,latent 0"));
    place.run(&format!("evaluate {model} shop.csv")).ok();
    let info = place.run(&format!("info {model}")).ok().stdout;
    for said in [
        "colour",
        "category",
        "date-time",
        "carried along",
        "balanced mse",
    ] {
        assert!(info.contains(said), "`{said}` in {info}");
    }
    // A score is the row's own: alone, in a file, through a pipe.
    let some: Vec<&str> = scores.lines().skip(8).take(3).collect();
    let text = shop(400);
    let alone: Vec<&str> = text
        .lines()
        .take(1)
        .chain(text.lines().skip(8).take(3))
        .collect();
    place.write("alone.csv", alone.join("\n"));
    let found = place.run(&format!("score {model} alone.csv")).ok().stdout;
    assert_eq!(found.lines().skip(1).collect::<Vec<_>>(), some);
    let mut piped = place.command(&format!("score {model} -"));
    piped.stdin(std::fs::File::open(place.path("shop.csv")).unwrap());
    let piped = place.look_at("score -", piped.output().unwrap()).ok();
    assert_eq!(piped.stdout, scores);
}

#[test]
fn standard_input_can_be_trained_on() {
    let place = Place::new();
    place.write("shop.csv", shop(100));
    let mut command = place.command("train - --no-report --epochs 1 --out a");
    command.stdin(std::fs::File::open(place.path("shop.csv")).unwrap());
    place.look_at("train -", command.output().unwrap()).ok();
    place.run("score a/model.safetensors shop.csv").ok();
}

#[test]
fn every_scaling_takes_a_mixed_table() {
    let place = Place::new();
    place.write("shop.csv", shop(120));
    for scaling in ["standard", "min-max", "robust", "rank-gauss", "none"] {
        for noise in ["none", "swap:0.2", "masking:0.2"] {
            let options =
                format!("--scaling {scaling} --noise {noise} --epochs 2 --quiet --overwrite");
            place.run(&format!("train shop.csv --out a {options}")).ok();
        }
        let scores = place.run("score a/model.safetensors shop.csv").ok().stdout;
        assert!(
            !scores.contains("NaN") && !scores.contains("inf"),
            "{scaling}: {scores}"
        );
    }
}
