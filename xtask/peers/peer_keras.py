"""Keras 3 on JAX: the tutorial's way, `compile` and `fit`, with compiled steps."""

import os

os.environ["KERAS_BACKEND"] = "jax"

import keras

import common


class Peer:
    def __init__(self, job):
        job.check_is_dense()
        keras.utils.set_random_seed(0)
        self.job = job
        *hidden, last = job.widths[1:]
        layers = [keras.layers.Dense(width, activation="relu") for width in hidden]
        self.model = keras.Sequential(
            [keras.Input((job.widths[0],)), *layers, keras.layers.Dense(last)]
        )
        loss = keras.losses.BinaryCrossentropy(from_logits=True) if job.is_bce else "mse"
        optimizer = keras.optimizers.Adam(common.LEARNING_RATE)
        # More steps an execution: fewer returns to the callbacks, which small batches feel.
        self.model.compile(optimizer, loss, jit_compile=True, steps_per_execution=16)
        output = keras.layers.Activation("sigmoid" if job.is_bce else "linear")
        self.whole = keras.Sequential([self.model, output])
        self.whole.compile(jit_compile=True)

    def fit(self, rows, epochs):
        return self.model.fit(rows, rows, batch_size=self.job.batch, epochs=epochs, verbose=0)

    def warm_up(self):
        # Once for whole batches and once for what is left at an epoch's end.
        batch = self.job.batch
        self.fit(self.job.rows[: 2 * batch + len(self.job.rows) % batch], 1)

    def train(self, epochs):
        return self.fit(self.job.rows, epochs).history["loss"][-1]

    def prepare(self, rows):
        return rows

    def reconstruct(self, rows):
        return self.whole.predict_on_batch(rows)

    def save(self, path):
        self.model.save(path + ".keras")


common.run(Peer, f"Keras {keras.__version__} on {keras.backend.backend().upper()}")
