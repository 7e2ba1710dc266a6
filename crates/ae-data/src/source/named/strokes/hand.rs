use std::f32::consts::TAU;

use ae_tensor::random::Stream;

use super::digits::{GRID, Skeleton};
use super::pen::{Ink, SIDE};

/// Waves by which a skeleton is bent: one would look like a formula, many like a tremor.
const WAVES: usize = 3;
/// The bending of a point by one wave, in heights of the digit, where it is strongest.
const WAVE_HEIGHT: f32 = 0.03;
/// Free pixels kept around the digit.
const MARGIN: f32 = 2.0;

/// How one digit is written. Lengths are in pixels, angles in radians.
pub struct Style {
    height: f32,
    /// Width of the grid over its height, relative to the skeleton's own.
    aspect: f32,
    /// Horizontal shift of the top over the bottom, per height.
    slant: f32,
    rotation: f32,
    offset: [f32; 2],
    waves: [Wave; WAVES],
    pub ink: Ink,
}

#[derive(Clone, Copy)]
struct Wave {
    /// Cycles per height, along x and y.
    frequency: [f32; 2],
    phase: f32,
    amplitude: [f32; 2],
}

impl Style {
    /// A style like those of many hands: upright to leaning right, thin to broad.
    pub fn draw(stream: &mut Stream) -> Self {
        let mut normals = [0.0; 64];
        stream.fill_normal(&mut normals);
        let mut normals = normals.into_iter();
        let mut about = |mean: f32, deviation: f32| {
            // Beyond two deviations a digit would no longer look like one.
            mean + deviation * normals.next().unwrap_or_default().clamp(-2.0, 2.0)
        };
        let waves = [(); WAVES].map(|()| Wave {
            frequency: [about(0.0, 0.6), about(0.0, 0.6)],
            phase: about(0.0, TAU / 4.0),
            amplitude: [about(0.0, WAVE_HEIGHT), about(0.0, WAVE_HEIGHT)],
        });
        Self {
            height: about(18.4, 1.1),
            aspect: about(0.98, 0.18),
            slant: about(0.17, 0.24),
            rotation: about(0.0, 0.11),
            offset: [about(0.0, 0.7), about(0.0, 0.7)],
            waves,
            ink: Ink {
                // Thinner lines than a real pen draws would fade between pixels.
                radius: about(1.2, 0.33).max(0.7),
                pressure: about(0.0, 0.12),
                edge: about(1.1, 0.15),
                brightness: about(0.98, 0.06).min(1.0),
            },
        }
    }

    /// Puts the skeleton's points into the image, in pixels (whole numbers are centres of
    /// pixels), one curve after the other: bent, leaning, and moved, and if need be shrunk, to
    /// lie inside.
    pub fn place(&self, skeleton: Skeleton, points: &mut Vec<[f32; 2]>) {
        points.clear();
        let (sine, cosine) = f64::from(self.rotation).sin_cos();
        let rotation = (sine as f32, cosine as f32);
        let of_grid = skeleton.iter().copied().flatten();
        points.extend(of_grid.map(|&point| self.shape(point, rotation)));
        let room = SIDE as f32 / 2.0 - MARGIN - self.ink.radius;
        let extremes = [0, 1].map(|axis| {
            let along = points.iter().map(|point| point[axis]);
            let low = along.clone().fold(f32::INFINITY, f32::min);
            (low, along.fold(f32::NEG_INFINITY, f32::max))
        });
        let half = extremes.map(|(low, high)| (high - low) / 2.0);
        let scale = self.height.min(room / half[0].max(half[1]));
        for axis in 0..2 {
            let free = (room - scale * half[axis]).max(0.0);
            let centre = (SIDE as f32 - 1.0) / 2.0 + self.offset[axis].clamp(-free, free);
            let middle = extremes[axis].0 + half[axis];
            for point in points.iter_mut() {
                point[axis] = scale * (point[axis] - middle) + centre;
            }
        }
    }

    /// A point of the grid, bent, leaning and turned, around 0 and in heights of the digit.
    fn shape(&self, [x, y]: [f32; 2], (sine, cosine): (f32, f32)) -> [f32; 2] {
        let x = (x - GRID[0] / 2.0) / GRID[1];
        let y = y / GRID[1] - 0.5;
        let mut bent = [x, y];
        for wave in &self.waves {
            let cycles = wave.frequency[0] * x + wave.frequency[1] * y;
            // A sine in `f64` rounds to the same `f32` on every system; one in `f32` does not.
            let swing = f64::from(TAU * cycles + wave.phase).sin() as f32;
            bent[0] += wave.amplitude[0] * swing;
            bent[1] += wave.amplitude[1] * swing;
        }
        let x = self.aspect * bent[0] - self.slant * bent[1];
        [cosine * x - sine * bent[1], sine * x + cosine * bent[1]]
    }
}
