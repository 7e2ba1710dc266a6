use crate::Settings;
use ae_data::noise::Swap;
use ae_data::scaling::Standard;
use ae_nn::Keep;
use ae_nn::loss::Mse;
use ae_nn::optimizer::Adam;
use ae_nn::schedule::OneCycle;

/// Rows shown to the network in training, in all: on half of the ADBench sets that these
/// settings were chosen on, a third as many cost a little, and three times as many gained
/// nothing.
const ROWS_SHOWN: usize = 100_000;

impl Settings {
    /// Settings for finding anomalies in a table of so many rows and features.
    ///
    /// A narrow code has to leave out whatever is rare, which isn't what makes a row odd.
    /// Here the code is as wide as the row (32 at most), and what keeps the network from
    /// copying is noise: every other cell is taken from another row, so that the network has
    /// to learn how cells follow from each other. Swapping half of them is the most it can be
    /// told least by: with 15 %, as is usual for representations (Jahrer 2017), cells
    /// are mostly copied, with 70 % mostly ignored. The number of epochs falls with the rows,
    /// from 500 to 10. No weights are picked by the validation loss: those rows are for the
    /// p-values.
    pub fn detector(rows: usize, features: usize) -> Self {
        Self {
            scaling: Some(Standard {}.into()),
            noise: Swap { p: 0.5 }.into(),
            hidden: vec![128],
            latent: Some(features.clamp(1, 32)),
            loss: Some(Mse {}.into()),
            optimizer: Adam {
                learning_rate: 3e-3,
                ..Adam::default()
            }
            .into(),
            schedule: OneCycle::default().into(),
            epochs: ROWS_SHOWN.div_ceil(rows.max(1)).clamp(10, 500),
            batch: 64,
            keep: Keep::Last,
            ..Self::default()
        }
    }
}
