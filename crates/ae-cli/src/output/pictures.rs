//! Rows that are images on their way out.

use super::{Block, Head, Next};
use crate::failure::Failure;
use crate::report::picture::{Shape, grid, png, range, stacked};
use ae_model::write_beside;
use ndarray::Array2;
use std::collections::HashSet;
use std::fs;
use std::io::Write;
use std::path::Path;

/// Images in a picture, at most.
const MOST_IMAGES: usize = 10_000;

/// Images that stand in one line; more make a square.
const FEW_IMAGES: usize = 12;

/// All rows as images in one picture.
pub fn in_one(file: &mut dyn Write, head: &Head<'_>, next: &mut Next<'_>) -> anyhow::Result<()> {
    let shape = shape(head)?;
    let mut blocks: Vec<Block> = Vec::new();
    while let Some(block) = next()? {
        blocks.push(block);
        let count: usize = blocks.iter().map(|block| block.rows.nrows()).sum();
        if count > MOST_IMAGES {
            let what = format!("a picture has room for {MOST_IMAGES} images, there are more");
            return Err(Failure::new(what, "end the name in .csv or .npy").into());
        }
    }
    let rows: Vec<&[f32]> = blocks.iter().flat_map(|block| lines(&block.rows)).collect();
    let seen = blocks.iter().filter_map(|block| block.seen.as_ref());
    let seen: Vec<&[f32]> = seen.flat_map(lines).collect();
    let shown = range(rows.iter().chain(&seen).copied());
    let mut photographs: Vec<_> = rows
        .iter()
        .map(|row| shape.photograph(row, shown))
        .collect();
    for (photograph, seen) in photographs.iter_mut().zip(seen) {
        *photograph = stacked(&shape.photograph(seen, shown), photograph);
    }
    let in_a_line = match head.in_a_line || photographs.len() <= FEW_IMAGES {
        true => photographs.len(),
        false => (photographs.len() as f64).sqrt().ceil() as usize,
    };
    match grid(&photographs, in_a_line.max(1)) {
        Some(picture) => Ok(file.write_all(&png(picture))?),
        None => Err(Failure::new("no rows to draw", "an image takes one at least").into()),
    }
}

/// Each row as a picture of its own, in a folder: below the name of the picture that it was made
/// of, or by its number.
pub fn in_folder(folder: &Path, head: &Head<'_>, next: &mut Next<'_>) -> anyhow::Result<()> {
    let shape = shape(head)?;
    let (mut row, mut written) = (0, HashSet::new());
    while let Some(block) = next()? {
        for (index, values) in lines(&block.rows).enumerate() {
            row += 1;
            let name = match block.ids.get(index) {
                Some(name) if name.to_lowercase().ends_with(".png") => name.clone(),
                Some(name) => format!("{name}.png"),
                None => format!("{row:06}.png"),
            };
            let path = folder.join(&name);
            if !written.insert(name) {
                let what = format!("{}: two pictures would have this name", path.display());
                return Err(Failure::new(what, "rename one of their originals").into());
            }
            // It may be an original: of these rows, or of others.
            if path.exists() {
                let what = format!("{}: there is such a file already", path.display());
                return Err(Failure::new(what, "give `--out` a new folder").into());
            }
            let above = path.parent().unwrap_or(folder);
            fs::create_dir_all(above).map_err(|error| {
                let what = format!("{}: can't make this folder: {error}", above.display());
                Failure::new(what, "give `--out` another folder")
            })?;
            let bytes = png(shape.photograph(values, (0.0, head.white)));
            write_beside(&path, false, |file| file.write_all(&bytes))?;
        }
    }
    Ok(())
}

fn shape<'a>(head: &'a Head<'_>) -> anyhow::Result<&'a Shape> {
    head.image.as_ref().ok_or_else(|| {
        let hint = "end the name in .csv or .npy";
        Failure::new("these rows are no images", hint).into()
    })
}

fn lines(rows: &Array2<f32>) -> impl Iterator<Item = &[f32]> {
    rows.as_slice()
        .unwrap_or_default()
        .chunks(rows.ncols().max(1))
}
