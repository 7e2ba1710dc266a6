use std::num::NonZeroUsize;
use std::path::PathBuf;

use ae_data::{Dataset, SourceOptions, source};
use ae_model::{Plan, Settings};
use ae_nn::activation::Relu;
use ae_nn::layer::Image;
use ae_nn::{Activation, Architecture, Stages};
use anyhow::{Context, Result};
use ndarray::Array2;

/// A network, its data and its batch: the sizes that frameworks are compared on.
#[derive(Debug, Clone)]
pub struct Workload {
    pub name: &'static str,
    /// Channels of convolutions, which then are all there is.
    pub conv: Vec<usize>,
    pub hidden: Vec<usize>,
    pub latent: usize,
    pub loss: &'static str,
    pub batch: usize,
    pub data: Data,
    /// The first so many of the data's rows.
    pub rows: usize,
    /// Times through the rows when we take turns with another framework.
    pub epochs: usize,
}

/// What MNIST's rows are.
const IMAGE: Image = Image {
    height: 28,
    width: 28,
    channels: 1,
};

/// What is trained on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Data {
    /// Up to 60,000 rows of 784 bytes.
    Mnist,
    /// Rows of 32 numbers on a curved surface of 6 dimensions, with noise.
    Table,
}

/// Every workload: relu everywhere but on the output, Adam at 1e-3.
pub fn workloads() -> [Workload; 5] {
    let simple = Workload {
        name: "simple",
        conv: vec![],
        hidden: vec![],
        latent: 32,
        loss: "bce",
        batch: 256,
        data: Data::Mnist,
        rows: 60_000,
        epochs: 5,
    };
    let deep = Workload {
        name: "deep",
        hidden: vec![128, 64],
        epochs: 3,
        ..simple.clone()
    };
    let hinton = Workload {
        name: "hinton",
        hidden: vec![1000, 500, 250],
        latent: 30,
        batch: 128,
        epochs: 1,
        ..simple.clone()
    };
    let conv = Workload {
        name: "conv",
        conv: vec![16, 8, 8],
        batch: 128,
        epochs: 1,
        ..simple.clone()
    };
    let tabular = Workload {
        name: "tabular",
        hidden: vec![64],
        loss: "mse",
        batch: 32,
        data: Data::Table,
        rows: 50_000,
        ..simple.clone()
    };
    [simple, deep, hinton, conv, tabular]
}

impl Workload {
    pub fn features(&self) -> usize {
        match self.data {
            Data::Mnist => IMAGE.numbers(),
            Data::Table => 32,
        }
    }

    /// Multiplications and additions of one row, forward and backward: three products a
    /// layer, two for the first, whose input needs no gradient.
    pub fn training_flop(&self) -> Result<f64> {
        let products = self.products()?;
        let first = products.first().copied().unwrap_or_default();
        Ok(2.0 * (3 * products.iter().sum::<usize>() - first) as f64)
    }

    /// The same for one row, forward only.
    pub fn inference_flop(&self) -> Result<f64> {
        Ok(2.0 * self.products()?.into_iter().sum::<usize>() as f64)
    }

    /// From the rows through the code and back, where layers are dense.
    pub fn widths(&self) -> Vec<usize> {
        let mut widths = vec![self.features()];
        if self.conv.is_empty() {
            widths.extend(&self.hidden);
            widths.push(self.latent);
            widths.extend(self.hidden.iter().rev());
        }
        widths.push(self.features());
        widths
    }

    /// The network and its batch, in words.
    pub fn title(&self) -> String {
        let widths: Vec<String> = self.widths().iter().map(usize::to_string).collect();
        let channels: Vec<String> = self.conv.iter().map(usize::to_string).collect();
        let shape = match channels.is_empty() {
            true => widths.join("-"),
            false => format!("of {} channels and back", channels.join("-")),
        };
        format!("{} {shape}, batch {}", self.name, self.batch)
    }

    /// Multiply-adds of a row in each layer that has any.
    fn products(&self) -> Result<Vec<usize>> {
        let stages = Stages {
            image: IMAGE,
            filters: self.conv.clone(),
            has_dense_code: false,
        };
        let architecture = Architecture {
            stages: (!self.conv.is_empty()).then_some(stages),
            hidden: self.hidden.clone(),
            latent: self.latent,
            ..Architecture::new(self.features())
        };
        let autoencoder = architecture.build(&self.loss.parse()?, 1)?;
        let layers = autoencoder.network().layers().iter();
        let products = layers.map(|layer| layer.products());
        Ok(products.filter(|products| *products > 0).collect())
    }

    /// The rows, as the program would read them.
    pub fn open(&self) -> Result<(ae_data::Parts, Plan)> {
        let parts = match self.data {
            Data::Mnist => {
                let options = SourceOptions {
                    folder: datasets(),
                    limit: NonZeroUsize::new(self.rows),
                    ..SourceOptions::default()
                };
                source::open("mnist", &options).context("run `cargo xtask fetch-mnist` first")?
            }
            Data::Table => ae_data::Parts {
                train: table(self.rows)?,
                test: None,
            },
        };
        let settings = Settings {
            conv: self.conv.clone(),
            hidden: self.hidden.clone(),
            latent: self.conv.is_empty().then_some(self.latent),
            latent_activation: Activation::Relu(Relu {}),
            loss: Some(self.loss.parse()?),
            batch: self.batch,
            validation: 0.0,
            ..Settings::default()
        };
        let plan = Plan::new(&parts, &settings)?;
        Ok((parts, plan))
    }
}

/// Where fetched data sets are.
pub fn datasets() -> PathBuf {
    crate::workspace_root().join("datasets")
}

/// tanh(z A) + 0.1 n, with z of 6 normal numbers a row and A fixed.
fn table(rows: usize) -> Result<Dataset> {
    use ae_data::{Layout, Values};
    use ae_tensor::random::{Purpose, Stream};
    const WIDTH: usize = 32;
    const HIDDEN: usize = 6;
    let mut stream = Stream::new(0, Purpose::Generator, 0);
    let mut normal = |rows: usize, columns: usize| {
        let mut numbers = Array2::zeros((rows, columns));
        if let Some(numbers) = numbers.as_slice_mut() {
            stream.fill_normal(numbers);
        }
        numbers
    };
    let (hidden, mixing, noise) = (
        normal(rows, HIDDEN),
        normal(HIDDEN, WIDTH),
        normal(rows, WIDTH),
    );
    let mut values = Array2::zeros((rows, WIDTH));
    ae_tensor::matmul(hidden.view(), mixing.view(), values.view_mut());
    values.zip_mut_with(&noise, |value: &mut f32, noise| {
        *value = value.tanh() + 0.1 * noise;
    });
    let names = (0..WIDTH).map(|column| format!("x{column}")).collect();
    let values = Values::Floats(values.into_iter().collect());
    Ok(Dataset::new("table", Layout::Columns(names), values, None)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flop_a_row_of_each_network() {
        // Counted by hand from the widths.
        let flop = workloads().map(|workload| workload.training_flop().unwrap());
        assert_eq!(
            flop,
            [250_880.0, 1_126_400.0, 15_430_000.0, 4_284_288.0, 45_056.0]
        );
    }
}
