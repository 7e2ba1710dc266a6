//! Which files of a folder are pictures.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::PictureError;
use super::decode::is_picture;
use crate::source::input::{Input, InputError};

/// A picture's file.
pub struct File {
    pub path: PathBuf,
    /// Its path below the folder, with `/` between folders on any system.
    pub name: String,
}

/// What a folder holds.
pub struct Found {
    /// Pictures in the order of their names: all of them, or those for training and for testing.
    pub parts: Vec<Vec<File>>,
    /// How many folders a picture's class is below the folder.
    pub depth: usize,
    /// What was passed over, for the user to see.
    pub notes: Vec<String>,
}

/// Folders that hold the two parts of a set.
const PARTS: [&str; 2] = ["train", "test"];

/// Looks through a folder and those in it; links to folders are not followed, and what begins
/// with a dot is not looked at.
pub fn walk(folder: &Path) -> Result<Found, PictureError> {
    let (mut files, mut others) = (Vec::new(), Vec::new());
    list(folder, "", &mut files, &mut others).map_err(InputError::Read)?;
    others.sort_unstable();
    let told = told(&others);
    if files.is_empty() {
        return Err(PictureError::None { others: told });
    }
    files.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    let first_folder = |file: &File| file.name.split_once('/').map(|(first, _)| first.to_owned());
    let mut folders: Vec<Option<String>> = files.iter().map(first_folder).collect();
    folders.dedup();
    let has_parts = folders.len() == PARTS.len()
        && PARTS
            .iter()
            .all(|part| folders.contains(&Some((*part).to_owned())));
    let notes = match others.is_empty() {
        true => Vec::new(),
        false => vec![format!("{}: {told}", folder.display())],
    };
    let parts = match has_parts {
        true => {
            let is_test = |file: &File| first_folder(file).as_deref() == Some(PARTS[1]);
            let (test, train) = files.into_iter().partition(is_test);
            vec![train, test]
        }
        false => vec![files],
    };
    Ok(Found {
        parts,
        depth: usize::from(has_parts),
        notes,
    })
}

fn list(
    folder: &Path,
    below: &str,
    files: &mut Vec<File>,
    others: &mut Vec<String>,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let path = entry.path();
        let name = format!("{below}{name}");
        // A link's own kind, not that of what it leads to: links may run in circles.
        if entry.file_type()?.is_dir() {
            list(&path, &format!("{name}/"), files, others)?;
        } else if path.is_file()
            && Input::try_open(&path).is_ok_and(|input| is_picture(input.head()))
        {
            files.push(File { path, name });
        } else {
            others.push(name);
        }
    }
    Ok(())
}

/// What is said of files that are no pictures.
fn told(others: &[String]) -> String {
    match others {
        [] => "no other files".to_owned(),
        [one] => format!("1 other file passed over: {one}"),
        [first, ..] => format!(
            "{} other files passed over, {first} the first of them",
            others.len()
        ),
    }
}
