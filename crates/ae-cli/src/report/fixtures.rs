//! Made-up runs that show each thing a report can show: images that came back well, a table,
//! and a model that is broken.

use ae_data::Layout;
use ae_model::evaluation::*;

use super::{EpochLine, LayerLine, ReportInput};

/// What a [`ReportInput`] borrows.
pub struct Fixture {
    /// Name of a file to write it to.
    pub name: &'static str,
    title: String,
    command: String,
    settings: String,
    architecture: Vec<LayerLine>,
    data: Vec<(String, String)>,
    warnings: Vec<String>,
    layout: Layout,
    history: Vec<EpochLine>,
    evaluation: Evaluation,
}

impl Fixture {
    /// The input of the report.
    pub fn input(&self) -> ReportInput<'_> {
        ReportInput {
            title: &self.title,
            command: &self.command,
            settings: &self.settings,
            architecture: &self.architecture,
            data: &self.data,
            warnings: &self.warnings,
            layout: &self.layout,
            history: &self.history,
            evaluation: &self.evaluation,
            version: "0.1.0",
        }
    }
}

/// Every fixture.
pub fn all() -> Vec<Fixture> {
    vec![digits(), table(), broken(), colours(), hostile()]
}

/// Even numbers from 0 to 1 that are always the same.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1u64 << 24) as f32
    }

    /// About normal: mean 0, standard deviation 1.
    fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.next()).sum::<f32>() - 6.0
    }
}

const SIDE: usize = 28;

/// A ring or bow with a bar, one kind for each of ten digits.
fn digit(kind: usize, lean: f32) -> Vec<f32> {
    let turn = kind as f32 * 0.63;
    (0..SIDE * SIDE)
        .map(|index| {
            let x = (index % SIDE) as f32 - 13.5 + lean * ((index / SIDE) as f32 - 13.5);
            let y = (index / SIDE) as f32 - 13.5;
            let radius = x.hypot(y * 0.8);
            let open = (y.atan2(x) - turn).cos() > 0.9 - 0.15 * (kind % 4) as f32;
            let ring = if open { 9.0 } else { (radius - 7.0).abs() };
            let bar =
                (x * turn.cos() + y * turn.sin()).abs() + if radius > 8.0 { 9.0 } else { 0.0 };
            let nearest = if kind % 3 == 0 { ring } else { ring.min(bar) };
            (2.2 - nearest).clamp(0.0, 1.0)
        })
        .collect()
}

fn mse(a: &[f32], b: &[f32]) -> f64 {
    let squares = a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2));
    squares.sum::<f64>() / a.len() as f64
}

fn examples(
    width: usize,
    of_each: usize,
    label: impl Fn(usize) -> Option<String>,
    mut make: impl FnMut(usize, f32) -> (Vec<f32>, Option<Vec<f32>>, Vec<f32>),
) -> Vec<Example> {
    let ranks = [(Rank::Best, 0.4), (Rank::Median, 1.0), (Rank::Worst, 3.0)];
    ranks
        .into_iter()
        .flat_map(|(rank, blur)| (0..of_each).map(move |index| (rank, blur, index)))
        .enumerate()
        .map(|(place, (rank, blur, _))| {
            let (input, noisy, reconstruction) = make(place, blur);
            assert_eq!(input.len(), width);
            Example {
                row: 137 * place + 5,
                label: label(place),
                rank,
                mse: mse(&input, &reconstruction),
                input,
                noisy,
                reconstruction,
            }
        })
        .collect()
}

fn history(
    epochs: usize,
    floor: f64,
    overfits: bool,
    rates: impl Fn(usize) -> f64,
) -> Vec<EpochLine> {
    (1..=epochs)
        .map(|epoch| {
            let fall = 0.21 / (epoch as f64).powf(0.9);
            let rise = if overfits {
                0.0006 * (epoch as f64 - 8.0).max(0.0)
            } else {
                0.0
            };
            EpochLine {
                epoch,
                train: floor + fall,
                validation: Some(floor + 1.03 * fall + 0.002 + rise),
                learning_rate: rates(epoch),
            }
        })
        .collect()
}

