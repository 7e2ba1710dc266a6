"""Reference numbers from PyTorch, in double precision: writes reference.json beside this file.

    pip install torch numpy && python make_reference.py

Where our definitions differ from PyTorch's, the difference is bridged here:
- a dense layer's weight is inputs x outputs (PyTorch's is outputs x inputs);
- batch norm is compared in training mode, and in use with given statistics: ours keeps
  running statistics in another way (population variance, a plain mean of the first hundred
  batches);
- plateau waits `patience` epochs without improvement (as Keras), PyTorch one more;
- one-cycle is a function of the share of training passed, PyTorch's of the step, with its
  peak one step before rise * steps: each step is mapped to the share that corresponds.
"""

import json
import pathlib

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
generator = torch.Generator().manual_seed(20)


def normal(*shape):
    """Random numbers that single precision holds exactly."""
    return torch.randn(*shape, generator=generator).float().double()


def flat(tensor):
    return tensor.detach().flatten().tolist()


ACTIVATIONS = {
    "linear": lambda z: z * 1.0,
    "relu": F.relu,
    "leaky-relu:0.25": lambda z: F.leaky_relu(z, 0.25),
    "elu": F.elu,
    "elu:2.5": lambda z: F.elu(z, 2.5),
    "gelu": F.gelu,
    "silu": F.silu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softplus": F.softplus,
}

LOSSES = {
    "mse": lambda y, t: F.mse_loss(y, t, reduction="sum"),
    "mae": lambda y, t: F.l1_loss(y, t, reduction="sum"),
    "huber": lambda y, t: F.huber_loss(y, t, reduction="sum"),
    "huber:0.25": lambda y, t: F.huber_loss(y, t, reduction="sum", delta=0.25),
    "bce": lambda y, t: F.binary_cross_entropy_with_logits(y, t, reduction="sum"),
}


def activations():
    grid = [-1e4, -100, -20, -10, -5, -2, -1.25, -0.75, -0.5, -0.0625, -2.0**-14, 0,
            2.0**-14, 0.0625, 0.5, 1, 2, 5, 10, 20, 100, 1e4]
    out = {}
    for name, function in ACTIVATIONS.items():
        z = torch.tensor(grid, requires_grad=True)
        y = function(z)
        y.sum().backward()
        out[name] = {"z": grid, "y": flat(y), "dy": flat(z.grad)}
    return out


def losses():
    outputs = [-100.0, -20.0, -3.0, -0.5, 0.0, 0.125, 0.75, 1.5, 4.0, 20.0, 100.0, 100.0]
    targets = [1.0, 1.0, 0.25, 0.5, 0.0, 0.125, 1.0, 0.0, 0.5, 1.0, 0.0, 1.0]
    out = {}
    for name, function in LOSSES.items():
        y, t = torch.tensor(outputs, requires_grad=True), torch.tensor(targets)
        values = [function(y[i : i + 1], t[i : i + 1]).item() for i in range(len(outputs))]
        function(y, t).backward()
        out[name] = {"output": outputs, "target": targets, "values": values, "gradient": flat(y.grad)}
    return out


def dense():
    out = {}
    for name, function in ACTIVATIONS.items():
        x, w, b, up = normal(3, 4), normal(4, 5), normal(5), normal(3, 5)
        for tensor in (x, w, b):
            tensor.requires_grad_()
        y = function(x @ w + b)
        (y * up).sum().backward()
        out[name] = {"x": flat(x), "w": flat(w), "b": flat(b), "up": flat(up), "y": flat(y),
                     "dx": flat(x.grad), "dw": flat(w.grad), "db": flat(b.grad)}
    return out


def norms():
    out = {}
    for name in ("batch", "batch-one-row", "layer"):
        rows = 1 if name == "batch-one-row" else 7
        x, scale, shift, up = 3 * normal(rows, 5) + 2, normal(5), normal(5), normal(rows, 5)
        for tensor in (x, scale, shift):
            tensor.requires_grad_()
        if name == "layer":
            y = F.layer_norm(x, (5,), scale, shift, eps=1e-5)
        elif rows == 1:
            # PyTorch refuses a single row; by the definition its variance is 0.
            y = (x - x.mean(0)) / (x.var(0, unbiased=False) + 1e-3).sqrt() * scale + shift
        else:
            y = F.batch_norm(x, None, None, scale, shift, training=True, eps=1e-3)
        (y * up).sum().backward()
        out[name] = {"x": flat(x), "scale": flat(scale), "shift": flat(shift), "up": flat(up),
                     "y": flat(y), "dx": flat(x.grad), "dscale": flat(scale.grad), "dshift": flat(shift.grad)}
    x, mean, variance = normal(3, 5), normal(5), normal(5).abs()
    scale, shift = normal(5), normal(5)
    y = F.batch_norm(x, mean, variance, scale, shift, training=False, eps=1e-3)
    out["batch-in-use"] = {"x": flat(x), "mean": flat(mean), "variance": flat(variance),
                           "scale": flat(scale), "shift": flat(shift), "y": flat(y)}
    return out


