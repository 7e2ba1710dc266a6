//! Where the learning of a dictionary of features begins (Gao et al. 2024).

use crate::{Rows, Settings};
use ae_nn::Samples;
use ae_nn::activation::{Activation, Linear};
use ae_nn::loss::{Loss, Mse};
use ndarray::{Array1, Array2, Axis};

/// Rows that the centre is fitted on, at most: the paper's number is 32,768, where rows come
/// without end.
const MOST_ROWS: usize = 4096;

/// The search for the centre ends when a step is this share of the rows' mean distance, or after
/// so many.
const LEAST_STEP: f64 = 1e-6;
const MOST_STEPS: usize = 100;

/// A dictionary adds up features: squared error and a linear output, if not given.
pub(crate) fn with_choices(settings: Settings) -> Settings {
    let has_hidden = !settings.hidden.is_empty() && settings.latent.is_some()
        || settings.hidden.len() > 1
        || settings
            .decoder_hidden
            .as_ref()
            .is_some_and(|hidden| !hidden.is_empty());
    if settings.top_k.is_none() || has_hidden || !settings.conv.is_empty() {
        return settings;
    }
    let (mse, linear) = (Loss::Mse(Mse {}), Activation::Linear(Linear {}));
    Settings {
        output: settings
            .output
            .or(settings.loss.is_none().then_some(linear)),
        loss: settings.loss.or(Some(mse)),
        ..settings
    }
}

/// The point with the least mean distance to the rows (Weiszfeld 1937), of evenly spread ones if
/// there are many.
pub(crate) fn geometric_median(rows: &Rows<'_>) -> Vec<f32> {
    let numbers = rows.spread(MOST_ROWS);
    let mut values = Array2::zeros((numbers.len(), rows.width()));
    rows.fill(&numbers, values.view_mut());
    median_of(&values.mapv(f64::from))
        .mapv(|x| x as f32)
        .to_vec()
}

fn median_of(rows: &Array2<f64>) -> Array1<f64> {
    let mut centre = rows.mean_axis(Axis(0)).unwrap_or_default();
    for _ in 0..MOST_STEPS {
        let (mut sum, mut weights, mut distances) = (Array1::zeros(centre.len()), 0.0, 0.0);
        for row in rows.rows() {
            let distance = (&row - &centre).mapv(|d| d * d).sum().sqrt();
            distances += distance;
            // A row that the centre stands on draws it nowhere.
            if distance > 0.0 {
                sum.scaled_add(1.0 / distance, &row);
                weights += 1.0 / distance;
            }
        }
        if weights == 0.0 {
            break;
        }
        let next = sum / weights;
        let step = (&next - &centre).mapv(|d| d * d).sum().sqrt();
        centre = next;
        if step <= LEAST_STEP * distances / rows.nrows() as f64 {
            break;
        }
    }
    centre
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn the_median_of_points_on_a_line_and_of_a_triangle() {
        // On a line it is the median: one far point doesn't draw it away.
        let line = array![[0.0], [1.0], [2.0], [3.0], [1000.0]];
        assert!((median_of(&line)[0] - 2.0).abs() < 1e-2);
        // Of a triangle, the point that sees each side at 120 degrees (Fermat).
        let triangle = array![[0.0, 0.0], [4.0, 0.0], [1.0, 3.0]];
        let found = median_of(&triangle);
        let directions: Vec<_> = triangle
            .rows()
            .into_iter()
            .map(|corner| {
                let to = &corner - &found;
                let length = to.mapv(|d| d * d).sum().sqrt();
                to / length
            })
            .collect();
        for (a, b) in [(0, 1), (1, 2), (0, 2)] {
            assert!((directions[a].dot(&directions[b]) + 0.5).abs() < 1e-3);
        }
    }
}
