"""Writes the arrays that tests/cases/npy.rs and npz.rs read. Made with NumPy 2.4.6:
python make_arrays.py
"""

import io
import os

import numpy as np
from numpy.lib import format

os.chdir(os.path.dirname(os.path.abspath(__file__)))
matrix = [[1, 2], [3, 4]]


def save(name, array, version=None):
    with open(name, "wb") as file:
        format.write_array(file, np.asanyarray(array), version=version)


save("f8.npy", np.array(matrix, "<f8"))
save("f4.npy", np.array(matrix, "<f4"))
save("i8.npy", np.array(matrix, "<i8"))
save("u2_big_endian.npy", np.array(matrix, ">u2"))
save("f8_big_endian.npy", np.array(matrix, ">f8"))
save("version_2.npy", np.array(matrix, "<f4"), (2, 0))
save("version_3.npy", np.array(matrix, "<f4"), (3, 0))
save("fortran.npy", np.asfortranarray(np.arange(6, dtype="<f8").reshape(2, 3)))
save("fortran_images.npy", np.asfortranarray(np.arange(12, dtype="u1").reshape(2, 3, 2)))
save("images.npy", np.arange(12, dtype="u1").reshape(2, 3, 2))
save("colour.npy", np.arange(24, dtype="u1").reshape(2, 2, 2, 3))
save("channels_first.npy", np.zeros((2, 3, 5, 6), "u1"))
save("bool.npy", np.array([[False], [True], [True]]))
save("complex.npy", np.array(matrix, "<c8"))
save("records.npy", np.array([(1, 2.0)], [("a", "<i4"), ("b", "<f4")]))
objects = io.BytesIO()
np.save(objects, np.array([{"a": 1}], object), allow_pickle=True)
open("objects.npy", "wb").write(objects.getvalue())

features = np.arange(6, dtype="<f8").reshape(3, 2)
np.savez_compressed("anomalies.npz", X=features, y=np.array([0, 1, 0]))
np.savez("regression.npz", X=features, y=np.array([0.5, 1.5, 0.25]))
np.savez("single.npz", features)
np.savez("several.npz", alpha=features, beta=features + 10)
np.savez(
    "parts.npz",
    x_train=np.arange(8, dtype="u1").reshape(2, 2, 2),
    y_train=np.array([7, 3], "u1"),
    x_test=np.arange(4, dtype="u1").reshape(1, 2, 2),
    y_test=np.array([3], "u1"),
)
