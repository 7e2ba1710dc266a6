"""Runs an ONNX file in ONNX Runtime and compares what it gives with what `ae` gave.

usage: onnx_check.py [MODEL.onnx ROWS EXPECTED]...      (rows: .npy or .csv)

Rows go in one alone, then all at once. Numbers may differ by 1e-5 of the largest of their
column, words not at all.
"""

import csv
import sys

import numpy as np
import onnx
import onnxruntime

TOLERANCE = 1e-5
# A p-value jumps where a score equals one of the calibration's: there, the last digit of the
# score decides. So many rows may be on the other side.
MOST_JUMPS = 0.01


def read(path):
    """Columns by name, as text; or an array."""
    if path.endswith(".npy"):
        return np.load(path)
    with open(path, newline="") as file:
        rows = list(csv.reader(file))
    return {name: [row[place] for row in rows[1:]] for place, name in enumerate(rows[0])}


def is_number(cell):
    try:
        float(cell)
        return True
    except ValueError:
        return cell == ""


def numbers(cells, kind):
    return np.array([float(cell) if cell else np.nan for cell in cells], dtype=kind)


def given(port, rows):
    kind = {"tensor(float)": np.float32, "tensor(double)": np.float64}.get(port.type)
    if isinstance(rows, np.ndarray):
        return rows.astype(kind).reshape([len(rows)] + port.shape[1:])
    if port.name == "rows":
        columns = [numbers(cells, kind) for cells in rows.values() if all(map(is_number, cells))]
        return np.stack(columns, axis=1).reshape([-1] + port.shape[1:])
    cells = rows[port.name]
    return np.array(cells, dtype=object)[:, None] if kind is None else numbers(cells, kind)[:, None]


def wanted(name, expected):
    """What `ae` gave for an output."""
    if isinstance(expected, np.ndarray):
        return expected.reshape(len(expected), -1)
    name = name.removeprefix("reconstruction.")
    if name in ("code", "reconstruction"):
        return np.stack([numbers(cells, np.float64) for cells in expected.values()], axis=1)
    return np.array(expected[name], dtype=object)[:, None]


def compare(name, found, right):
    """`right` may have rows beyond those found: they only say how large numbers are."""
    found = found.reshape(len(found), -1)
    if found.dtype.kind in "OUS" or found.dtype == bool:
        lower = np.vectorize(lambda cell: str(cell).lower())
        found, right = lower(found), lower(right[: len(found)])
        wrong = int((found != right).sum())
        print(f"{name}: {wrong} of {found.size} words differ")
        return wrong == 0
    right = right.astype(np.float64)
    scale = np.maximum(np.abs(right).max(axis=0), 1e-30)
    errors = np.abs(found - right[: len(found)]) / scale
    print(f"{name}: {found.shape}, largest difference {errors.max():.2e} of the scale")
    if name == "p_value":
        return (errors > TOLERANCE).mean() <= MOST_JUMPS
    return bool(errors.max() <= TOLERANCE)


def check(path, rows, expected):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    rows, expected = read(rows), read(expected)
    feed = {port.name: given(port, rows) for port in session.get_inputs()}
    names = [port.name for port in session.get_outputs()]
    fine = True
    for count in (1, len(next(iter(feed.values())))):
        found = session.run(names, {name: values[:count] for name, values in feed.items()})
        for name, values in zip(names, found):
            if len(values) != count:
                sys.exit(f"{name}: {len(values)} rows of {count}")
            fine &= compare(name, values, wanted(name, expected))
    return fine


def main(arguments):
    fine = True
    for model, rows, expected in zip(*[iter(arguments)] * 3, strict=True):
        print(f"{model} of {rows}, expected {expected}")
        fine &= check(model, rows, expected)
    sys.exit(0 if fine else "differs")


main(sys.argv[1:])
