//! Pictures as people keep them: PNG and JPEG files, one alone or a folder of them.
//!
//! What a file is goes by its content, never by its name. Rows are in the order of the files'
//! paths; folders within the folder name classes, or `train` and `test`. All pictures of a data
//! set become rows of one size, one colour mode and one kind of number: see [`Pictures`].

mod decode;
mod folder;
mod options;

use std::path::Path;

use ndarray::{Array2, ArrayViewMut2};

pub use options::{Background, Colour, Pictures, Size};

use self::decode::{Kept, Probe};
use self::folder::File;
use super::input::{Input, InputError};
use super::{Format, SourceOptions};
use crate::{DataError, Dataset, Labels, Layout, Parts, Problem, Values};
use ae_tensor::parallel;

pub const FORMAT: Format = Format {
    name: "pictures",
    summary: "PNG and JPEG files: one, or a folder of them, with a folder for each class if there are classes",
    signature: decode::is_picture,
    name_fits: |_name| false,
    read,
};

/// What is wrong with a picture, or with a folder of them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// The bytes cannot be had.
    #[error(transparent)]
    Input(#[from] InputError),
    /// What stands in the file can't be decoded.
    #[error("damaged or incomplete picture: {0}")]
    Damaged(String),
    /// A picture of another size than the first.
    #[error("{found} pixels, where {first} has {expected}")]
    Size {
        /// Its size.
        found: Size,
        /// The first one's.
        expected: Size,
        /// The first one's path.
        first: String,
    },
    /// A folder without any.
    #[error("no pictures found: looked for PNG and JPEG files in it and in its folders; {others}")]
    None {
        /// What was found instead.
        others: String,
    },
    /// More numbers than a row may have, or than there is memory for.
    #[error("{pictures} pictures of {size} pixels are too large")]
    TooLarge {
        /// How many there are.
        pictures: usize,
        /// Their size.
        size: Size,
    },
}

impl Problem for PictureError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Damaged(_) => Some("`--skip-damaged` leaves such files out".to_owned()),
            Self::Size { expected, .. } => Some(format!(
                "`--resize {expected}` (width x height) brings all of them to one size"
            )),
            Self::TooLarge { .. } => Some("`--resize 64x64` makes them smaller".to_owned()),
            Self::Input(error) => error.hint(),
            Self::None { .. } => None,
        }
    }
}

/// Reads one file.
fn read(input: Input, options: &SourceOptions) -> Result<Parts, DataError> {
    let path = input.path().to_owned();
    let name = path.file_name().unwrap_or(path.as_os_str());
    let name = name.to_string_lossy().into_owned();
    let file = File {
        path: path.clone(),
        name: name.clone(),
    };
    let read = Reading::of(&path, vec![file], options)?;
    let (how, kept) = (read.how(options), read.kept());
    Ok(Parts {
        train: read.dataset(name, how, kept, None)?,
        test: None,
    })
}

/// Reads all pictures in a folder.
///
/// # Errors
/// None in it; one that is damaged or has another size than the first, unless the options say
/// what to do.
pub fn open_folder(path: &Path, options: &SourceOptions) -> Result<Parts, DataError> {
    let found = folder::walk(path).map_err(DataError::in_file(path))?;
    let name = path.file_name().unwrap_or(path.as_os_str());
    let name = name.to_string_lossy().into_owned();
    let limit = options.limit.map_or(usize::MAX, |limit| limit.get());
    let parts = found.parts.into_iter().map(|mut files| {
        files.truncate(limit);
        Reading::of(path, files, options)
    });
    let mut parts: Vec<Reading> = parts.collect::<Result<_, _>>()?;
    // Both parts of a set that has two are read in one way.
    let (mut how, mut kept) = (parts[0].how(options), parts[0].kept());
    for part in &parts[1..] {
        how.colour = how.colour.max(part.how(options).colour);
        kept = kept.max(part.kept());
        part.check_size(how, &parts[0])?;
    }
    let mut datasets = Vec::new();
    for part in parts.drain(..) {
        let classes = part.classes(found.depth);
        let mut dataset = part.dataset(name.clone(), how, kept, classes)?;
        dataset.warnings.splice(0..0, found.notes.iter().cloned());
        datasets.push(dataset);
    }
    let mut datasets = datasets.into_iter();
    Ok(Parts {
        train: datasets.next().ok_or(DataError::NoRows { name })?,
        test: datasets.next(),
    })
}

