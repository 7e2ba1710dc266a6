"""MNIST's images as rows of 784 numbers from 0 to 1."""

import gzip
import pathlib

import numpy


def images(folder, name):
    """`name` is what a file's name begins with: "train-images", "t10k-images"."""
    path = next(pathlib.Path(folder).glob(name + "*"))
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    pixels = numpy.frombuffer(data, numpy.uint8, offset=16)
    return pixels.reshape(-1, 784).astype(numpy.float32) / 255
