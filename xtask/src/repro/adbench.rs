//! ADBench (Han et al. 2022), its protocol for detectors that see no labels: 70 % of the rows
//! to fit on, without labels, stratified; AUROC and average precision on the rest; the mean
//! over several seeds.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use ae_data::{Dataset, Parts, SourceOptions, source};
use ae_model::{Aim, Plan, Ranking, Settings, train};
use ae_tensor::random::{Purpose, Stream};
use anyhow::{Context, Result, bail};

use super::peers::{Figures, Peers};
use super::{Outcome, Published, ReproArguments};

pub const PUBLISHED: Published = Published {
    name: "adbench",
    title: "ADBench's classical sets",
    needs_folder: true,
    run,
};

/// The sets that the defaults were chosen on: every other one of those that other detectors
/// were run on, by number. The rest were seen twice: with a score of rarity and residual, and
/// with the distance added, which had been the best of those tried on these sets before.
const CHOSEN_ON: [&str; 10] = [
    "2_annthyroid",
    "6_cardio",
    "15_Hepatitis",
    "20_letter",
    "23_mammography",
    "25_musk",
    "28_pendigits",
    "31_satimage-2",
    "40_vowels",
    "42_WBC",
];

/// Sets on which the plainest methods do well, and what is expected there.
const LEAST_AUROC: [(&str, f64); 4] = [
    ("6_cardio", 0.94),
    ("25_musk", 0.99),
    ("28_pendigits", 0.92),
    ("31_satimage-2", 0.97),
];

/// How much faster than the autoencoder among the peers.
const FASTER: f64 = 20.0;

/// A set, and how we do on it.
struct Line {
    set: String,
    rows: usize,
    width: usize,
    anomalies: usize,
    ours: Figures,
}

fn run(arguments: &ReproArguments) -> Result<Outcome> {
    let folder = arguments.folder.as_deref().context("no folder")?;
    let peers = Peers::read(&folder.join("peers.jsonl"))?;
    let mut lines = Vec::new();
    for path in sets(folder)? {
        let line = measure(&path, arguments.seeds)?;
        let [auroc, precision, seconds] = line.ours;
        eprintln!("{}: {auroc:.4} {precision:.4} {seconds:.2} s", line.set);
        lines.push(line);
    }
    if lines.is_empty() {
        bail!("{}: no .npz files", folder.display());
    }
    let compared = |line: &&Line| peers.sets.contains_key(&line.set);
    let shared: Vec<&Line> = lines.iter().filter(compared).collect();
    Ok(Outcome {
        text: table(&lines, &shared, &peers),
        goals: goals(&shared, &peers),
    })
}

/// The sets of a folder, by number.
fn sets(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "npz") {
            paths.push(path);
        }
    }
    let number = |path: &PathBuf| {
        let name = name(path);
        let number = name
            .split('_')
            .next()
            .and_then(|number| number.parse().ok());
        (number.unwrap_or(u32::MAX), name)
    };
    paths.sort_by_cached_key(number);
    Ok(paths)
}

