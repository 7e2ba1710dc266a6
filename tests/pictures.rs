//! Folders of pictures, from training to clean pictures.

use crate::harness::Place;
use image::{ImageReader, Luma, Rgb, RgbImage};
use std::fs;

const QUICK: &str = "--latent 4 --hidden none --epochs 20 --batch 16 --no-report --quiet";

/// A folder of small pictures, a red and a blue stripe somewhere in each.
fn stripes(place: &Place, folder: &str, side: u32) {
    for class in ["across", "down"] {
        fs::create_dir_all(place.path(&format!("{folder}/{class}"))).unwrap();
        for at in 0..60 {
            let image = RgbImage::from_fn(side, side, |x, y| {
                let along = if class == "across" { y } else { x };
                match (along + at) % side {
                    0 => Rgb([250, 20, 20]),
                    2 => Rgb([20, 20, 250]),
                    _ => Rgb([0, 0, 0]),
                }
            });
            image
                .save(place.path(&format!("{folder}/{class}/{at:02}.png")))
                .unwrap();
        }
    }
}

#[test]
fn a_folder_is_learnt_from_and_comes_back_as_a_folder() {
    let place = Place::new();
    stripes(&place, "photos", 8);
    place.write("photos/notes.txt", "what is on them");
    let run = place
        .run("train photos/ --latent 12 --hidden none --epochs 150 --batch 16 --out a")
        .ok();
    assert!(
        run.stderr.contains("1 other file passed over: notes.txt"),
        "{}",
        run.stderr
    );
    assert!(run.stdout.contains("12 numbers for 192"), "{}", run.stdout);
    let page = place.read("a/report.html");
    assert!(page.contains("across") && page.contains("down"));

    let model = "a/model.safetensors";
    let scores = place.run(&format!("score {model} photos/")).ok().stdout;
    let lines: Vec<&str> = scores.lines().collect();
    assert_eq!(lines[0], "file,score,p_value,anomaly");
    assert_eq!(lines.len(), 121);
    assert!(lines[1].starts_with("across/00.png,"), "{}", lines[1]);
    let json = place.run(&format!("score {model} photos/ --json")).ok();
    assert!(
        json.stdout
            .starts_with("{\"file\":\"across/00.png\",\"score\":")
    );
    let codes = place.run(&format!("encode {model} photos/down")).ok();
    assert!(codes.stdout.lines().nth(1).unwrap().starts_with("00.png,"));

    place
        .run(&format!("reconstruct {model} photos/ --out clean/"))
        .ok();
    let open = |path: String| {
        let reader = ImageReader::open(place.path(&path)).unwrap();
        reader
            .with_guessed_format()
            .unwrap()
            .decode()
            .unwrap()
            .to_rgb8()
    };
    let mut squares = 0.0;
    for name in ["across/00.png", "down/31.png", "down/59.png"] {
        let [seen, made] = ["photos", "clean"].map(|folder| open(format!("{folder}/{name}")));
        assert_eq!(seen.dimensions(), made.dimensions());
        for (a, b) in seen.iter().zip(made.iter()) {
            squares += (f64::from(*a) - f64::from(*b)).powi(2) / 255.0 / 255.0;
        }
    }
    // Black all over would be 0.12.
    let error = squares / (3.0 * 192.0);
    assert!(error < 0.03, "{error}");
    // One by one, and beside their originals in one picture.
    place
        .run(&format!(
            "reconstruct {model} photos/down/31.png --out one.png"
        ))
        .ok();
    assert_eq!(open("one.png".to_owned()).width(), 8);

    let pictures = |folder: &str| fs::read_dir(place.path(folder)).unwrap().count();
    let before = place.bytes("photos/down/31.png");
    place
        .run(&format!("reconstruct {model} photos --out photos/"))
        .fails(2, &["would replace the rows it is made of"]);
    assert!(before == place.bytes("photos/down/31.png") && pictures("photos/down") == 60);
    place
        .run(&format!(
            "reconstruct {model} photos/down/31.png --out photos/down/"
        ))
        .fails(1, &["31.png: there is such a file already"]);
    assert!(before == place.bytes("photos/down/31.png"));
    place
        .run(&format!("encode {model} photos --out codes/"))
        .fails(1, &["these rows are no images", ".csv"]);
    assert!(!place.path("codes").exists());
    place
        .run(&format!("encode {model} photos --out codes"))
        .fails(2, &["doesn't say what to write", "/ for a folder"]);
}

#[test]
fn a_model_reads_other_pictures_as_it_read_its_own() {
    let place = Place::new();
    stripes(&place, "small", 8);
    stripes(&place, "large", 16);
    place.run(&format!("train small --out a {QUICK}")).ok();
    place
        .run("score a/model.safetensors large")
        .fails(1, &["16x16 pixels", "the model takes 8x8", "--resize 8x8"]);
    let sized = place
        .run("score a/model.safetensors large --resize 8x8")
        .ok();
    assert_eq!(sized.stdout.lines().count(), 121);
    // Brought to a size in training, pictures are in use, whatever theirs is.
    place
        .run(&format!(
            "train large --resize 8x8 --colour grey --out b {QUICK}"
        ))
        .ok();
    let info = place.run("info b/model.safetensors").ok();
    assert!(info.stdout.contains("64-4-64"), "{}", info.stdout);
    let scores = ["large", "small", "large/down"].map(|folder| {
        place
            .run(&format!("score b/model.safetensors {folder}"))
            .ok()
            .stdout
    });
    assert_eq!(scores[0].lines().count(), scores[1].lines().count());
    let settings = place.read("b/settings.toml");
    assert!(
        settings.contains("resize = \"8x8\"") && settings.contains("colour = \"grey\""),
        "{settings}"
    );
    // A grey model of another source reads colours as grey, and says which size it takes.
    place
        .run(&format!("train strokes:rows=60 --out c {QUICK}"))
        .ok();
    place
        .run("score c/model.safetensors small")
        .fails(1, &["8x8 pixels", "28x28", "--resize 28x28"]);
    place
        .run("score c/model.safetensors small --resize 28x28")
        .ok();
    place
        .run("score c/model.safetensors strokes:rows=5 --resize 4x4")
        .ok()
        .says(&["`resize` says nothing about strokes"]);
}

#[test]
fn what_is_wrong_with_a_folder_is_said_before_training() {
    let place = Place::new();
    stripes(&place, "photos", 8);
    let train = |options: &str| place.run(&format!("train photos --out a {QUICK} {options}"));
    let whole = place.bytes("photos/down/07.png");
    place.write("photos/down/07.png", &whole[..whole.len() / 2]);
    train("").fails(
        1,
        &[
            "photos/down/07.png",
            "damaged or incomplete",
            "--skip-damaged",
        ],
    );
    assert!(!place.path("a").exists());
    train("--skip-damaged").ok();
    place
        .run("score a/model.safetensors photos --skip-damaged")
        .ok()
        .says(&["1 damaged left out: down/07.png"]);
    place.write("photos/down/07.png", &whole);
    image::GrayImage::from_pixel(3, 5, Luma([1]))
        .save(place.path("photos/down/08.png"))
        .unwrap();
    train("").fails(
        1,
        &[
            "photos/down/08.png",
            "3x5 pixels",
            "across/00.png has 8x8",
            "--resize 8x8",
        ],
    );
    train("--resize 8").fails(2, &["--resize", "WIDTHxHEIGHT"]);
    train("--colour red").fails(2, &["grey", "rgb"]);
    fs::create_dir(place.path("empty")).unwrap();
    place
        .run("train empty --out b")
        .fails(1, &["empty", "no pictures found", "PNG and JPEG"]);
}
