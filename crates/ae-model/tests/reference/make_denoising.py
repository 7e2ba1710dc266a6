"""Numbers that the unit tests of ae-model/src/denoising compare with: SciPy, scikit-image."""

import numpy as np
from scipy.ndimage import gaussian_filter, median_filter
from skimage.metrics import structural_similarity

a = (np.arange(20).reshape(4, 5) * 7 % 11 / 10).astype(np.float32)
print("median", [round(float(x), 6) for x in median_filter(a, 3).ravel()])
blurred = gaussian_filter(a.astype(np.float64), 0.8)
print("blurred", [round(float(x), 7) for x in blurred.ravel()])

i = np.arange(14 * 13 * 2)
a = (i * 7 % 11 / 10).reshape(14, 13, 2)
b = (i * i % 13 / 12).reshape(14, 13, 2)
for other in (b, 0.7 * a + 0.3 * b):
    similarity = structural_similarity(
        a, other, data_range=1, gaussian_weights=True, sigma=1.5,
        use_sample_covariance=False, channel_axis=2,
    )
    print("ssim", similarity)
