//! What came back, to be looked at: of each configuration's first seed, a few rows above their
//! reconstructions, as a PNG beside the ledger.

use super::Folder;
use crate::report::picture::{Shape, png, range, stacked, strip};
use ae_data::{Layout, Parts};
use ae_model::{Model, Plan, write_beside};
use ae_nn::Samples;
use ae_sweep::{Analysis, Trial, watched_part};
use image::RgbaImage;
use std::fs;
use std::path::PathBuf;

/// Where pictures are kept, and of what.
pub struct Pictures<'a> {
    folder: PathBuf,
    parts: &'a Parts,
    seed: u64,
}

/// Rows in a picture, and the longest side of an image that is kept.
const ROWS: usize = 8;
const LARGEST_SIDE: usize = 64;

/// Configurations shown where all have codes of one size.
const SHOWN: usize = 4;

impl<'a> Pictures<'a> {
    /// Of trials with this seed: the same rows in each.
    pub fn new(folder: &Folder, parts: &'a Parts, seed: u64) -> Self {
        Self {
            folder: folder.file(PICTURES),
            parts,
            seed,
        }
    }

    /// Keeps a picture of a trial, if its rows are small images.
    pub fn keep(&self, trial: &Trial, plan: &Plan, model: &Model) {
        if trial.settings.seed != self.seed {
            return;
        }
        if let Some(image) = self.draw(plan, model) {
            let path = self.folder.join(name(&trial.id));
            let image = png(image);
            // Deliberately unheard: a sweep is worth more than its pictures.
            let _ = fs::create_dir_all(&self.folder);
            let _ = write_beside(&path, false, |file| file.write_all(&image));
        }
    }

    fn draw(&self, plan: &Plan, model: &Model) -> Option<RgbaImage> {
        let Layout::Image {
            height,
            width,
            channels,
        } = *model.layout()
        else {
            return None;
        };
        if height.max(width) > LARGEST_SIDE {
            return None;
        }
        let rows = plan.rows(self.parts, watched_part(plan))?;
        let count = rows.row_count().min(ROWS);
        let chosen: Vec<u32> = (0..count).map(|row| rows.number(row) as u32).collect();
        let chosen = rows.dataset().select(&chosen);
        let back = model.reconstruct(&chosen).ok()?;
        let mut input = vec![0.0; chosen.width * count];
        for (row, out) in input.chunks_exact_mut(chosen.width).enumerate() {
            chosen.fill_row(row, out);
        }
        let shape = Shape::new(height, width, channels);
        let range = range([input.as_slice()]);
        let images = |rows: &[f32]| {
            let rows = rows.chunks_exact(chosen.width);
            strip(
                &rows
                    .map(|row| shape.photograph(row, range))
                    .collect::<Vec<_>>(),
            )
        };
        Some(stacked(&images(&input), &images(back.as_slice()?)))
    }
}

const PICTURES: &str = "pictures";

fn name(trial: &str) -> String {
    format!("{trial}.png")
}

/// A picture with the name of its configuration: of the best of each size of the code, or of
/// the best few; those of which there is one.
pub fn shown(folder: &Folder, analysis: &Analysis) -> Vec<(String, RgbaImage)> {
    let of_sizes = analysis.sizes.iter().flat_map(|sizes| &sizes.sizes);
    let mut wanted: Vec<_> = of_sizes.map(|size| (&size.label, &size.runs)).collect();
    if wanted.is_empty() {
        let best = analysis.configurations.iter().take(SHOWN);
        wanted = best.map(|best| (&best.label, &best.runs)).collect();
    }
    let picture = |(label, runs): (&String, &Vec<ae_sweep::analysis::Run>)| {
        let files = runs
            .iter()
            .map(|run| folder.file(PICTURES).join(name(&run.trial)));
        let image = files.filter_map(|file| image::open(file).ok()).next()?;
        Some((label.clone(), image.into_rgba8()))
    };
    wanted.into_iter().filter_map(picture).collect()
}
