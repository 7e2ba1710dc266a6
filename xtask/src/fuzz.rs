//! `fuzz`: damages good files of every format at random, and reads them: each must be read or
//! refused, without a panic and without asking for memory that no such file needs.
//!
//! Mutations keep most of a file as it is, so that what is damaged lies behind the first checks too.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use ae_data::{Dataset, Layout, Parts, SourceOptions, Values, source};
use ae_model::{Model, Plan, Settings, train};
use ae_sweep::{Design, Ledger, Limits, Sweep, Workers, read_records};
use ae_tensor::random::{Purpose, Stream};
use anyhow::{Context, Result, bail};
use clap::Args;
use image::{DynamicImage, GrayImage, ImageFormat, Luma};

use crate::bench;
use crate::repro::date;

/// Arguments of the command.
#[derive(Args)]
pub struct FuzzArguments {
    /// Seconds for each format
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// Where the damage comes from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only this format
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
}

/// A format: good files, and what reads them.
struct Target {
    name: &'static str,
    /// What the files' names end in.
    ending: &'static str,
    seeds: Vec<Vec<u8>>,
    /// Whether a file was read; a refusal is as good.
    read: fn(&Path) -> bool,
}

/// Megabytes that reading damaged files may take: far above what the good ones need, far below what
/// their sizes could be made to claim.
const MEMORY: f64 = 1500.0;

/// Damages and reads, in the ordinary build whose arithmetic is checked, and writes
/// experiments/fuzz.md. Fails at the first panic, and keeps the file.
pub fn run(arguments: &FuzzArguments) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let targets = targets(folder.path())?;
    // Panics are caught and told below.
    std::panic::set_hook(Box::new(|_| {}));
    let mut lines = String::new();
    for target in &targets {
        if arguments
            .only
            .as_ref()
            .is_some_and(|only| only != target.name)
        {
            continue;
        }
        let (inputs, read) = of(target, folder.path(), arguments)?;
        eprintln!("{}: {inputs} files, {read} of them read", target.name);
        let seeds = target.seeds.len();
        lines += &format!(
            "| {} | {seeds} | {inputs} | {read} | {} |\n",
            target.name,
            inputs - read
        );
    }
    let memory = bench::peak_memory_mb().unwrap_or(0.0);
    if memory > MEMORY {
        bail!("{memory:.0} MB were asked for, at most {MEMORY:.0} were expected");
    }
    let text = format!(
        "# Damaged files\n\n{}, {}: `cargo xtask fuzz --seconds {} --seed {}`\n\n\
         Good files with bytes changed, taken out, put in, repeated or cut off at random. Each was \
         read or refused; none ended in a panic, and all of it took {memory:.0} MB at most.\n\n\
         | format | good files | damaged ones | read all the same | refused |\n|---|---|---|---|---|\n{lines}",
        date::of(SystemTime::now()),
        bench::processor(),
        arguments.seconds,
        arguments.seed,
    );
    println!("{text}");
    if arguments.only.is_none() {
        let path = crate::workspace_root().join("experiments/fuzz.md");
        fs::write(&path, text).with_context(|| path.display().to_string())?;
        eprintln!("written: {}", path.display());
    }
    Ok(())
}

/// How many files were tried, and how many of them read.
fn of(target: &Target, folder: &Path, arguments: &FuzzArguments) -> Result<(u64, u64)> {
    let path = folder.join(format!("damaged{}", target.ending));
    let until = Instant::now() + Duration::from_secs(arguments.seconds);
    let (mut inputs, mut read) = (0, 0);
    while Instant::now() < until {
        let mut stream = Stream::new(arguments.seed, Purpose::Generator, inputs);
        let bytes = damaged(&target.seeds, &mut stream);
        fs::write(&path, &bytes)?;
        match catch_unwind(AssertUnwindSafe(|| (target.read)(&path))) {
            Ok(was_read) => read += u64::from(was_read),
            Err(panic) => {
                let kept = crate::workspace_root().join(format!("target/panics{}", target.ending));
                fs::write(&kept, &bytes)?;
                let words = panic.downcast_ref::<String>().map(String::as_str);
                let words = words.or(panic.downcast_ref::<&str>().copied());
                bail!(
                    "{}: a panic: {}\nhint: the file is kept as {}",
                    target.name,
                    words.unwrap_or("without words"),
                    kept.display()
                );
            }
        }
        inputs += 1;
    }
    Ok((inputs, read))
}

