//! The explorer: a page that does in the browser what the program does.

use crate::harness::Place;
use crate::report::browser::Browser;
use serde_json::Value;

/// Chooses a row, moves a number, moves on the map, draws; and leaves what came of each.
const PLAY: &str = r##"<script>
addEventListener("load", () => {
  const results = [];
  const note = what => {
    const canvas = document.getElementById("made");
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    const made = Array.from(pixels).filter((_, place) => place % 4 === 0);
    results.push({ what, code: Array.from(code), made, error: document.getElementById("error").textContent });
  };
  const point = (canvas, type, x, y) => {
    const box = canvas.getBoundingClientRect();
    canvas.dispatchEvent(new PointerEvent(type, {
      clientX: box.left + x * box.width, clientY: box.top + y * box.height, buttons: 1, bubbles: true,
    }));
  };
  document.querySelectorAll("#shown button")[2].click();
  note("chosen");
  const slider = document.getElementById("number-1");
  slider.value = 0.3 * slider.min + 0.7 * slider.max;
  slider.dispatchEvent(new Event("input"));
  note("moved");
  point(document.getElementById("map"), "pointerdown", 0.3, 0.6);
  note("on the map");
  document.getElementById("clear").click();
  const seen = document.getElementById("seen");
  point(seen, "pointerdown", 0.5, 0.2);
  for (let y = 0.2; y < 0.8; y += 0.02) point(seen, "pointermove", 0.5, y);
  note("drawn");
  const pre = document.createElement("pre");
  pre.id = "played";
  pre.textContent = JSON.stringify(results);
  document.body.append(pre);
});
</script></body>"##;

/// The document that a page becomes once its scripts have run. Nothing may be told on the console.
#[track_caller]
fn document_of(browser: &Browser, page: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    std::fs::write(&file, page).unwrap();
    let arguments = ["--dump-dom", "--virtual-time-budget=5000"];
    let output = browser.open(&file, folder.path(), arguments);
    let console = String::from_utf8_lossy(&output.stderr);
    let told = console.lines().filter(|line| line.contains("CONSOLE"));
    let told: Vec<&str> = told.collect();
    assert!(told.is_empty(), "{told:#?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_browser_makes_of_codes_what_the_program_makes() {
    let place = Place::new();
    let browser = Browser::find();
    for options in [
        "--hidden 24 --latent 4 --activation gelu",
        "--hidden 24,12 --latent 3 --activation leaky-relu --latent-activation softplus",
        "--hidden 24 --latent 4 --activation silu --variational",
        "--hidden 24 --latent 8 --top-k 3 --activation elu:alpha=0.7 --loss mse",
    ] {
        place
            .run(&format!(
                "train strokes:rows=500 {options} --epochs 8 --batch 16 --no-report --quiet --out a --overwrite"
            ))
            .ok();
        place
            .run("explore a/model.safetensors strokes:rows=40,test=40 -o page.html")
            .ok();
        let page = place.read("page.html");
        let Some(browser) = &browser else { return };
        let document = document_of(browser, &page.replacen("</body>", PLAY, 1));
        let played = document
            .split("<pre id=\"played\">")
            .nth(1)
            .expect("scripts ran");
        let played: Value = serde_json::from_str(played.split("</pre>").next().unwrap()).unwrap();
        let results = played.as_array().unwrap();
        assert_eq!(results.len(), 4);

        let number = |value: &Value| {
            value
                .as_f64()
                .unwrap_or_else(|| panic!("{options}: {value}"))
        };
        let numbers = |value: &Value| {
            value
                .as_array()
                .unwrap()
                .iter()
                .map(number)
                .collect::<Vec<f64>>()
        };
        let latent = numbers(&results[0]["code"]).len();
        let names: Vec<String> = (0..latent).map(|unit| format!("latent {unit}")).collect();
        let lines = results.iter().map(|result| {
            let code = numbers(&result["code"]);
            code.iter()
                .map(f64::to_string)
                .collect::<Vec<_>>()
                .join(",")
        });
        let lines: Vec<String> = lines.collect();
        place.write(
            "codes.csv",
            format!("{}\n{}\n", names.join(","), lines.join("\n")),
        );
        let rows = place
            .run("decode a/model.safetensors codes.csv --header --quiet")
            .ok()
            .stdout;
        for (row, result) in rows.lines().skip(1).zip(results) {
            let made = numbers(&result["made"]);
            assert_eq!(made.len(), 784);
            for (expected, found) in row.split(',').zip(made) {
                let expected: f64 = expected.parse().unwrap();
                let expected = expected.clamp(0.0, 255.0);
                assert!(
                    (expected - found).abs() <= 1.0,
                    "{options}, {}: {found} for {expected}",
                    result["what"]
                );
            }
        }
        // Moving one number changes that number alone; what was chosen and drawn is measured.
        let [chosen, moved] = [0, 1].map(|step| numbers(&results[step]["code"]));
        assert_ne!(chosen[1], moved[1]);
        for unit in (0..latent).filter(|unit| *unit != 1) {
            assert_eq!(chosen[unit], moved[unit]);
        }
        let said = |step: usize| results[step]["error"].as_str().unwrap().to_owned();
        assert!(said(0).starts_with("rebuilt from") && said(3).starts_with("rebuilt from"));
        assert!(said(1).starts_with("what the decoder makes"));
    }
}

#[test]
fn the_explorer_opens_without_complaint_on_a_phone_and_says_what_it_cannot_run() {
    let place = Place::new();
    let train = |data: &str, options: &str, out: &str| {
        place
            .run(&format!(
                "train {data} {options} --epochs 1 --no-report --quiet --out {out}"
            ))
            .ok();
    };
    train("strokes:rows=100", "--latent 3 --hidden none", "a");
    place
        .run("explore a/model.safetensors strokes:rows=40 -o a.html")
        .ok();
    let page = place.read("a.html");
    assert!(!page.contains("http://") && !page.contains("https://"));
    if let Some(browser) = Browser::find() {
        browser.assert_fine([("explorer", page.as_str())]);
    }
    place.write("t.csv", "x,y\n1,2\n2,3\n3,5\n4,4\n5,1\n");
    train("t.csv", "--latent 1", "table");
    place
        .run("explore table/model.safetensors t.csv")
        .fails(1, &["draws images", "mnist"]);
    train("strokes:rows=60", "--conv 4 --validation 0.1", "conv");
    place
        .run("explore conv/model.safetensors strokes:rows=40")
        .fails(1, &["doesn't run layers of kind", "dense networks"]);
    train(
        "strokes:rows=60",
        "--latent 800 --hidden none --validation 0.1",
        "wide",
    );
    place
        .run("explore wide/model.safetensors strokes:rows=40")
        .fails(1, &["weights are more than a page should hold"]);
    assert!(!place.path("explore.html").exists());
}