/// Files of one part that were found to be pictures.
struct Reading {
    files: Vec<(File, Probe)>,
    skip_damaged: bool,
    notes: Vec<String>,
}

impl Reading {
    /// Looks at every file before any is decoded.
    fn of(folder: &Path, files: Vec<File>, options: &SourceOptions) -> Result<Self, DataError> {
        let mut probes: Vec<Option<Result<Probe, PictureError>>> =
            files.iter().map(|_| None).collect();
        parallel::install(|| {
            parallel::for_each((&files[..], &mut probes[..]), 1, |_, (files, probes)| {
                for (file, probe) in files.iter().zip(probes) {
                    *probe = Some(decode::probe(&file.path));
                }
            });
        });
        let (mut good, mut damaged) = (Vec::new(), Vec::new());
        for (file, probe) in files.into_iter().zip(probes.into_iter().flatten()) {
            match probe {
                Ok(probe) => good.push((file, probe)),
                Err(_) if options.skip_damaged => damaged.push(file.name),
                Err(problem) => return Err(DataError::in_file(&file.path)(problem)),
            }
        }
        let notes = Vec::from_iter(told(&damaged));
        let reading = Self {
            files: good,
            skip_damaged: options.skip_damaged,
            notes,
        };
        match reading.files.is_empty() {
            true => Err(DataError::in_file(folder)(PictureError::None {
                others: format!("{} damaged ones", damaged.len()),
            })),
            false => Ok(reading),
        }
    }

    /// What the options say, and what these pictures are where they don't.
    fn how(&self, options: &SourceOptions) -> Pictures {
        let is_grey = self.files.iter().all(|(_, probe)| probe.is_grey);
        let known = options.pictures.unwrap_or(Pictures {
            resize: None,
            colour: if is_grey { Colour::Grey } else { Colour::Rgb },
            background: Background::default(),
        });
        Pictures {
            resize: options.resize.or(known.resize),
            colour: options.colour.unwrap_or(known.colour),
            background: options.background.unwrap_or(known.background),
        }
    }

    fn kept(&self) -> Kept {
        match self.files.iter().any(|(_, probe)| probe.is_deep) {
            true => Kept::Floats,
            false => Kept::Bytes,
        }
    }

    fn size(&self, how: Pictures) -> Size {
        how.resize.unwrap_or(self.files[0].1.size)
    }

    /// Whether all have the size of the first of `other`.
    fn check_size(&self, how: Pictures, other: &Self) -> Result<(), DataError> {
        if how.resize.is_some() {
            return Ok(());
        }
        let (first, expected) = (&other.files[0].0, other.files[0].1.size);
        let odd = self.files.iter().find(|(_, probe)| probe.size != expected);
        odd.map_or(Ok(()), |(file, probe)| {
            Err(DataError::in_file(&file.path)(PictureError::Size {
                found: probe.size,
                expected,
                first: first.name.clone(),
            }))
        })
    }

    /// The class of each picture, where folders name several: that of its folder at this depth.
    fn classes(&self, depth: usize) -> Option<Vec<String>> {
        let class = |(file, _): &(File, Probe)| {
            let mut folders = file.name.split('/').skip(depth);
            let class = folders.next()?.to_owned();
            folders.next().is_some().then_some(class)
        };
        let classes: Vec<String> = self.files.iter().map(class).collect::<Option<_>>()?;
        classes
            .iter()
            .any(|class| *class != classes[0])
            .then_some(classes)
    }

