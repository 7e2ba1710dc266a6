"""Makes reference.json: what an evaluation should say about two small models, computed in
double precision with NumPy. Run by hand: python3 make_reference.py
"""

import json
import pathlib

import numpy as np

TRAIN, FIRST = 12, 4  # rows of training; the rows from FIRST on are measured
FEATURES = 4


def numbers(rows, columns, step, size, shift=0.0):
    index = np.arange(rows * columns, dtype=np.float64).reshape(rows, columns)
    return np.round(shift + size * np.sin(step * (index + 1) ** 1.5), 3)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def cross_entropy(z, t):
    return np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z)))


def entropy(t):
    return -(t * np.log(t) + (1 - t) * np.log(1 - t))


def nearest(values, share):
    """The value whose rank is nearest: round half up of share * (n - 1)."""
    return np.sort(values)[int(np.floor(share * (len(values) - 1) + 0.5))]


def shares(values):
    return [nearest(values, s) for s in (0, 0.05, 0.25, 0.5, 0.75, 0.95, 1)]


def model(latent, hidden, step, size):
    """Hidden layer with relu, linear code, sigmoid of the output."""
    layers = []
    for inputs, outputs in ((FEATURES, hidden), (hidden, latent), (latent, FEATURES)):
        layers.append([numbers(inputs, outputs, step, size), numbers(1, outputs, step, 0.3)[0]])
        step += 0.17
    layers[0][0][:, 1] = 0  # a dead hidden unit: relu(-1) for every row
    layers[0][1][1] = -1
    return layers


def evaluate(train, rows, layers):
    (w1, b1), (w2, b2), (w3, b3) = layers
    code = np.maximum(rows @ w1 + b1, 0) @ w2 + b2
    logits = code @ w3 + b3
    output = sigmoid(logits)
    row_errors = ((output - rows) ** 2).mean(axis=1)
    mse = row_errors.mean()
    mean = train.mean(axis=0)
    mean_mse = ((rows - mean) ** 2).mean()
    latent = code.shape[1]

    values, vectors = np.linalg.eigh(np.cov(train.T))
    components = vectors[:, ::-1][:, :latent]
    projected = (rows - mean) @ components @ components.T + mean

    centred = code - code.mean(axis=0)
    code_values, code_vectors = np.linalg.eigh(centred.T @ centred)
    code_vectors = code_vectors[:, ::-1][:, :2]

    order = np.argsort(-code.std(axis=0))
    unit = int(order[0])
    steps = np.linspace(nearest(code[:, unit], 0.05), nearest(code[:, unit], 0.95), 9)
    moved = np.tile([nearest(column, 0.5) for column in code.T], (9, 1))
    moved[:, unit] = steps
    return {
        "loss": cross_entropy(logits, rows).mean(),
        "floor": entropy(rows).mean(),
        "mse": mse,
        "squared_error_per_row": ((output - rows) ** 2).sum(axis=1).mean(),
        "mae": np.abs(output - rows).mean(),
        "explained_variance": 1 - mse / mean_mse,
        "psnr": 10 * np.log10(1 / mse),
        "row_quantiles": shares(row_errors),
        "mean_predictor_mse": mean_mse,
        "mean_predictor_loss": cross_entropy(np.log(mean / (1 - mean)), rows).mean(),
        "components_mse": ((rows - projected) ** 2).mean(),
        "feature_mse": ((output - rows) ** 2).mean(axis=0).tolist(),
        "feature_variance": rows.var(axis=0).tolist(),
        "output_variation": output.var(axis=0).sum() / rows.var(axis=0).sum(),
        "code": code.tolist(),
        "code_mean": code.mean(axis=0).tolist(),
        "code_std": code.std(axis=0).tolist(),
        "code_components": (centred @ code_vectors).tolist(),
        "code_share": 100 * code_values[::-1][:2].sum() / code_values.sum(),
        "traversal_unit": unit,
        "traversal_values": steps.tolist(),
        "traversal_rows": sigmoid(moved @ w3 + b3).tolist(),
    }


def main():
    train = numbers(TRAIN, FEATURES, 0.7, 0.4, shift=0.5)
    cases = []
    for latent, hidden, step, size in ((1, 3, 0.4, 0.9), (2, 3, 0.6, 0.9), (3, 8, 1.3, 2.0)):
        layers = model(latent, hidden, step, size)
        expected = evaluate(train, train[FIRST:], layers)
        layers = [[w.tolist(), b.tolist()] for w, b in layers]
        cases.append({"hidden": hidden, "latent": latent, "layers": layers, **expected})
    reference = {"train": train.tolist(), "first": FIRST, "cases": cases}
    path = pathlib.Path(__file__).with_name("reference.json")
    path.write_text(json.dumps(reference, indent=1) + "\n")


main()