fn baseline(name: &str, explanation: &str, mse: f64) -> Baseline {
    Baseline {
        name: name.to_owned(),
        explanation: explanation.to_owned(),
        mse,
        loss: None,
    }
}

fn finding(severity: Severity, title: &str, detail: &str, hint: &str) -> Finding {
    Finding {
        severity,
        title: title.to_owned(),
        detail: detail.to_owned(),
        hint: hint.to_owned(),
    }
}

fn lines(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn layer(name: &str, kind: &str, rows: usize, columns: usize) -> LayerLine {
    LayerLine {
        name: name.to_owned(),
        kind: kind.to_owned(),
        shape: format!("{rows} → {columns}"),
        parameters: (rows + 1) * columns,
    }
}

fn latent_map(kinds: usize, points: usize, names: impl Fn(usize) -> String) -> LatentMap {
    let mut noise = Noise(7);
    let labels: Vec<u32> = (0..points).map(|index| (index % kinds) as u32).collect();
    LatentMap {
        method: "first two principal components of the code (41 % of its variance)".to_owned(),
        points: labels
            .iter()
            .map(|label| {
                let angle = *label as f32 * 6.283 / kinds as f32;
                let far = 4.0 + (label % 2) as f32 * 2.5;
                [
                    far * angle.cos() + noise.normal(),
                    far * angle.sin() + 0.8 * noise.normal(),
                ]
            })
            .collect(),
        labels: Some(labels),
        label_names: (0..kinds).map(names).collect(),
    }
}

/// The notebook's model: digits, clean, with a loss that has a floor.
fn digits() -> Fixture {
    let mut noise = Noise(1);
    let width = SIDE * SIDE;
    let examples = examples(
        width,
        6,
        |place| Some((place % 10).to_string()),
        |place, blur| {
            let input = digit(place % 10, 0.25 * noise.normal().clamp(-1.5, 1.5));
            let other = digit((place + 3) % 10, 0.0);
            let reconstruction = input
                .iter()
                .zip(&other)
                .map(|(a, b)| {
                    (a * (1.0 - 0.12 * blur) + b * 0.1 * blur + 0.02 * blur * noise.normal())
                        .clamp(0.0, 1.0)
                })
                .collect();
            let noisy = input
                .iter()
                .map(|value| (value + 0.3 * noise.normal()).clamp(0.0, 1.0))
                .collect();
            (input, Some(noisy), reconstruction)
        },
    );
    let filters = (0..64)
        .map(|unit| {
            let (x, y) = (6.0 + 16.0 * noise.next(), 6.0 + 16.0 * noise.next());
            let turn = 6.283 * noise.next();
            (0..width)
                .map(|index| {
                    let (across, down) = ((index % SIDE) as f32 - x, (index / SIDE) as f32 - y);
                    let wave = (across * turn.cos() + down * turn.sin()) * 0.6 + unit as f32;
                    0.3 * wave.sin() * (-(across * across + down * down) / 40.0).exp()
                        + 0.01 * noise.normal()
                })
                .collect()
        })
        .collect();
    let traversals = (0..10)
        .map(|unit| {
            let values: Vec<f32> = (0..9).map(|step| 0.5 * step as f32).collect();
            let (from, to) = (digit(unit, 0.0), digit((unit + 1) % 10, 0.3));
            let rows = values
                .iter()
                .map(|value| {
                    let share = value / 4.0;
                    from.iter()
                        .zip(&to)
                        .map(|(a, b)| a * (1.0 - share) + b * share)
                        .collect()
                })
                .collect();
            Traversal {
                unit: 3 * unit,
                values,
                rows,
            }
        })
        .collect();
    let latent_units = (0..32)
        .map(|unit| {
            let dead = unit == 11 || unit == 23;
            LatentUnit {
                mean: if dead {
                    0.0
                } else {
                    2.0 + 2.0 * f64::from(noise.next())
                },
                std: if dead {
                    0.0
                } else {
                    0.6 + f64::from(noise.next())
                },
                active: if dead {
                    0.0
                } else {
                    0.55 + 0.45 * f64::from(noise.next())
                },
            }
        })
        .collect();
    let per_feature = (0..width)
        .map(|index| {
            let (x, y) = ((index % SIDE) as f64 - 13.5, (index / SIDE) as f64 - 13.5);
            let variance = 0.12 * (-(x * x + y * y) / 60.0).exp();
            FeatureError {
                name: format!("pixel {},{}", index / SIDE, index % SIDE),
                mse: variance * (0.05 + 0.004 * (x * x + y * y)),
                variance,
            }
        })
        .collect();
    Fixture {
        name: "digits",
        title: "mnist, 784-32-784".to_owned(),
        command: "ae train mnist --code 32 --epochs 30 --noise gaussian:0.3 --seed 1".to_owned(),
        settings: "seed = 1\nepochs = 30\nbatch = 128\nhidden = []\ncode = 32\nloss = \"bce\"\nnoise = \"gaussian:std=0.3\"\n".to_owned(),
        architecture: vec![layer("code", "dense, relu", 784, 32), layer("output", "dense, sigmoid", 32, 784)],
        data: lines(&[("rows", "60,000 to train on, 10,000 to test"), ("row", "28 × 28 pixels, grey"), ("scaling", "unit")]),
        warnings: vec![],
        layout: Layout::Image { height: SIDE, width: SIDE, channels: 1 },
        history: history(30, 0.0851, false, |epoch| 1e-3 * (0.5 + 0.5 * (epoch as f64 * 0.105).cos())),
        evaluation: Evaluation {
            part: "test".to_owned(),
            rows: 10_000,
            features: width,
            latent: 32,
            loss: LossSummary { name: "bce".to_owned(), value: 0.0928, floor: Some(0.0851) },
            error: ErrorSummary {
                mse: 0.009_34,
                squared_error_per_row: 7.32,
                mae: 0.031,
                explained_variance: 0.8613,
                psnr: Some(20.3),
                row_quantiles: [0.0011, 0.0031, 0.0061, 0.0087, 0.0118, 0.0183, 0.0467],
            },
            baselines: vec![
                baseline("PCA, 32 numbers", "The best straight-line compression to as many numbers as the code.", 0.0168),
                baseline("noisy input, unchanged", "Doing nothing about the noise.", 0.0441),
                baseline("mean predictor", "The mean image for every row.", 0.0674),
            ],
            verdict: Verdict {
                grade: Grade::Good,
                sentence: "It explains 86.1 % of the variance, with 0.56 times the error of PCA at the same size.".to_owned(),
                findings: vec![
                    finding(Severity::Warning, "2 of 32 numbers of the code are dead", "Numbers 11 and 23 are 0 in every row.", "Try leaky-relu, or a lower learning rate."),
                    finding(Severity::Note, "Still getting better", "The last epoch lowered the validation loss by 0.4 %.", "Train for more epochs."),
                ],
            },
            per_feature,
            examples,
            latent_map: latent_map(10, 2000, |label| label.to_string()),
            latent_units,
            traversals,
            filters,
        },
    }
}

/// A table with one name that is too long, overfitted.
fn table() -> Fixture {
    let names: Vec<String> = (0..36)
        .map(|column| match column {
            0 => "temperature in °C".to_owned(),
            1 => "a_column_whose_name_is_a_good_deal_longer_than_any_phone_is_wide".to_owned(),
            _ => format!("sensor {column}"),
        })
        .collect();
    let mut noise = Noise(3);
    let width = names.len();
    let examples = examples(
        width,
        3,
        |_| None,
        |_, blur| {
            let input: Vec<f32> = (0..width).map(|_| noise.normal()).collect();
            let reconstruction = input
                .iter()
                .map(|value| value + 0.3 * blur * noise.normal())
                .collect();
            (input, None, reconstruction)
        },
    );
    let traversals = (0..4)
        .map(|unit| {
            let values: Vec<f32> = (0..9).map(|step| 0.5 * step as f32 - 2.0).collect();
            let rows = values
                .iter()
                .map(|value| {
                    (0..width)
                        .map(|column| {
                            (value * ((column * (unit + 3)) % 11) as f32 * 0.15).tanh()
                                + column as f32 * 0.03
                        })
                        .collect()
                })
                .collect();
            Traversal { unit, values, rows }
        })
        .collect();
    let per_feature = names
        .iter()
        .enumerate()
        .map(|(column, name)| FeatureError {
            name: name.clone(),
            mse: 0.02 + 1.15 * (column as f64 / 36.0).powi(2),
            variance: if column == 7 { 0.0 } else { 1.0 },
        })
        .collect();
    let mut map = latent_map(14, 600, |label| format!("machine {label}"));
    map.method = "the two numbers of the code".to_owned();
    Fixture {
        name: "table",
        title: "machines.csv, 36-12-4-12-36".to_owned(),
        command: "ae train machines.csv --hidden 12 --code 4 --scaling standard".to_owned(),
        settings: "seed = 0\nscaling = \"standard\"\n".to_owned(),
        architecture: vec![
            layer("encoder 1", "dense, relu", 36, 12),
            layer("code", "dense, linear", 12, 4),
            layer("decoder 1", "dense, relu", 4, 12),
            layer("output", "dense, linear", 12, 36),
        ],
        data: lines(&[
            ("rows", "480 to train on, 60 to validate, 60 to test"),
            ("columns", "36"),
            ("scaling", "standard"),
        ]),
        warnings: vec![
            "machines.csv: column `id` is different in every row and was left out".to_owned(),
        ],
        layout: Layout::Columns(names),
        history: history(25, 0.2, true, |_| 1e-3),
        evaluation: Evaluation {
            part: "validation".to_owned(),
            rows: 60,
            features: width,
            latent: 4,
            loss: LossSummary {
                name: "mse".to_owned(),
                value: 0.412,
                floor: None,
            },
            error: ErrorSummary {
                mse: 0.412,
                squared_error_per_row: 14.8,
                mae: 0.49,
                explained_variance: 0.588,
                psnr: None,
                row_quantiles: [0.09, 0.14, 0.25, 0.38, 0.51, 0.92, 2.4],
            },
            baselines: vec![
                baseline(
                    "PCA, 4 numbers",
                    "The best straight-line compression to as many numbers as the code.",
                    0.397,
                ),
                baseline(
                    "mean predictor",
                    "The mean of each column for every row.",
                    1.0,
                ),
            ],
            verdict: Verdict {
                grade: Grade::Poor,
                sentence: "PCA with the same 4 numbers has 0.96 times its error.".to_owned(),
                findings: vec![finding(
                    Severity::Warning,
                    "It learns its training rows by heart",
                    "The validation loss was lowest in epoch 9 and has risen by 14 % since.",
                    "Stop earlier, use a smaller network, or add noise.",
                )],
            },
            per_feature,
            examples,
            latent_map: map,
            latent_units: (0..4)
                .map(|unit| LatentUnit {
                    mean: 0.2 * f64::from(unit) - 0.3,
                    std: 0.4 + 0.2 * f64::from(unit),
                    active: 1.0,
                })
                .collect(),
            traversals,
            filters: vec![],
        },
    }
}

/// Everything gone wrong: a loss that is no number, the same output for every row.
fn broken() -> Fixture {
    let mut fixture = digits();
    fixture.name = "broken";
    fixture.title = "digits, learning rate 10".to_owned();
    fixture.warnings =
        vec!["the pixel mean is 0.87, far from the 0.13 of the training rows".to_owned()];
    for line in &mut fixture.history {
        line.learning_rate = 10.0;
        line.train = 10f64.powi(line.epoch.min(5) as i32 - 2);
        line.validation = (line.epoch < 4).then_some(line.train * 1.5);
        if line.epoch > 5 {
            line.train = f64::NAN;
        }
    }
    let evaluation = &mut fixture.evaluation;
    for example in &mut evaluation.examples {
        example.noisy = None;
        example.reconstruction.fill(0.13);
    }
    evaluation.examples[0].reconstruction.fill(f32::NAN);
    evaluation.examples[0].mse = f64::NAN;
    for unit in &mut evaluation.latent_units {
        *unit = LatentUnit {
            mean: 0.0,
            std: 0.0,
            active: 0.0,
        };
    }
    evaluation.latent_map.points.fill([0.0, f32::NAN]);
    evaluation.latent_map.points[..900].fill([0.0, 0.0]);
    evaluation.loss = LossSummary {
        name: "bce".to_owned(),
        value: f64::NAN,
        floor: Some(0.0851),
    };
    evaluation.error.mse = f64::NAN;
    evaluation.error.explained_variance = f64::NEG_INFINITY;
    evaluation.error.psnr = None;
    for feature in &mut evaluation.per_feature {
        feature.mse = feature.variance * 1.2;
    }
    for filter in &mut evaluation.filters {
        filter.fill(0.0);
    }
    evaluation.verdict = Verdict {
        grade: Grade::Broken,
        sentence: "Its outputs are the same for every row, and its loss is not a number."
            .to_owned(),
        findings: vec![
            finding(
                Severity::Alarm,
                "The loss is not a number",
                "It was last finite in epoch 5.",
                "Lower the learning rate: --learning-rate 0.001.",
            ),
            finding(
                Severity::Alarm,
                "Outputs barely vary",
                "Their variance is 0.0 % of the inputs'.",
                "Check the scaling, and lower the learning rate.",
            ),
        ],
    };
    fixture
}

/// Small colour images whose values are not between 0 and 1; a minimum of everything else.
fn colours() -> Fixture {
    let mut fixture = table();
    fixture.name = "colours";
    fixture.title = "tiles, 432-16-432".to_owned();
    let (height, width, channels) = (12, 12, 3);
    let length = height * width * channels;
    let mut noise = Noise(11);
    fixture.layout = Layout::Image {
        height,
        width,
        channels,
    };
    fixture.history.truncate(1);
    let evaluation = &mut fixture.evaluation;
    evaluation.features = length;
    evaluation.verdict.grade = Grade::Fair;
    evaluation.verdict.findings.clear();
    evaluation.per_feature.clear();
    evaluation.traversals.clear();
    evaluation.filters = (0..9)
        .map(|_| (0..length).map(|_| noise.normal()).collect())
        .collect();
    evaluation.latent_map.labels = None;
    evaluation.examples = examples(
        length,
        2,
        |place| Some(format!("tile {place}")),
        |place, blur| {
            let input: Vec<f32> = (0..length)
                .map(|index| {
                    let (channel, pixel) = (index % channels, index / channels);
                    ((pixel % width) as f32 * 0.4 + channel as f32 * 2.0 + place as f32).sin() * 2.0
                })
                .collect();
            let reconstruction = input
                .iter()
                .map(|value| value + 0.2 * blur * noise.normal())
                .collect();
            (input, None, reconstruction)
        },
    );
    fixture
}

/// Markup and control characters in every text that may come from outside.
fn hostile() -> Fixture {
    const ATTACK: &str =
        "</style></title><script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u{1b}[31m&amp;";
    let mut fixture = table();
    fixture.name = "hostile";
    for text in [
        &mut fixture.title,
        &mut fixture.command,
        &mut fixture.settings,
    ] {
        *text = ATTACK.to_owned();
    }
    if let Layout::Columns(names) = &mut fixture.layout {
        names[0] = ATTACK.to_owned();
    }
    fixture.warnings = vec![ATTACK.to_owned()];
    fixture.data = lines(&[(ATTACK, ATTACK)]);
    for line in &mut fixture.architecture {
        (line.name, line.kind, line.shape) =
            (ATTACK.to_owned(), ATTACK.to_owned(), ATTACK.to_owned());
    }
    let evaluation = &mut fixture.evaluation;
    evaluation.part = ATTACK.to_owned();
    evaluation.loss.name = ATTACK.to_owned();
    evaluation.baselines[0] = baseline(ATTACK, ATTACK, 0.1);
    evaluation.verdict.sentence = ATTACK.to_owned();
    evaluation.verdict.findings = vec![finding(Severity::Alarm, ATTACK, ATTACK, ATTACK)];
    evaluation.per_feature[0].name = ATTACK.to_owned();
    evaluation.latent_map.method = ATTACK.to_owned();
    evaluation.latent_map.label_names[0] = ATTACK.to_owned();
    for example in &mut evaluation.examples {
        example.label = Some(ATTACK.to_owned());
    }
    fixture
}