    /// Decodes all.
    fn dataset(
        mut self,
        name: String,
        how: Pictures,
        kept: Kept,
        classes: Option<Vec<String>>,
    ) -> Result<Dataset, DataError> {
        self.check_size(how, &self)?;
        let size = self.size(how);
        let channels = how.colour.channels();
        let shape = (self.files.len(), size.numbers(channels));
        let too_large = || {
            let pictures = self.files.len();
            DataError::in_file(&self.files[0].0.path)(PictureError::TooLarge { pictures, size })
        };
        let (values, bad) = match kept {
            Kept::Bytes => {
                let mut rows = room::<u8>(shape).ok_or_else(too_large)?;
                let bad = self.decode(rows.view_mut(), |path, row| {
                    decode::bytes(path, how, size, row)
                })?;
                (Values::Bytes(rows.into_raw_vec_and_offset().0), bad)
            }
            Kept::Floats => {
                let mut rows = room::<f32>(shape).ok_or_else(too_large)?;
                let bad = self.decode(rows.view_mut(), |path, row| {
                    decode::floats(path, how, size, row)
                })?;
                (Values::Floats(rows.into_raw_vec_and_offset().0), bad)
            }
        };
        let Size { width, height } = size;
        let layout = Layout::Image {
            height,
            width,
            channels,
        };
        let labels = classes.map(|classes| Labels::from_texts(&classes));
        let mut dataset = Dataset::new(name, layout, values, labels)?;
        dataset.row_names = self
            .files
            .iter()
            .map(|(file, _)| file.name.clone())
            .collect();
        dataset.pictures = Some(how);
        if !bad.is_empty() {
            let good: Vec<u32> = (0..)
                .take(dataset.rows)
                .filter(|row| !bad.contains(row))
                .collect();
            if good.is_empty() {
                return Err(DataError::NoRows { name: dataset.name });
            }
            let damaged: Vec<String> = bad
                .iter()
                .map(|row| dataset.row_names[*row as usize].clone())
                .collect();
            dataset = dataset.select(&good);
            self.notes.extend(told(&damaged));
        }
        let colour = self
            .files
            .iter()
            .filter(|(_, probe)| !probe.is_grey)
            .count();
        if colour > 0 && colour < self.files.len() {
            self.notes.push(format!(
                "{colour} of {} pictures have colours: all are taken as {}",
                self.files.len(),
                how.colour
            ));
        }
        let about = |note: &String| format!("{}: {note}", dataset.name);
        dataset.warnings = self.notes.iter().map(about).collect();
        Ok(dataset)
    }

    /// Lets `fill` write each picture into its row; returns those that are damaged, where they may
    /// be.
    fn decode<T: Send>(
        &self,
        rows: ArrayViewMut2<'_, T>,
        fill: impl Fn(&Path, &mut [T]) -> Result<(), PictureError> + Sync,
    ) -> Result<Vec<u32>, DataError> {
        let mut problems: Vec<Option<PictureError>> = self.files.iter().map(|_| None).collect();
        let parts = (&self.files[..], rows, &mut problems[..]);
        parallel::install(|| {
            parallel::for_each(parts, 1, |_, (files, mut rows, problems)| {
                let lines = files.iter().zip(rows.rows_mut()).zip(problems);
                for (((file, _), mut row), problem) in lines {
                    *problem = match row.as_slice_mut() {
                        Some(row) => fill(&file.path, row).err(),
                        None => None,
                    };
                }
            });
        });
        let mut bad = Vec::new();
        for (row, problem) in (0..).zip(problems) {
            match problem {
                None => {}
                Some(_) if self.skip_damaged => bad.push(row),
                Some(problem) => {
                    let (file, _) = &self.files[row as usize];
                    return Err(DataError::in_file(&file.path)(problem));
                }
            }
        }
        Ok(bad)
    }
}

/// Numbers in a picture, at most: a file of a few bytes may claim any size.
const MOST_NUMBERS: usize = 1 << 26;

/// Zeros, if there is memory for so many.
fn room<T: Clone + Default>((rows, width): (usize, usize)) -> Option<Array2<T>> {
    let mut values: Vec<T> = Vec::new();
    let length = rows.checked_mul(width).filter(|_| width <= MOST_NUMBERS)?;
    values.try_reserve_exact(length).ok()?;
    values.resize(length, T::default());
    Array2::from_shape_vec((rows, width), values).ok()
}

/// Named at most.
const NAMED: usize = 3;

/// What is said of damaged pictures that were left out.
fn told(damaged: &[String]) -> Option<String> {
    let (first, more) = (
        damaged.iter().take(NAMED),
        damaged.len().saturating_sub(NAMED),
    );
    let names = first.cloned().collect::<Vec<_>>().join(", ");
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    (!damaged.is_empty()).then(|| format!("{} damaged left out: {names}{more}", damaged.len()))
}
