//! Sparse, tied and contractive codes, dictionaries, and denoisers beside filters.

use crate::harness::Place;

const QUICK: &str = "--batch 32 --no-report";

#[test]
fn settings_of_the_family_are_kept_and_go_on_from_a_checkpoint() {
    let place = Place::new();
    for (name, options, kept) in [
        (
            "l1",
            "--latent 8 --sparsity l1:0.001",
            "sparsity = \"l1:weight=0.001\"",
        ),
        (
            "kl",
            "--latent 8 --latent-activation sigmoid --sparsity kl:target=0.1",
            "sparsity = \"kl:target=0.1\"",
        ),
        ("tied", "--hidden 12 --latent 4 --tied", "tied = true"),
        (
            "contractive",
            "--latent 4 --contractive 0.25",
            "contractive = 0.25",
        ),
        (
            "deep",
            "--hidden 12 --latent 4 --contractive 0.25",
            "contractive = 0.25",
        ),
        (
            "top",
            "--latent 64 --top-k 4 --auxiliary 0.125",
            "top-k = 4",
        ),
    ] {
        let train = |out: &str, more: &str| {
            place
                .run(&format!(
                    "train strokes:rows=300 --out {out} {options} {QUICK} {more}"
                ))
                .ok();
        };
        train(name, "--epochs 2");
        let settings = place.read(&format!("{name}/settings.toml"));
        assert!(settings.contains(kept), "{settings}");
        place
            .run(&format!("train --resume {name} --epochs 4 --no-report"))
            .ok();
        let whole = format!("{name}-whole");
        train(&whole, "--epochs 4");
        assert!(
            place.bytes(&format!("{name}/model.safetensors"))
                == place.bytes(&format!("{whole}/model.safetensors")),
            "{name}: resumed, other bytes"
        );
    }
    // What isn't asked for isn't written: programs from before read such files.
    place
        .run(&format!(
            "train strokes:rows=300 --out plain --latent 4 --epochs 1 {QUICK}"
        ))
        .ok();
    let plain = place.read("plain/settings.toml");
    for key in [
        "sparsity",
        "top-k",
        "auxiliary",
        "dead-after",
        "tied",
        "contractive",
    ] {
        assert!(!plain.contains(key), "{key} in {plain}");
    }
    let info = |name: &str| {
        let model = format!("info {name}/model.safetensors --json");
        place.run(&model).ok().json()["parameters"].clone()
    };
    // 784-12-4-12-784: each weight once, and every bias.
    assert_eq!(info("tied"), 784 * 12 + 12 * 4 + 12 + 4 + 12 + 784);
}

#[test]
fn what_cannot_be_trained_is_refused_before_anything_is_written() {
    let place = Place::new();
    for (options, said) in [
        (
            "--tied --conv 4",
            "weights can't be tied: only those of dense layers can be",
        ),
        (
            "--tied --hidden 8 --latent 4 --decoder-hidden 9",
            "from 9 to 784",
        ),
        (
            "--latent 8 --sparsity kl",
            "the code's activation is linear",
        ),
        ("--latent 8 --top-k 9", "top-k must be in [1, 8], got 9"),
    ] {
        place
            .run(&format!(
                "train strokes:rows=300 --out no {options} {QUICK}"
            ))
            .fails(1, &[said]);
        assert!(!place.path("no").exists(), "{options}");
    }
}

#[test]
fn a_dictionary_says_how_many_numbers_are_in_use() {
    let place = Place::new();
    let run = place
        .run("train strokes:rows=500 --latent 64 --top-k 4 --epochs 3 --batch 32 --out d --json")
        .ok();
    let found = run.json();
    let active = found["latent_units"].as_array().unwrap().iter();
    let l0: f64 = active.map(|unit| unit["active"].as_f64().unwrap()).sum();
    assert!(l0 > 2.0 && l0 <= 4.0, "{l0}");
    assert!((found["code_use"]["l0"].as_f64().unwrap() - l0).abs() < 1e-9);
    let units = found["latent_units"].as_array().unwrap();
    let dead = units.iter().filter(|unit| unit["active"] == 0.0).count();
    assert_eq!(
        found["code_use"]["dead_fraction"].as_f64().unwrap(),
        dead as f64 / 64.0
    );
    let names = found["baselines"].as_array().unwrap().iter();
    let names: Vec<_> = names
        .map(|baseline| baseline["name"].as_str().unwrap())
        .collect();
    assert!(names.contains(&"PCA, 4"), "{names:?}");
    let sentence = found["verdict"]["sentence"].as_str().unwrap();
    assert!(
        sentence.contains("64 numbers, 4 at a time, keep"),
        "{sentence}"
    );
    assert!(place.read("d/report.html").contains("(L0)"));
}

