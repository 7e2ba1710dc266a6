"""NumPy by hand: what a notebook without a framework does, with buffers reused in place."""

import numpy as np

import common


class Peer:
    def __init__(self, job):
        job.check_is_dense()
        self.job = job
        self.random = np.random.default_rng(0)
        self.parameters = []
        for inputs, outputs in job.layers:
            bound = np.sqrt(6 / (inputs + outputs))
            weights = self.random.uniform(-bound, bound, (inputs, outputs))
            self.parameters += [weights.astype(np.float32), np.zeros(outputs, np.float32)]
        self.means = [np.zeros_like(each) for each in self.parameters]
        self.squares = [np.zeros_like(each) for each in self.parameters]
        self.steps = 0

    def warm_up(self):
        self.step(self.job.rows[: self.job.batch])

    def forward(self, rows):
        """What enters each layer, and the last one's output."""
        values = [rows]
        for weights, bias in zip(self.parameters[::2], self.parameters[1::2]):
            output = values[-1] @ weights
            output += bias
            if len(values) < len(self.job.layers):
                np.maximum(output, 0, out=output)
            values.append(output)
        return values

    def step(self, rows):
        *inputs, output = self.forward(rows)
        if self.job.is_bce:
            small = np.exp(-np.abs(output))
            loss = np.mean(np.maximum(output, 0) - output * rows + np.log1p(small))
            change = np.where(output < 0, small, 1) / (1 + small) - rows
        else:
            change = output - rows
            loss = np.mean(change * change)
            change *= 2
        change /= rows.size
        gradients = []
        for layer in reversed(range(len(inputs))):
            gradients += [change.sum(axis=0), inputs[layer].T @ change]
            if layer:
                change = change @ self.parameters[2 * layer].T
                change *= inputs[layer] > 0
        self.adam(reversed(gradients))
        return float(loss)

    def adam(self, gradients):
        self.steps += 1
        scale = common.LEARNING_RATE * np.sqrt(1 - 0.999**self.steps) / (1 - 0.9**self.steps)
        for parameter, gradient, mean, square in zip(
            self.parameters, gradients, self.means, self.squares
        ):
            mean *= 0.9
            mean += 0.1 * gradient
            square *= 0.999
            gradient *= gradient
            square += 0.001 * gradient
            parameter -= np.float32(scale) * mean / (np.sqrt(square) + 1e-8)

    def train(self, epochs):
        rows, batch = self.job.rows, self.job.batch
        for _ in range(epochs):
            order, total = self.random.permutation(len(rows)), 0.0
            for first in range(0, len(rows), batch):
                chosen = order[first : first + batch]
                total += self.step(rows[chosen]) * len(chosen)
        return total / len(rows)

    def prepare(self, rows):
        return rows

    def reconstruct(self, rows):
        output = self.forward(rows)[-1]
        return 1 / (1 + np.exp(-output)) if self.job.is_bce else output

    def save(self, path):
        with open(path, "wb") as file:
            np.savez(file, *self.parameters)


common.run(Peer, f"NumPy {np.__version__}")
