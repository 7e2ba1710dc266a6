//! How windows lie over images, in the words of other programs.

use ae_nn::layer::{Convolve, ConvolveTransposed, Image, Pool};

/// Windows that move over the larger of two images, one place for each pixel of the smaller.
pub(super) struct Windows {
    pub(super) size: usize,
    pub(super) stride: usize,
    /// How far they reach out of the larger image: above, left, below, right.
    pub(super) pads: [usize; 4],
    /// Lines and pixels of the larger image behind the last window.
    pub(super) behind: [usize; 2],
}

impl Windows {
    pub(super) fn of_convolution(layer: &Convolve) -> Self {
        let filters = &layer.0;
        let sizes = (filters.kernel, filters.stride);
        Self::new(sizes, layer.before(), filters.image, layer.output())
    }

    pub(super) fn of_transposed(layer: &ConvolveTransposed) -> Self {
        let filters = &layer.0;
        let sizes = (filters.kernel, filters.stride);
        Self::new(sizes, layer.before(), layer.output(), filters.image)
    }

    pub(super) fn of_pool(layer: &Pool) -> Self {
        let sizes = (layer.size, layer.stride);
        Self::new(sizes, layer.before(), layer.image, layer.output())
    }

    fn new(
        (size, stride): (usize, usize),
        [top, left]: [usize; 2],
        larger: Image,
        places: Image,
    ) -> Self {
        let reach = |places: usize| places.saturating_sub(1) * stride + size;
        let ends = [
            (reach(places.height), top + larger.height),
            (reach(places.width), left + larger.width),
        ];
        let [below, right] = ends.map(|(reach, end)| reach.saturating_sub(end));
        Self {
            size,
            stride,
            pads: [top, left, below, right],
            behind: ends.map(|(reach, end)| end.saturating_sub(reach)),
        }
    }
}