def optimizers():
    o = torch.optim
    rules = {
        "sgd:lr=0.1": lambda p: o.SGD(p, lr=0.1),
        "sgd:lr=0.1,momentum=0.9": lambda p: o.SGD(p, lr=0.1, momentum=0.9),
        "sgd:lr=0.1,momentum=0.9,nesterov=1": lambda p: o.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
        "adam": lambda p: o.Adam(p),
        "adam:lr=0.05,beta1=0.8,beta2=0.95,eps=0.01": lambda p: o.Adam(p, lr=0.05, betas=(0.8, 0.95), eps=0.01),
        "adamw": lambda p: o.AdamW(p),
        "adamw:lr=0.1,decay=0.5": lambda p: o.AdamW(p, lr=0.1, weight_decay=0.5),
        "rmsprop": lambda p: o.RMSprop(p),
        "rmsprop:lr=0.1,rho=0.8,eps=0.01": lambda p: o.RMSprop(p, lr=0.1, alpha=0.8, eps=0.01),
        "adagrad": lambda p: o.Adagrad(p),
        "adagrad:lr=0.5,eps=0.01": lambda p: o.Adagrad(p, lr=0.5, eps=0.01),
        "adadelta": lambda p: o.Adadelta(p),
        "adadelta:lr=0.5,rho=0.95,eps=0.001": lambda p: o.Adadelta(p, lr=0.5, rho=0.95, eps=0.001),
    }
    out = {}
    for name, make in rules.items():
        start, gradients = normal(5), [normal(5) for _ in range(3)]
        p = start.clone().requires_grad_()
        rule, after = make([p]), []
        for gradient in gradients:
            p.grad = gradient.clone()
            rule.step()
            after.append(flat(p))
        out[name] = {"start": flat(start), "gradients": [flat(g) for g in gradients], "after": after}
    return out


def schedules():
    s = torch.optim.lr_scheduler

    def run(make, steps):
        rule = torch.optim.SGD([torch.zeros(1)], lr=1.0)
        schedule, factors = make(rule), []
        for _ in range(steps):
            factors.append(rule.param_groups[0]["lr"])
            rule.step()
            schedule.step()
        return factors

    epochs = {
        "step:every=3,gamma=0.5": run(lambda r: s.StepLR(r, 3, 0.5), 10),
        "exponential:0.9": run(lambda r: s.ExponentialLR(r, 0.9), 10),
        "cosine": run(lambda r: s.CosineAnnealingLR(r, 10), 11),
        "cosine:floor=0.125": run(lambda r: s.CosineAnnealingLR(r, 10, eta_min=0.125), 11),
    }
    # Four batches an epoch, a rise over 5 of 10 epochs.
    rising = run(lambda r: s.LinearLR(r, start_factor=1 / 20, total_iters=19), 40)
    steps, rise = 40, 0.3
    cycle = run(lambda r: s.OneCycleLR(r, 1.0, total_steps=steps), steps)
    peak, last = rise * steps - 1, steps - 1
    shares = [rise * i / peak if i <= peak else rise + (1 - rise) * (i - peak) / (last - peak) for i in range(steps)]
    losses = [1.0, 0.9, 0.95, 0.90001, 0.89999, 0.91, 0.8, 0.9, 0.9, 0.9, 0.9, 0.7]
    rule = torch.optim.SGD([torch.zeros(1)], lr=1.0)
    plateau, factors = s.ReduceLROnPlateau(rule, factor=0.5, patience=1, threshold=1e-4, eps=0), []
    for loss in losses:
        plateau.step(loss)
        factors.append(rule.param_groups[0]["lr"])
    return {"epochs": epochs, "warm-up:5": rising, "one-cycle": {"shares": shares, "factors": cycle},
            "plateau:patience=2": {"losses": losses, "factors": factors}}


def training():
    """Two epochs of ten rows in batches of 4, 4 and 2, with nearly everything there is."""
    rows = torch.rand(10, 6, generator=generator).float().double()
    shapes = [(6, 5), (5,), (5,), (5,), (5,), (5,), (5, 2), (2,), (2, 5), (5,), (5, 6), (6,)]
    start = [0.5 * normal(*shape) for shape in shapes]
    for scale in (2, 4):
        start[scale] = 1 + 0.25 * start[scale]
    p = [tensor.clone().requires_grad_() for tensor in start]
    rule = torch.optim.Adam(p, lr=0.02)
    schedule = torch.optim.lr_scheduler.ExponentialLR(rule, 0.5)

    def forward(x):
        h = F.gelu(x @ p[0] + p[1])
        h = F.batch_norm(h, None, None, p[2], p[3], training=True, eps=1e-3)
        h = F.layer_norm(h, (5,), p[4], p[5], eps=1e-5)
        code = h @ p[6] + p[7]
        return torch.tanh(code @ p[8] + p[9]) @ p[10] + p[11]

    losses, norms = [], []
    for _ in range(2):
        total = 0.0
        for batch in rows.split(4):
            loss = F.binary_cross_entropy_with_logits(forward(batch), batch)
            total += loss.item() * len(batch)
            weights = [p[0], p[6], p[8], p[10]]
            penalty = sum(0.01 * w.abs().sum() + 0.02 * (w * w).sum() for w in weights)
            rule.zero_grad()
            (loss + penalty).backward()
            norms.append(torch.nn.utils.clip_grad_norm_(p, 0.25).item())
            rule.step()
        losses.append(total / 10)
        schedule.step()
    assert min(norms) > 0.25, norms
    return {"rows": flat(rows), "start": [flat(t) for t in start], "losses": losses,
            "penalty": penalty.item(), "end": [flat(t) for t in p]}


reference = {
    "made_by": f"make_reference.py, PyTorch {torch.__version__}",
    "activations": activations(),
    "losses": losses(),
    "dense": dense(),
    "norms": norms(),
    "optimizers": optimizers(),
    "schedules": schedules(),
    "training": training(),
}
path = pathlib.Path(__file__).with_name("reference.json")
path.write_text(json.dumps(reference, indent=1) + "\n")