fn name(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

fn measure(path: &Path, seeds: u64) -> Result<Line> {
    let options = SourceOptions {
        member: Some("X".to_owned()),
        label: Some("y".to_owned()),
        ..SourceOptions::default()
    };
    let whole = source::open(&path.to_string_lossy(), &options)?.train;
    let anomalies = anomalies(&whole).with_context(|| path.display().to_string())?;
    let mut sums = [0.0; 3];
    for seed in 0..seeds {
        let figures = one_run(&whole, &anomalies, seed)?;
        for (sum, figure) in sums.iter_mut().zip(figures) {
            *sum += figure;
        }
    }
    Ok(Line {
        set: name(path),
        rows: whole.rows,
        width: whole.width,
        anomalies: anomalies.iter().filter(|is| **is).count(),
        ours: sums.map(|sum| sum / seeds as f64),
    })
}

/// Which rows are anomalies: those labelled 1.
fn anomalies(dataset: &Dataset) -> Result<Vec<bool>> {
    let labels = dataset.labels.as_ref().context("no labels")?;
    let one = labels.names.iter().position(|name| name == "1");
    let one = one.context("no row is labelled 1")?;
    Ok(labels.ids.iter().map(|id| *id as usize == one).collect())
}

fn one_run(whole: &Dataset, anomalies: &[bool], seed: u64) -> Result<Figures> {
    let (fit, rest) = stratified(anomalies, seed);
    let train_rows = Dataset {
        labels: None,
        ..whole.select(&fit)
    };
    let test_rows = whole.select(&rest);
    let started = Instant::now();
    let settings = Settings {
        seed,
        ..Settings::suited_to(&train_rows, Aim::Anomalies)
    };
    let parts = Parts {
        train: train_rows,
        test: None,
    };
    let plan = Plan::new(&parts, &settings)?;
    let scores = train(&parts, &plan, &mut ())?.score(&test_rows)?;
    let seconds = started.elapsed().as_secs_f64();
    let truth: Vec<bool> = rest.iter().map(|row| anomalies[*row as usize]).collect();
    let ranking = Ranking::judge(&scores, &truth)?;
    Ok([ranking.auroc, ranking.average_precision, seconds])
}

/// 70 % and 30 % of the rows of each class, in their order.
fn stratified(anomalies: &[bool], seed: u64) -> (Vec<u32>, Vec<u32>) {
    let (mut fit, mut rest) = (Vec::new(), Vec::new());
    for class in [false, true] {
        let of_class = (0..).zip(anomalies).filter(|(_, is)| **is == class);
        let mut rows: Vec<u32> = of_class.map(|(row, _)| row).collect();
        Stream::new(seed, Purpose::Resampling, class.into()).shuffle(&mut rows);
        let held_out = (0.3 * rows.len() as f64).round() as usize;
        rest.extend_from_slice(&rows[..held_out]);
        fit.extend_from_slice(&rows[held_out..]);
    }
    fit.sort_unstable();
    rest.sort_unstable();
    (fit, rest)
}

fn mean(figures: impl Iterator<Item = Figures> + Clone) -> Figures {
    let count = figures.clone().count() as f64;
    [0, 1, 2].map(|index| figures.clone().map(|figures| figures[index]).sum::<f64>() / count)
}

/// A detector's mean over the sets that it was run on.
fn peer_mean(shared: &[&Line], peers: &Peers, detector: &str) -> Figures {
    let of = |line: &&Line| peers.sets.get(&line.set)?.get(detector).copied();
    mean(shared.iter().filter_map(of))
}

fn table(lines: &[Line], shared: &[&Line], peers: &Peers) -> String {
    let mut text = String::from(
        "AUROC / average precision, means over the seeds; defaults are the same for all sets \
         (`ae train --anomalies`), and were chosen on the sets marked with a star.\n\n\
         | set | rows × columns | anomalies | ours | seconds |",
    );
    for detector in &peers.detectors {
        let _ = write!(text, " {detector} |");
    }
    text += "\n|---|---|---|---|---|";
    text += &"---|".repeat(peers.detectors.len());
    text.push('\n');
    for line in lines {
        let star = if CHOSEN_ON.contains(&line.set.as_str()) {
            " *"
        } else {
            ""
        };
        let share = 100.0 * line.anomalies as f64 / line.rows as f64;
        let _ = write!(
            text,
            "| {}{star} | {} × {} | {share:.1} % |",
            line.set, line.rows, line.width
        );
        let theirs = peers.sets.get(&line.set);
        cells(&mut text, line.ours, peers, |name| {
            theirs?.get(name).copied()
        });
    }
    let halves = [
        ("mean", None),
        ("mean of those marked", Some(true)),
        ("mean of the others", Some(false)),
    ];
    for (title, marked) in halves {
        let is_in = |line: &&&Line| {
            marked.is_none_or(|marked| CHOSEN_ON.contains(&line.set.as_str()) == marked)
        };
        let chosen: Vec<&Line> = shared.iter().filter(is_in).copied().collect();
        if chosen.is_empty() {
            continue;
        }
        let _ = write!(text, "| {title} | {} sets | |", chosen.len());
        let ours = mean(chosen.iter().map(|line| line.ours));
        cells(&mut text, ours, peers, |name| {
            Some(peer_mean(&chosen, peers, name))
        });
    }
    text
}

/// Our figures, and each peer's.
fn cells(text: &mut String, ours: Figures, peers: &Peers, peer: impl Fn(&str) -> Option<Figures>) {
    let _ = write!(
        text,
        " **{:.3} / {:.3}** | {:.2} |",
        ours[0], ours[1], ours[2]
    );
    for detector in &peers.detectors {
        let _ = match peer(detector) {
            Some([auroc, precision, _]) => write!(text, " {auroc:.3} / {precision:.3} |"),
            None => write!(text, " |"),
        };
    }
    text.push('\n');
}

fn goals(shared: &[&Line], peers: &Peers) -> Vec<(String, bool)> {
    let mut goals = Vec::new();
    let ours = mean(shared.iter().map(|line| line.ours));
    for (index, what) in [(0, "AUROC"), (1, "average precision")] {
        for detector in &peers.detectors {
            let theirs = peer_mean(shared, peers, detector)[index];
            let text = format!(
                "mean {what} {:.4} above {detector}'s {theirs:.4}",
                ours[index]
            );
            goals.push((text, ours[index] > theirs));
        }
    }
    for (set, least) in LEAST_AUROC {
        if let Some(line) = shared.iter().find(|line| line.set == set) {
            let text = format!("{set}: AUROC {:.4}, at least {least}", line.ours[0]);
            goals.push((text, line.ours[0] >= least));
        }
    }
    if peers.detectors.iter().any(|detector| detector == "AE") {
        let count = shared.len() as f64;
        let theirs = count * peer_mean(shared, peers, "AE")[2];
        let seconds = count * ours[2];
        let text = format!(
            "one fit and score of each of the {count} sets in {seconds:.1} s, \
             {:.0} times as fast as AE ({theirs:.0} s on another day), at least {FASTER}",
            theirs / seconds
        );
        goals.push((text, FASTER * seconds <= theirs));
    }
    goals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_keep_each_class_s_share_and_every_row_once() {
        let anomalies: Vec<bool> = (0..200).map(|row| row % 10 == 3).collect();
        let (fit, rest) = stratified(&anomalies, 5);
        let odd = |rows: &[u32]| rows.iter().filter(|row| **row % 10 == 3).count();
        assert_eq!((fit.len(), odd(&fit)), (140, 14));
        assert_eq!((rest.len(), odd(&rest)), (60, 6));
        let mut all = [fit.clone(), rest].concat();
        all.sort_unstable();
        assert_eq!(all, (0..200).collect::<Vec<u32>>());
        assert_ne!(stratified(&anomalies, 6).0, fit);
    }
}