/// Bytes that stand for sizes, ends and signs.
const TELLING: [u8; 12] = [
    0, 1, 2, 0x7F, 0x80, 0xFF, b'\n', b'"', b',', b'-', b'9', b'{',
];

/// One of the seeds with one to four changes.
fn damaged(seeds: &[Vec<u8>], stream: &mut Stream) -> Vec<u8> {
    let mut bytes = seeds[stream.below(seeds.len())].clone();
    for _ in 0..1 + stream.below(4) {
        let length = bytes.len();
        if length == 0 {
            break;
        }
        // Headers stand in front: half of the changes go there.
        let reach = if stream.below(2) == 0 {
            length.min(200)
        } else {
            length
        };
        let at = stream.below(reach);
        let end = (at + 1 + stream.below(16)).min(length);
        match stream.below(8) {
            0 => bytes[at] ^= 1 << stream.below(8),
            1 => bytes[at] = TELLING[stream.below(TELLING.len())],
            2 => bytes[at..end].fill(TELLING[stream.below(TELLING.len())]),
            3 => drop(bytes.drain(at..end)),
            4 => bytes.truncate(at),
            5 => {
                let piece = bytes[at..end].to_vec();
                let to = stream.below(length);
                bytes.splice(to..to, piece);
            }
            6 => {
                let other = &seeds[stream.below(seeds.len())];
                let from = stream.below(other.len().max(1)).min(other.len());
                let piece = other[from..(from + 32).min(other.len())].to_vec();
                bytes.splice(at..end, piece);
            }
            _ => {
                // A number becomes another.
                let digit = bytes[at..].iter().position(u8::is_ascii_digit);
                if let Some(digit) = digit {
                    bytes[at + digit] = b'0' + stream.below(10) as u8;
                }
            }
        }
    }
    bytes
}

fn open(path: &Path) -> bool {
    let Some(path) = path.to_str() else {
        return false;
    };
    source::open(path, &SourceOptions::default()).is_ok()
}

/// A model that could be read must also be of use.
fn use_model(path: &Path) -> bool {
    let Ok(model) = Model::load(path) else {
        return false;
    };
    let width = model.layout().width();
    if width > 10_000 || model.layout().schema().is_some() {
        return true;
    }
    let values = Values::Floats(vec![0.25; 3 * width]);
    let Ok(rows) = Dataset::new("rows", model.layout().clone(), values, None) else {
        return true;
    };
    let _ = model.reconstruct(&rows);
    let _ = model.judge(&rows);
    true
}

fn targets(folder: &Path) -> Result<Vec<Target>> {
    let arrays = crate::workspace_root().join("crates/ae-data/tests/data");
    let trained = trained(folder)?;
    let mut by_ending: BTreeMap<&str, Vec<Vec<u8>>> = BTreeMap::new();
    for (place, ending) in [(&arrays, "npy"), (&arrays, "npz")] {
        for path in files(place, ending)? {
            let bytes = fs::read(&path)?;
            if bytes.len() < 100_000 {
                by_ending.entry(ending).or_default().push(bytes);
            }
        }
    }
    let mut seeds = |ending| by_ending.remove(ending).unwrap_or_default();
    let idx = |kind: u8, sizes: &[u32], bytes: &[u8]| {
        let mut file = vec![0, 0, kind, sizes.len() as u8];
        sizes
            .iter()
            .for_each(|size| file.extend(size.to_be_bytes()));
        file.extend(bytes);
        file
    };
    Ok(vec![
        Target {
            name: "IDX",
            ending: ".idx",
            seeds: vec![
                idx(
                    8,
                    &[3, 2, 2],
                    &[0, 50, 100, 150, 200, 250, 7, 8, 9, 10, 11, 12],
                ),
                idx(13, &[1, 2], &[0x3F, 0xC0, 0, 0, 0xC0, 0, 0, 0]),
            ],
            read: open,
        },
        Target {
            name: "npy",
            ending: ".npy",
            seeds: seeds("npy"),
            read: open,
        },
        Target {
            name: "npz",
            ending: ".npz",
            seeds: seeds("npz"),
            read: open,
        },
        Target {
            name: "PNG, JPEG",
            ending: ".png",
            seeds: pictures()?,
            read: open,
        },
        Target {
            name: "CSV",
            ending: ".csv",
            seeds: TABLES.iter().map(|text| text.as_bytes().to_vec()).collect(),
            read: open,
        },
        Target {
            name: "model",
            ending: ".safetensors",
            seeds: trained.models,
            read: use_model,
        },
        Target {
            name: "ledger",
            ending: ".jsonl",
            seeds: vec![trained.ledger],
            read: |path| read_records(path).is_ok(),
        },
    ])
}