#[test]
fn settings_of_the_family_are_swept_by_their_names() {
    let place = Place::new();
    let run = place.run(
        "sweep strokes:rows=300 --epochs 1 --seeds 1 --latent 8 --grid tied=true,false \
         --grid top-k=2,4 --grid contractive=0,0.1 --validation 0.2 --out s",
    );
    // A tied dictionary is refused, and said to be; the others are trained.
    let ledger = place.read("s/ledger.jsonl");
    assert!(ledger.contains("\"top-k\":4"), "{ledger}");
    assert!(ledger.contains("weights can't be tied"), "{ledger}");
    drop(run);
}

#[test]
fn a_denoiser_is_set_beside_filters() {
    let place = Place::new();
    place
        .run(
            "train strokes:rows=500 --latent 8 --noise gaussian:0.3 --epochs 1 --out d --no-report",
        )
        .ok();
    let evaluate = "evaluate d/model.safetensors strokes:rows=500";
    let run = place
        .run(&format!(
            "{evaluate} --noise-matrix --json --report page.html"
        ))
        .ok();
    let found = run.json();
    let lines = found["noise_matrix"]["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 9);
    assert_eq!(
        lines
            .iter()
            .filter(|line| line["trained_on"] == true)
            .count(),
        1
    );
    for line in lines {
        let methods = line["methods"].as_array().unwrap();
        assert_eq!(methods.len(), 4);
        for method in methods {
            let mse = method["mse"].as_f64().unwrap();
            let psnr = method["psnr"].as_f64().unwrap();
            assert!((psnr + 10.0 * mse.log10()).abs() < 1e-9);
            let ssim = method["ssim"].as_f64().unwrap();
            assert!((-1.0..=1.0).contains(&ssim), "{ssim}");
        }
    }
    // After one epoch of 18 batches, any filter is nearer.
    assert_eq!(found["verdict"]["grade"], "broken");
    let titles = found["verdict"]["findings"].as_array().unwrap().iter();
    let titles: Vec<_> = titles
        .map(|finding| finding["title"].as_str().unwrap())
        .collect();
    assert!(
        titles.contains(&"a simpler method takes noise away better"),
        "{titles:?}"
    );
    assert!(place.read("page.html").contains("heat-map"));
    let told = place
        .run(&format!("{evaluate} --noise-matrix salt-pepper:0.02"))
        .ok();
    for said in ["salt-pepper:p=0.02", "median filter 3x3", "<- nearer"] {
        assert!(told.stdout.contains(said), "{}", told.stdout);
    }
    place
        .run(&format!("{evaluate} --noise-matrix gausian:0.1"))
        .fails(2, &["did you mean `gaussian`"]);
}

#[test]
fn rows_of_a_table_have_no_pictures_to_filter() {
    let place = Place::new();
    place.write("a.csv", crate::harness::curve_csv(60));
    place
        .run("train a.csv --latent 2 --epochs 2 --out t --no-report")
        .ok();
    let run = place
        .run("evaluate t/model.safetensors a.csv --noise-matrix gaussian:0.5 swap:0.2 --json")
        .ok();
    let lines = run.json()["noise_matrix"]["lines"].clone();
    assert_eq!(lines.as_array().unwrap().len(), 2);
    let methods = lines[0]["methods"].as_array().unwrap();
    assert_eq!(methods.len(), 2);
    assert!(methods[0]["psnr"].is_null() && methods[0]["ssim"].is_null());
}
