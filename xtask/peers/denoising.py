"""The first layer of the stacked denoising autoencoders of the Theano tutorials, in NumPy.

784-500-784, sigmoid, tied weights, masking noise 0.3, plain gradient steps of 0.1 on the cross-entropy
summed over pixels, batches of 20, 15 epochs. Prints the mean cost of the last epoch's batches, as
they were trained on, and of the 10,000 test images with such noise, in nats an image: the figures that
`cargo xtask repro sda-theano` stands beside.

    python3 denoising.py FOLDER_OF_MNIST [SEED ...]
"""

import sys

import numpy
from mnist import images

WIDTH, CODE, BATCH, EPOCHS = 784, 500, 20, 15
RATE, MASKED = 0.1, 0.3


def sigmoid(z):
    return 1 / (1 + numpy.exp(-z))


def cost(logits, target):
    """Of each row, summed over its pixels."""
    return (numpy.logaddexp(0, logits) - logits * target).sum(1)


def main(folder, *seeds):
    train, test = images(folder, "train-images"), images(folder, "t10k-images")
    for seed in map(int, seeds or ("1", "2")):
        random = numpy.random.default_rng(seed)
        bound = 4 * numpy.sqrt(6 / (WIDTH + CODE))
        weight = random.uniform(-bound, bound, (WIDTH, CODE)).astype(numpy.float32)
        hidden, visible = numpy.zeros(CODE, "f4"), numpy.zeros(WIDTH, "f4")
        for _ in range(EPOCHS):
            costs = []
            for batch in numpy.split(random.permutation(len(train)), len(train) // BATCH):
                target = train[batch]
                seen = target * (random.random(target.shape, "f4") >= MASKED)
                code = sigmoid(seen @ weight + hidden)
                logits = code @ weight.T + visible
                costs.append(cost(logits, target).mean())
                by_logits = (sigmoid(logits) - target) / BATCH
                by_code = by_logits @ weight * code * (1 - code)
                weight -= RATE * (seen.T @ by_code + by_logits.T @ code)
                hidden -= RATE * by_code.sum(0)
                visible -= RATE * by_logits.sum(0)
        seen = test * (random.random(test.shape, "f4") >= MASKED)
        logits = sigmoid(seen @ weight + hidden) @ weight.T + visible
        print(
            f"seed {seed}: {numpy.mean(costs):.2f} in training, {cost(logits, test).mean():.2f} on test",
            flush=True,
        )


main(*sys.argv[1:])
