//! The error by the size of the code, and how large a code is worth having.

use super::statistics::MeanSd;
use super::{Configuration, Run};
use serde::Serialize;

/// The curve.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Sizes {
    /// By size, from small to large: at least two.
    pub sizes: Vec<Size>,
    /// Index of the size where the curve bends, if it does: beyond it, more numbers buy little.
    pub knee: Option<usize>,
}

/// The best configuration of a size.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Size {
    /// Numbers in the code.
    pub latent: usize,
    /// Its error.
    pub error: MeanSd,
    /// Error of as many principal components.
    pub pca_error: Option<f64>,
    /// Share of the variance explained.
    pub explained_variance: Option<f64>,
    /// What else it is.
    pub label: String,
    /// Its runs.
    pub runs: Vec<Run>,
}

/// Of configurations, best first.
pub(super) fn sizes(configurations: &[Configuration]) -> Option<Sizes> {
    let mut sizes: Vec<Size> = Vec::new();
    for configuration in configurations.iter().filter(|c| !c.runs.is_empty()) {
        if !sizes.iter().any(|size| size.latent == configuration.latent) {
            sizes.push(Size {
                latent: configuration.latent,
                error: configuration.error,
                pca_error: configuration.pca_error.map(|error| error.mean),
                explained_variance: configuration.explained_variance.map(|share| share.mean),
                label: configuration.label.clone(),
                runs: configuration.runs.clone(),
            });
        }
    }
    sizes.sort_by_key(|size| size.latent);
    let points: Vec<(f64, f64)> = sizes
        .iter()
        .map(|size| ((size.latent as f64).ln(), size.error.mean))
        .collect();
    (sizes.len() > 1).then(|| Sizes {
        knee: knee(&points),
        sizes,
    })
}

/// Where a falling curve lies farthest below the straight line between its ends, both axes
/// scaled to 1 (Satopää et al., "Finding a 'kneedle' in a haystack", 2011); `None` where no
/// point lies below it by a twentieth.
fn knee(points: &[(f64, f64)]) -> Option<usize> {
    const LEAST: f64 = 0.05;
    let (first, last) = (points.first()?, points.last()?);
    let (width, height) = (last.0 - first.0, first.1 - last.1);
    if points.len() < 3 || width <= 0.0 || height <= 0.0 {
        return None;
    }
    let below = |point: &(f64, f64)| {
        let line = 1.0 - (point.0 - first.0) / width;
        line - (point.1 - last.1) / height
    };
    let depths = points.iter().map(below).zip(0..);
    let (depth, index) = depths.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (depth > LEAST).then_some(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_knee_is_where_the_curve_bends() {
        let points = |errors: [f64; 5]| {
            let sizes = [2.0f64, 4.0, 8.0, 16.0, 32.0];
            sizes
                .map(f64::ln)
                .into_iter()
                .zip(errors)
                .collect::<Vec<_>>()
        };
        assert_eq!(knee(&points([1.0, 0.5, 0.12, 0.1, 0.09])), Some(2));
        assert_eq!(knee(&points([1.0, 0.75, 0.5, 0.25, 0.0])), None);
        assert_eq!(knee(&points([1.0, 1.1, 1.2, 1.3, 1.4])), None);
        assert_eq!(knee(&points([1.0, 0.1, 0.1, 0.1, 0.1])[..2]), None);
    }
}
