/// Pixels in a line of the image, and lines.
pub const SIDE: usize = 28;
/// Curves are drawn in straight pieces about this long: shorter ones look no smoother.
const PIECE: f32 = 1.8;
/// Pixels treated at a time, so that the compiler can use vector instructions.
const BLOCK: usize = 8;

/// What a stroke looks like; lengths in pixels.
#[derive(Debug, Clone, Copy)]
pub struct Ink {
    /// Half the width of a stroke.
    pub radius: f32,
    /// How much wider a curve ends than it begins, as a share of the radius.
    pub pressure: f32,
    /// Width of the soft edge.
    pub edge: f32,
    /// Brightness inside the stroke, 0 to 1.
    pub brightness: f32,
}

/// Draws round strokes with soft edges.
pub struct Pen {
    /// Distance of each pixel's centre from the nearest stroke's rim, negative inside; each
    /// line goes on into a block of pixels that nobody sees.
    distance: [[f32; SIDE + BLOCK]; SIDE],
}

impl Default for Pen {
    fn default() -> Self {
        Self {
            distance: [[f32::MAX; SIDE + BLOCK]; SIDE],
        }
    }
}

impl Pen {
    /// Takes a new sheet.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Draws the smooth curve (Catmull–Rom) through the points.
    pub fn follow(&mut self, points: &[[f32; 2]], ink: &Ink) {
        let spans = points.len().saturating_sub(1);
        for span in 0..spans {
            let neighbours = [span.saturating_sub(1), span, span + 1, span + 2];
            let control = neighbours.map(|index| points[index.min(spans)]);
            let progress = (span as f32 + 0.5) / spans as f32 - 0.5;
            let radius = ink.radius * (1.0 + ink.pressure * progress);
            self.draw_span(control, radius, ink.edge);
        }
    }

    fn draw_span(&mut self, control: [[f32; 2]; 4], radius: f32, edge: f32) {
        let [_, start, end, _] = control;
        let along = [end[0] - start[0], end[1] - start[1]];
        let length = (along[0] * along[0] + along[1] * along[1]).sqrt();
        let pieces = (length / PIECE).ceil();
        let mut from = start;
        for piece in 1..=pieces as usize {
            let to = catmull_rom(control, piece as f32 / pieces);
            self.draw_piece(from, to, radius, edge);
            from = to;
        }
    }

    /// Notes the distance from a straight piece in the pixels that it can reach.
    fn draw_piece(&mut self, from: [f32; 2], to: [f32; 2], radius: f32, edge: f32) {
        let reach = radius + edge / 2.0;
        let reached = [0, 1].map(|axis| {
            let (low, high) = (from[axis].min(to[axis]), from[axis].max(to[axis]));
            let first = (low - reach).ceil().max(0.0) as usize;
            let end = (high + reach + 1.0).floor().max(0.0) as usize;
            first..end.min(SIDE)
        });
        let along = [to[0] - from[0], to[1] - from[1]];
        let squared = along[0] * along[0] + along[1] * along[1];
        let inverse = 1.0 / squared.max(f32::MIN_POSITIVE);
        let [columns, lines] = reached;
        for line in lines {
            let y = line as f32 - from[1];
            for first in columns.clone().step_by(BLOCK) {
                let block = &mut self.distance[line][first..first + BLOCK];
                for (offset, distance) in block.iter_mut().enumerate() {
                    let x = first as f32 - from[0] + offset as f32;
                    let share = ((x * along[0] + y * along[1]) * inverse).clamp(0.0, 1.0);
                    let (x, y) = (x - share * along[0], y - share * along[1]);
                    *distance = distance.min((x * x + y * y).sqrt() - radius);
                }
            }
        }
    }

    /// Turns the sheet into pixels.
    pub fn develop(&self, ink: &Ink, image: &mut [u8]) {
        let full = 255.0 * ink.brightness;
        for (pixels, line) in image.chunks_exact_mut(SIDE).zip(&self.distance) {
            for (pixel, distance) in pixels.iter_mut().zip(line) {
                let cover = (0.5 - distance / ink.edge).clamp(0.0, 1.0);
                *pixel = (full * cover + 0.5) as u8;
            }
        }
    }
}

/// The curve between the two middle points, at `t` from 0 to 1.
fn catmull_rom([before, start, end, after]: [[f32; 2]; 4], t: f32) -> [f32; 2] {
    [0, 1].map(|axis| {
        let (p0, p1, p2, p3) = (before[axis], start[axis], end[axis], after[axis]);
        let cubic = 3.0 * (p1 - p2) + p3 - p0;
        let square = 2.0 * p0 - 5.0 * p1 + 4.0 * p2 - p3;
        p1 + 0.5 * t * ((p2 - p0) + t * (square + t * cubic))
    })
}
