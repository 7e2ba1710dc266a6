"""Loads exported weights into PyTorch and compares what it makes of rows with what `ae` made.

usage: torch_check.py [WEIGHTS.safetensors ROWS.npy EXPECTED.npy]...

Rows are in the data's own units, of a model that scales and does nothing else to them.
"""

import json
import sys

import numpy as np
import torch
from torch import nn

TOLERANCE = 1e-5


class TopK(nn.Module):
    def __init__(self, k):
        super().__init__()
        self.k = k

    def forward(self, x):
        values, places = x.topk(self.k)
        return torch.zeros_like(x).scatter(1, places, values.relu())


class Shift(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.shift = nn.Parameter(torch.zeros(width))

    def forward(self, x):
        return x + self.shift


class Mean(nn.Module):
    def __init__(self, latent):
        super().__init__()
        self.latent = latent

    def forward(self, x):
        return x[:, : self.latent]


OURS = {"TopK": TopK, "Shift": Shift, "Mean": Mean}


def read(path):
    """Metadata and tensors: a length, a header in JSON, and the numbers."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        numbers = np.frombuffer(file.read(), dtype=np.uint8)
    about = json.loads(header.pop("__metadata__")["autoencoder"])
    tensors = {}
    for name, tensor in header.items():
        start, end = tensor["data_offsets"]
        values = numbers[start:end].view("<f4").reshape(tensor["shape"])
        tensors[name] = torch.from_numpy(values.copy())
    return about, tensors


def sequential(modules):
    def build(module, **settings):
        return (OURS.get(module) or getattr(nn, module))(**settings)

    return nn.Sequential(*[build(**module) for module in modules])


def check(weights, rows, expected):
    about, tensors = read(weights)
    model = nn.ModuleDict({part: sequential(about[part]) for part in ("encoder", "decoder")})
    model.load_state_dict(tensors)
    model.eval()
    shift, scale = (np.array(about["scaling"][key]) for key in ("shift", "scale"))
    x, expected = np.load(rows), np.load(expected)
    x = x.reshape(len(x), -1)
    x = torch.from_numpy(((x - shift) / scale).astype(np.float32))
    first = about["encoder"][0]
    if "in_channels" in first or first["module"] == "ZeroPad2d":
        channels = next(m["in_channels"] for m in about["encoder"] if "in_channels" in m)
        height, width = (int(side) for side in about["shape"].split("-")[0].split("x")[:2])
        x = x.reshape(-1, height, width, channels).permute(0, 3, 1, 2)
    with torch.no_grad():
        y = model["decoder"](model["encoder"](x))
    if y.dim() == 4:
        y = y.permute(0, 2, 3, 1)
    found = y.reshape(len(y), -1).numpy() * scale + shift
    expected = expected.reshape(len(expected), -1)
    error = np.abs(found - expected).max() / np.abs(expected).max()
    print(f"{weights}: {found.shape}, largest difference {error:.2e} of the scale")
    return error <= TOLERANCE


# All of them, though one may differ.
fine = [check(*files) for files in zip(*[iter(sys.argv[1:])] * 3, strict=True)]
sys.exit(0 if all(fine) else "differs")
