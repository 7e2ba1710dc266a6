//! `gallery`: the same digits through six architectures, by the program itself; a page for those
//! who want to see what each is for.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process;

/// An architecture, how the program is asked for it, and what to look at.
struct Architecture {
    name: &'static str,
    title: &'static str,
    options: &'static str,
    look_at: &'static str,
}

const ARCHITECTURES: &[Architecture] = &[
    Architecture {
        name: "shallow",
        title: "One layer each way",
        options: "--latent 32",
        look_at: "Every number of the code is a weighted sum of pixels, and the reconstruction a sum \
                  of 32 pictures before it is bent to black and white. Strokes come back blurred \
                  where two digits share pixels.",
    },
    Architecture {
        name: "deep",
        title: "Deep",
        options: "--hidden 256,64 --latent 32",
        look_at: "Hidden layers let the code stand for strokes and slants instead of pixels: as many \
                  numbers, sharper digits.",
    },
    Architecture {
        name: "convolutional",
        title: "Convolutional",
        options: "--conv 16,32 --latent 32",
        look_at: "The same small windows look at every place, so that a stroke is learnt once and \
                  known everywhere: few weights for what they do.",
    },
    Architecture {
        name: "denoising",
        title: "Denoising",
        options: "--hidden 256,64 --latent 32 --noise gaussian:0.5",
        look_at: "It sees digits under noise and must give back clean ones. Shown clean ones, it \
                  still tidies: what is unusual about a digit is lost, which the verdict, given on \
                  clean digits, holds against it.",
    },
    Architecture {
        name: "sparse",
        title: "A sparse dictionary",
        options: "--top-k 16 --latent 512",
        look_at: "A digit is the sum of 16 out of 512 pictures. Many numbers, few of them in use: what \
                  each stands for can be looked at (\"the filters\" in its report).",
    },
    Architecture {
        name: "variational",
        title: "Variational",
        options: "--variational --hidden 256 --latent 32",
        look_at: "Codes are pushed together until they overlap, so that any code decodes to a digit. \
                  The price is what the divergence leaves out: softer digits than the deep network's, \
                  but it can draw new ones.",
    },
];

/// What all have in common.
const COMMON: &str = "--epochs 10 --batch 128 --activation relu";

/// Trains them all, and writes docs/architectures.md and its pictures.
pub fn run() -> Result<()> {
    let root = crate::workspace_root();
    let (pictures, runs) = (
        root.join("docs/images/architectures"),
        root.join("runs/gallery"),
    );
    std::fs::create_dir_all(&pictures).with_context(|| pictures.display().to_string())?;
    let mut page = format!(
        "# The same digits through six architectures\n\nMade by `cargo xtask gallery`: each is trained \
         with `ae train mnist {COMMON}` and the options beside it, then shown the first ten digits of \
         the test set. Above what went in, below what came back.\n\n\
         | | options | numbers in the code | weights | squared error a pixel, test | verdict |\n\
         |---|---|---|---|---|---|\n"
    );
    let mut looks = String::new();
    for architecture in ARCHITECTURES {
        let Architecture {
            name,
            title,
            options,
            look_at,
        } = architecture;
        eprintln!("{title} …");
        let folder = runs.join(name);
        let model = folder.join("model.safetensors").display().to_string();
        let folder = folder.display().to_string();
        let mut train = vec![
            "train",
            "mnist",
            "--overwrite",
            "--no-report",
            "--out",
            &folder,
        ];
        train.extend(COMMON.split(' ').chain(options.split(' ')));
        ae(&root, &train)?;
        let picture = pictures.join(format!("{name}.png")).display().to_string();
        ae(
            &root,
            &[
                "reconstruct",
                &model,
                "mnist",
                "--limit",
                "10",
                "-o",
                &picture,
            ],
        )?;
        let found = ae(
            &root,
            &["evaluate", &model, "mnist", "--noise", "none", "--json"],
        )?;
        let found: Value = serde_json::from_str(&found)?;
        let info: Value = serde_json::from_str(&ae(&root, &["info", &model, "--json"])?)?;
        let _ = writeln!(
            page,
            "| {title} | `{options}` | {} | {} | {:.4} | {} |",
            found["latent"],
            info["parameters"],
            found["error"]["mse"].as_f64().unwrap_or(f64::NAN),
            found["verdict"]["grade"].as_str().unwrap_or_default(),
        );
        let _ = write!(
            looks,
            "\n## {title}\n\n{look_at}\n\n![Ten digits above what {name} makes of them](images/architectures/{name}.png)\n"
        );
    }
    let path = root.join("docs/architectures.md");
    std::fs::write(&path, page + &looks).with_context(|| path.display().to_string())?;
    eprintln!("written: {}", path.display());
    Ok(())
}

/// Runs the program, in an optimised build; what it said on stdout.
fn ae(root: &Path, arguments: &[&str]) -> Result<String> {
    let output = process::ae()
        .args(arguments)
        .arg("--quiet")
        .current_dir(root)
        .output()
        .context("cannot start `cargo`")?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}
