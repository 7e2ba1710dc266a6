//! How pictures must be read for a model.

use crate::{Model, ModelError};
use ae_data::source::{Background, Colour, Pictures};
use ae_data::{Dataset, Layout, SourceOptions};

impl Model {
    /// How a source has to be read for this model, where `options` don't say: pictures are made
    /// into rows as those it was trained on.
    pub fn reading(&self, options: SourceOptions) -> SourceOptions {
        let by_channels = || {
            let Layout::Image { channels, .. } = self.layout else {
                return None;
            };
            Some(Pictures {
                resize: None,
                colour: Colour::with_channels(channels)?,
                background: Background::default(),
            })
        };
        SourceOptions {
            pictures: self.pictures.or_else(by_channels),
            ..options
        }
    }

    /// What a white pixel is in the units of the training rows, black being 0: 255, or 1 where
    /// brightness runs from 0 to 1.
    pub fn white(&self) -> f32 {
        let mut brightest = self.reference().mean.clone();
        let scaling = self.preprocessing.scaling();
        scaling.inverse_row(&mut brightest);
        match (scaling.range(), scaling.scale()) {
            // What `unit` divides by.
            (Some((0.0, 1.0)), [white]) => *white as f32,
            _ if brightest.iter().any(|value| *value > 1.0) => 255.0,
            _ => 1.0,
        }
    }

    /// How pictures became the rows it was trained on, if they did.
    pub fn pictures(&self) -> Option<Pictures> {
        self.pictures
    }

    /// Images must have this model's size and colours.
    pub(crate) fn check_images(&self, dataset: &Dataset) -> Result<(), ModelError> {
        let image = |layout: &Layout| match layout {
            Layout::Image {
                height,
                width,
                channels,
            } => Some((*width, *height, *channels)),
            _ => None,
        };
        let (Some(found), Some(expected)) = (image(&dataset.layout), image(&self.layout)) else {
            return Ok(());
        };
        if found == expected {
            return Ok(());
        }
        let words = |(width, height, channels): (usize, usize, usize)| match channels {
            1 => format!("{width}x{height} pixels"),
            _ => format!("{width}x{height} pixels of {channels} numbers"),
        };
        let (width, height, channels) = expected;
        let hint = match dataset.pictures {
            Some(_) if found.2 == channels => {
                format!("`--resize {width}x{height}` brings pictures to that size")
            }
            Some(_) => "`--colour` says whether pictures are read in colour".to_owned(),
            None => "images must have the size and the colours of the training images".to_owned(),
        };
        Err(ModelError::Settings {
            what: format!(
                "{}: images of {}, where the model takes {}",
                dataset.name,
                words(found),
                words(expected)
            ),
            hint,
        })
    }
}
