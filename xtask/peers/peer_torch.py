"""PyTorch, eager or with torch.compile: `python peer_torch.py eager|compile`.

Rows are tensors from the start and batches are taken by shuffled indices, which is faster
than a DataLoader; Adam is the fused one; the number of threads, one or all, is the one that
turns out to be faster for each kind of work.
"""

import sys
import time

import torch
from torch import nn
from torch.nn import functional

import common

MODE = sys.argv.pop(1)


def dense(job):
    layers = []
    for inputs, outputs in job.layers:
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def convolutional(job):
    down, up = job.convolutions()
    layers = [nn.Unflatten(1, (1, common.SIDE, common.SIDE))]
    for inputs, outputs in down:
        pool = nn.MaxPool2d(2, ceil_mode=True)
        layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(), pool]
    for place, (inputs, outputs) in enumerate(up):
        padding = 0 if place == len(up) - 2 else 1
        double = nn.Upsample(scale_factor=2)
        layers += [nn.Conv2d(inputs, outputs, 3, padding=padding), nn.ReLU(), double]
    return nn.Sequential(*layers[:-2], nn.Flatten())


class Peer:
    def __init__(self, job):
        torch.manual_seed(0)
        self.job = job
        self.rows = torch.from_numpy(job.rows)
        self.model = convolutional(job) if job.conv else dense(job)
        for layer in self.model:
            if isinstance(layer, (nn.Linear, nn.Conv2d)):
                # As everyone else's, so that losses can be compared.
                nn.init.xavier_uniform_(layer.weight)
                nn.init.zeros_(layer.bias)
        self.optimizer = torch.optim.Adam(
            self.model.parameters(), lr=common.LEARNING_RATE, fused=True
        )
        self.loss = functional.binary_cross_entropy_with_logits if job.is_bce else functional.mse_loss
        self.threads = {}
        if MODE == "compile":
            self.batch_loss = torch.compile(self.batch_loss)
            self.output = torch.compile(self.output, dynamic=False)

    def batch_loss(self, rows):
        return self.loss(self.model(rows), rows)

    def output(self, rows):
        output = self.model(rows)
        return torch.sigmoid(output) if self.job.is_bce else output

    def step(self, rows):
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.batch_loss(rows)
        loss.backward()
        self.optimizer.step()
        return loss.detach()

    def warm_up(self):
        batch = self.job.batch
        rest = len(self.rows) % batch

        def some_steps():
            self.step(self.rows[:rest] if rest else self.rows[:batch])
            for first in range(0, 10 * batch, batch):
                self.step(self.rows[first : first + batch])

        self.choose_threads("train", some_steps)
        for rows in (4096, 1):
            self.choose_threads(rows, lambda: self.reconstruct(self.rows[:rows]))

    def choose_threads(self, work, call):
        """Keeps the faster of one thread and all; the first calls compile."""

        def seconds(threads):
            self.threads[work] = threads
            torch.set_num_threads(threads)
            return common.seconds_a_call(call)

        self.threads[work] = min({1, common.threads()}, key=seconds)

    def use_threads(self, work):
        torch.set_num_threads(self.threads.get(work, common.threads()))

    def train(self, epochs):
        self.use_threads("train")
        rows, batch = self.rows, self.job.batch
        for _ in range(epochs):
            order, total = torch.randperm(len(rows)), torch.zeros(())
            for chosen in order.split(batch):
                total += self.step(rows[chosen]) * len(chosen)
        return total.item() / len(rows)

    def prepare(self, rows):
        return torch.from_numpy(rows)

    def reconstruct(self, rows):
        self.use_threads(len(rows))
        with torch.inference_mode():
            return self.output(rows)

    def save(self, path):
        torch.save(self.model.state_dict(), path)


common.run(Peer, f"PyTorch {torch.__version__}")
