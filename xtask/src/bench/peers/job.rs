use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use ae_nn::Samples;
use anyhow::{Context, Result};
use ndarray::Array2;
use serde::Serialize;

use crate::bench::workload::{Data, Workload, datasets};

/// What a peer is to train, and on what.
#[derive(Debug, Serialize)]
pub struct Job<'a> {
    widths: Vec<usize>,
    /// Channels of convolutions over square images, in place of dense layers.
    #[serde(skip_serializing_if = "<[usize]>::is_empty")]
    conv: &'a [usize],
    loss: &'a str,
    batch: usize,
    epochs: usize,
    /// An npy or IDX file.
    rows: &'a Path,
}

impl<'a> Job<'a> {
    pub fn new(workload: &'a Workload, rows: &'a Path) -> Self {
        Self {
            widths: workload.widths(),
            conv: &workload.conv,
            loss: workload.loss,
            batch: workload.batch,
            epochs: workload.epochs,
            rows,
        }
    }
}

/// The file with a workload's rows: MNIST's own, or one written into `folder`, with the rows
/// as our own network sees them.
pub fn rows_file(workload: &Workload, rows: &dyn Samples, folder: &Path) -> Result<PathBuf> {
    if workload.data == Data::Mnist {
        return mnist_file();
    }
    let numbers: Vec<u32> = (0..rows.row_count() as u32).collect();
    let mut values = Array2::zeros((numbers.len(), rows.width()));
    rows.fill(&numbers, values.view_mut());
    let path = folder.join(format!("{}.npy", workload.name));
    let mut file = BufWriter::new(File::create(&path)?);
    ae_data::write_npy(&mut file, values.view())?;
    file.flush()?;
    Ok(path)
}

/// MNIST's training images, packed or not.
pub fn mnist_file() -> Result<PathBuf> {
    let folder = datasets().join("mnist");
    let names = ["train-images-idx3-ubyte", "train-images-idx3-ubyte.gz"];
    let mut paths = names.iter().map(|name| folder.join(name));
    paths.find(|path| path.is_file()).with_context(|| {
        let folder = folder.display();
        format!(
            "no {} in {folder}; run `cargo xtask fetch-mnist` first",
            names[0]
        )
    })
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::bench::workload::workloads;

    #[test]
    fn a_job_says_what_scripts_ask_for() {
        let [simple, .., conv, tabular] = workloads();
        let job = Job::new(&simple, Path::new("rows.idx"));
        assert_eq!(
            serde_json::to_string(&job).unwrap(),
            r#"{"widths":[784,32,784],"loss":"bce","batch":256,"epochs":5,"rows":"rows.idx"}"#
        );
        let job = serde_json::to_string(&Job::new(&conv, Path::new("rows.idx"))).unwrap();
        assert!(
            job.starts_with(r#"{"widths":[784,784],"conv":[16,8,8],"#),
            "{job}"
        );
        let folder = tempfile::tempdir().unwrap();
        let rows = array![[1.0f32, 2.0], [3.0, 4.0]];
        let path = rows_file(&tabular, &rows, folder.path()).unwrap();
        let mut expected = Vec::new();
        ae_data::write_npy(&mut expected, rows.view()).unwrap();
        assert_eq!(std::fs::read(path).unwrap(), expected);
    }
}
