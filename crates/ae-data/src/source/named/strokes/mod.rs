//! `strokes`: digits drawn by an imaginary hand, so that everything can be tried without a
//! download.
//!
//! A digit is a skeleton of curves ([`digits`]), bent and placed by a writer's style
//! ([`hand`]) and drawn with a soft pen ([`pen`]). Each row has its own stream of random
//! numbers: the same seed gives the same row however many rows there are, in any order and on
//! any number of threads.

mod digits;
mod hand;
mod pen;

use ae_tensor::parallel;
use ae_tensor::random::{Purpose, Stream};

use self::hand::Style;
use self::pen::{Pen, SIDE};
use super::NamedSource;
use crate::source::SourceOptions;
use crate::{DataError, Dataset, Labels, Layout, Parts, Values};

const PIXELS: usize = SIDE * SIDE;
/// Rows drawn by one thread at a time: about a millisecond.
const ROWS_AT_A_TIME: usize = 128;
/// Where the test rows begin among the streams, out of reach of the training rows: the test
/// part is the same whatever the number of training rows.
const FIRST_TEST_ROW: u64 = 1 << 32;

ae_choice::choice! {
    /// Digits drawn by an imaginary hand: ten classes in turn, 28 × 28 bytes, bright on dark.
    pub struct Strokes = "strokes", "handwriting-like digits, 28 × 28, drawn on the spot" {
        /// Training rows.
        rows: "rows" = 10_000.0, in ae_choice::Range::closed(1.0, 1e6).whole(), "training rows";
        /// Test rows.
        test: "test" = 2_000.0, in ae_choice::Range::closed(1.0, 1e6).whole(), "test rows";
        /// Another seed draws other digits.
        seed: "seed" = 0.0, in ae_choice::Range::closed(0.0, 1e6).whole(), "another seed draws other digits";
    }
}

impl NamedSource for Strokes {
    fn open(&self, _options: &SourceOptions) -> Result<Parts, DataError> {
        Ok(Parts {
            train: self.draw(0, self.rows as usize)?,
            test: Some(self.draw(FIRST_TEST_ROW, self.test as usize)?),
        })
    }
}

impl Strokes {
    fn draw(&self, first: u64, rows: usize) -> Result<Dataset, DataError> {
        let seed = self.seed as u64;
        let mut images = vec![0; rows * PIXELS];
        let chunk = ROWS_AT_A_TIME * PIXELS;
        parallel::for_each(images.as_mut_slice(), chunk, |start, images| {
            let mut scribe = Scribe::default();
            for (offset, image) in images.chunks_exact_mut(PIXELS).enumerate() {
                let row = start / PIXELS + offset;
                let mut stream = Stream::new(seed, Purpose::Generator, first + row as u64);
                scribe.draw(class_of(row), &mut stream, image);
            }
        });
        let classes: Vec<u8> = (0..rows).map(|row| class_of(row) as u8).collect();
        let layout = Layout::Image {
            height: SIDE,
            width: SIDE,
            channels: 1,
        };
        let labels = Labels::from_numbers(&classes);
        Dataset::new("strokes", layout, Values::Bytes(images), Some(labels))
    }
}

/// The classes come in turn, so that any stretch of rows holds all of them.
fn class_of(row: usize) -> usize {
    row % digits::DIGITS.len()
}

/// Draws digits one after the other, on the same sheet.
#[derive(Default)]
struct Scribe {
    pen: Pen,
    points: Vec<[f32; 2]>,
}

impl Scribe {
    fn draw(&mut self, class: usize, stream: &mut Stream, image: &mut [u8]) {
        let variants = digits::DIGITS[class];
        let skeleton = variants[stream.below(variants.len())];
        let style = Style::draw(stream);
        style.place(skeleton, &mut self.points);
        self.pen.clear();
        let mut points = self.points.as_slice();
        for curve in skeleton {
            let (curve, others) = points.split_at(curve.len());
            self.pen.follow(curve, &style.ink);
            points = others;
        }
        self.pen.develop(&style.ink, image);
    }
}
