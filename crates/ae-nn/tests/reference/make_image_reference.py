"""Reference numbers of layers on images from JAX, in double precision: writes images.json beside
this file.

    pip install jax numpy && python make_image_reference.py

JAX lays images and weights out as we do (height, width, channels; window, channels in, channels
out). A transposed convolution is the one of Keras: `transpose_kernel` turns the weights (window,
channels out, channels in) around.
"""

import json
import pathlib

import jax

jax.config.update("jax_enable_x64", True)

import jax.numpy as jnp
import numpy as np
from jax import lax

random = np.random.default_rng(20)
LAYOUT = ("NHWC", "HWIO", "NHWC")


def normal(*shape):
    """Random numbers that single precision holds exactly."""
    return random.standard_normal(shape).astype(np.float32).astype(np.float64)


def flat(values):
    """Nine digits tell all numbers of single precision apart."""
    return [float(f"{value:.9g}") for value in np.asarray(values).flatten()]


def passes(function, image, weights=()):
    """Forward on two images, and backward from random derivatives."""
    x = normal(2, *image)
    y, back = jax.vjp(function, x, *weights)
    up = normal(*y.shape)
    dx, *gradients = back(jnp.asarray(up))
    out = {"image": image, "x": flat(x), "y": flat(y), "up": flat(up), "dx": flat(dx)}
    for name, weight, gradient in zip(("w", "b"), weights, gradients):
        out |= {name: flat(weight), f"d{name}": flat(gradient)}
    return out


def explicit(padding):
    """JAX's form of [top, bottom, left, right]."""
    return padding.upper() if isinstance(padding, str) else [padding[:2], padding[2:]]


def convolutions():
    cases = []
    for image, filters, kernel, stride, padding in [
        ((5, 6, 1), 3, 3, 1, "same"),
        ((5, 6, 2), 16, 3, 2, "same"),
        ((4, 5, 8), 8, 3, 1, "valid"),
        ((7, 4, 3), 2, 4, 3, "same"),
        ((5, 5, 2), 5, 3, 2, [2, 1, 0, 1]),
        ((3, 3, 17), 1, 3, 1, "same"),
    ]:
        weights = normal(kernel, kernel, image[2], filters) / 4, normal(filters)

        def layer(x, w, b):
            y = lax.conv_general_dilated(
                x, w, (stride, stride), explicit(padding), dimension_numbers=LAYOUT
            )
            return jnp.tanh(y + b)

        case = passes(layer, image, weights)
        cases.append(case | {"filters": filters, "kernel": kernel, "stride": stride, "padding": padding})
    return cases


def transposed():
    cases = []
    for image, filters, kernel, stride, padding in [
        ((3, 4, 2), 3, 3, 2, "same"),
        ((2, 2, 8), 16, 3, 1, "same"),
        ((3, 3, 3), 1, 3, 2, "valid"),
        ((2, 3, 1), 2, 2, 3, "same"),
        ((3, 3, 4), 2, 4, 3, "same"),
    ]:
        weights = normal(kernel, kernel, filters, image[2]) / 4, normal(filters)

        def layer(x, w, b):
            y = lax.conv_transpose(
                x, w, (stride, stride), padding.upper(), dimension_numbers=LAYOUT, transpose_kernel=True
            )
            return jnp.tanh(y + b)

        case = passes(layer, image, weights)
        cases.append(case | {"filters": filters, "kernel": kernel, "stride": stride, "padding": padding})
    return cases


def pools():
    cases = []
    for image, size, stride, padding in [
        ((5, 3, 8), 2, 2, "same"),
        ((7, 6, 3), 2, 2, "valid"),
        ((5, 5, 1), 3, 1, "same"),
        ((3, 4, 16), 3, 2, "same"),
    ]:
        windows, strides = (1, size, size, 1), (1, stride, stride, 1)

        def largest(x):
            return lax.reduce_window(x, -jnp.inf, lax.max, windows, strides, padding.upper())

        def average(x):
            def add_up(x):
                return lax.reduce_window(x, 0.0, lax.add, windows, strides, padding.upper())

            return add_up(x) / add_up(jnp.ones_like(x))

        for of, layer in (("max", largest), ("average", average)):
            case = passes(layer, image)
            cases.append(case | {"of": of, "size": size, "stride": stride, "padding": padding})
    return cases


def upsamplings():
    cases = []
    for image, factor in [((3, 4, 8), 2), ((2, 3, 3), 3)]:

        def layer(x):
            return jnp.repeat(jnp.repeat(x, factor, 1), factor, 2)

        cases.append(passes(layer, image) | {"factor": factor})
    return cases


reference = {
    "made_by": f"make_image_reference.py, JAX {jax.__version__}",
    "convolutions": convolutions(),
    "transposed": transposed(),
    "pools": pools(),
    "upsamplings": upsamplings(),
}
path = pathlib.Path(__file__).with_name("images.json")
path.write_text(json.dumps(reference) + "\n")