/// Small pictures of the kinds there are.
fn pictures() -> Result<Vec<Vec<u8>>> {
    let grey = GrayImage::from_fn(9, 5, |x, y| Luma([(x * y * 6) as u8]));
    let grey = DynamicImage::ImageLuma8(grey);
    let kinds = [
        (grey.clone(), ImageFormat::Png),
        (grey.to_rgba16().into(), ImageFormat::Png),
        (grey.clone(), ImageFormat::Jpeg),
        (grey.to_rgb8().into(), ImageFormat::Jpeg),
    ];
    let written = kinds.into_iter().map(|(picture, format)| {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format)?;
        Ok(bytes.into_inner())
    });
    written.collect()
}

/// Tables as people have them.
const TABLES: [&str; 4] = [
    "a,b,c\n1,2.5,x\n2,3.5,y\n3,,\"x, y\"\n4,-1e3,x\n",
    "id;when;price;ok\r\nA1;2024-01-31;1.234,50;yes\r\nA2;2024-02-29 12:30;0,5;no\r\nA3;;7,25;yes\r\n",
    "\u{feff}temp\tstation\n20.5\tnorth\n\tsouth\n19\t\"a \"\"b\"\"\"\n# comment\n18\tnorth\n",
    "x,y\n1,2\n3,4\n5,6\n7,8\n9,10\n11,12\n",
];

/// What this program writes.
struct Trained {
    models: Vec<Vec<u8>>,
    ledger: Vec<u8>,
}

fn trained(folder: &Path) -> Result<Trained> {
    let table = folder.join("table.csv");
    let rows: String = (0..60)
        .map(|row| format!("{row},{}\n", (row * 7) % 11))
        .collect();
    fs::write(&table, format!("a,b\n{rows}"))?;
    let table = source::open(&table.to_string_lossy(), &SourceOptions::default())?;
    let waves = (0..240).map(|index| (index as f32 * 0.37).sin()).collect();
    let names = ["a", "b", "c", "d"].map(String::from).to_vec();
    let waves = Dataset::new("waves", Layout::Columns(names), Values::Floats(waves), None)?;
    let waves = Parts {
        train: waves,
        test: None,
    };
    let images = source::open("strokes:rows=40,test=1", &SourceOptions::default())?;
    let base = Settings {
        epochs: 1,
        latent: Some(2),
        ..Settings::default()
    };
    let mut models = Vec::new();
    for (parts, settings) in [
        (&table, base.clone()),
        (
            &waves,
            Settings {
                variational: true,
                hidden: vec![3],
                ..base.clone()
            },
        ),
        (
            &images,
            Settings {
                conv: vec![2],
                ..base.clone()
            },
        ),
    ] {
        let plan = Plan::new(parts, &settings)?;
        let path = folder.join("model.safetensors");
        train(parts, &plan, &mut ())?.save(&path)?;
        models.push(fs::read(&path)?);
    }
    let mut design = Design {
        seeds: 2,
        ..Design::new(base)
    };
    design.add_grid("latent", &["1", "2"])?;
    let sweep = Sweep::new(&waves);
    let trials = design.trials(sweep.fingerprint())?;
    let path = folder.join("ledger.jsonl");
    let ledger = Ledger::open(&path)?;
    let workers = Workers::for_trials(trials.len());
    let stop = std::sync::atomic::AtomicBool::new(false);
    sweep.run(
        &ledger,
        &trials,
        workers,
        &mut Limits::default(),
        &stop,
        &|_| (),
    )?;
    Ok(Trained {
        models,
        ledger: fs::read(&path)?,
    })
}

fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut files: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|found| found == ending))
        .collect();
    files.sort();
    Ok(files)
}
