"""JAX: one compiled scan over the batches of an epoch, the state of the optimiser donated."""

import jax
import jax.numpy as jnp
import numpy as np

import common

# Rows of fewer bytes stay in the cache: shuffling them all at once is faster than taking them
# batch by batch.
SMALL = 16 << 20


def convolve(images, layer, padding="SAME"):
    weights, bias = layer
    layout = ("NHWC", "HWIO", "NHWC")
    return bias + jax.lax.conv_general_dilated(
        images, weights, (1, 1), padding, dimension_numbers=layout
    )


def convolutional(parameters, stages, rows):
    images = rows.reshape(-1, common.SIDE, common.SIDE, 1)
    half = (1, 2, 2, 1)
    for layer in parameters[:stages]:
        images = jax.nn.relu(convolve(images, layer))
        images = jax.lax.reduce_window(images, -jnp.inf, jax.lax.max, half, half, "SAME")
    for place, layer in enumerate(parameters[stages:-1], 1):
        padding = "VALID" if place == stages else "SAME"
        images = jax.nn.relu(convolve(images, layer, padding))
        images = jnp.repeat(jnp.repeat(images, 2, 1), 2, 2)
    return convolve(images, parameters[-1]).reshape(len(rows), -1)


class Peer:
    def __init__(self, job):
        self.job = job
        self.rows = jnp.asarray(job.rows)
        shapes = job.layers
        if job.conv:
            down, up = job.convolutions()
            shapes = [(3, 3, *channels) for channels in down + up]
        self.key, *keys = jax.random.split(jax.random.key(0), 1 + len(shapes))
        glorot = jax.nn.initializers.glorot_uniform()
        parameters = [
            (glorot(key, shape), jnp.zeros(shape[-1])) for key, shape in zip(keys, shapes)
        ]
        zeros = jax.tree.map(jnp.zeros_like, parameters)
        # Two sets of zeros: what is donated must not be there twice.
        self.state = (parameters, zeros, jax.tree.map(jnp.copy, zeros), jnp.zeros(()))
        self.epoch = jax.jit(self.epoch, donate_argnums=0)
        self.output = jax.jit(self.output)

    def logits(self, parameters, rows):
        if self.job.conv:
            return convolutional(parameters, len(self.job.conv), rows)
        *hidden, (last, last_bias) = parameters
        for weights, bias in hidden:
            rows = jax.nn.relu(rows @ weights + bias)
        return rows @ last + last_bias

    def output(self, parameters, rows):
        output = self.logits(parameters, rows)
        return jax.nn.sigmoid(output) if self.job.is_bce else output

    def loss(self, parameters, rows):
        output = self.logits(parameters, rows)
        if self.job.is_bce:
            small = jnp.exp(-jnp.abs(output))
            return jnp.mean(jnp.maximum(output, 0) - output * rows + jnp.log1p(small))
        return jnp.mean(jnp.square(output - rows))

    def step(self, state, rows):
        parameters, means, squares, steps = state
        loss, gradients = jax.value_and_grad(self.loss)(parameters, rows)
        steps += 1
        means = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, means, gradients)
        squares = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, squares, gradients)
        scale = common.LEARNING_RATE * jnp.sqrt(1 - 0.999**steps) / (1 - 0.9**steps)
        parameters = jax.tree.map(
            lambda p, m, s: p - scale * m / (jnp.sqrt(s) + 1e-8), parameters, means, squares
        )
        return (parameters, means, squares, steps), loss

    def epoch(self, state, key, rows):
        batch = self.job.batch
        order = jax.random.permutation(key, len(rows))
        whole = len(rows) // batch * batch
        if self.job.rows.nbytes < SMALL:
            rows = rows[order]
            batches = rows[:whole].reshape(-1, batch, rows.shape[1])
            state, losses = jax.lax.scan(self.step, state, batches)
            rest = rows[whole:]
        else:
            batches = order[:whole].reshape(-1, batch)
            state, losses = jax.lax.scan(
                lambda state, chosen: self.step(state, rows[chosen]), state, batches
            )
            rest = rows[order[whole:]]
        total = jnp.sum(losses) * batch
        if len(rest):
            state, loss = self.step(state, rest)
            total += loss * len(rest)
        return state, total / len(rows)

    def warm_up(self):
        self.epoch = self.epoch.lower(self.state, self.key, self.rows).compile()

    def train(self, epochs):
        for _ in range(epochs):
            self.key, key = jax.random.split(self.key)
            self.state, loss = self.epoch(self.state, key, self.rows)
        return float(loss)

    def prepare(self, rows):
        return jnp.asarray(rows)

    def reconstruct(self, rows):
        return self.output(self.state[0], rows).block_until_ready()

    def save(self, path):
        with open(path, "wb") as file:
            np.savez(file, *jax.tree.leaves(self.state[0]))


common.run(Peer, f"JAX {jax.__version__}")
