"""What every peer of the benchmark shares: the job, the measures, the conversation.

A peer is a class, made from a `Job`, with

    warm_up()           compile and choose what there is to choose; not measured
    train(epochs)       train on, shuffled anew each epoch; the mean loss of the last epoch
    prepare(rows)       rows of NumPy as the framework likes them for `reconstruct`
    reconstruct(rows)   put rows through; return when their numbers are there
    save(path)          write the trained weights

`python peer_NAME.py` reads a job, then commands, a line of JSON each, and answers each with
a line of JSON. `python peer_NAME.py --whole JOB FILE` does the whole job once, from the
file of rows to a saved model.
"""

import gzip
import json
import os
import sys
import time

import numpy as np

LEARNING_RATE = 1e-3

# Lines and columns of the images that convolutions go over.
SIDE = 28

# How long a repetition of inference takes, at least, in seconds.
LEAST = 0.2


class Job:
    """The network, from its input to its output, and what it is trained on."""

    def __init__(self, widths, loss, batch, epochs, rows, conv=()):
        self.widths = widths
        self.conv = conv
        self.layers = list(zip(widths[:-1], widths[1:]))
        self.is_bce = {"bce": True, "mse": False}[loss]
        self.batch = batch
        self.epochs = epochs
        self.rows = read_rows(rows)

    def check_is_dense(self):
        """For peers that have no convolutions."""
        if self.conv:
            raise NotImplementedError("this script has dense layers only")

    def convolutions(self):
        """Channels in and out of each: those that a pool follows, then those that a doubling
        follows, then one to the image. The last but one has no border: 16 lines become 14."""
        down, back = list(self.conv), self.conv[::-1]
        return list(zip([1, *down[:-1]], down)), list(zip([down[-1], *back], [*back, 1]))


def read_rows(path):
    """Rows of an npy file as they are, of an IDX file as numbers in [0, 1]."""
    if path.endswith(".npy"):
        return np.load(path)
    with gzip.open(path) if path.endswith(".gz") else open(path, "rb") as file:
        content = file.read()
    sizes = np.frombuffer(content, ">u4", count=content[3], offset=4)
    pixels = np.frombuffer(content, np.uint8, offset=4 + 4 * len(sizes))
    return pixels.reshape(sizes[0], -1).astype(np.float32) / np.float32(255)


def threads():
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count()


def seconds_a_call(call):
    """The mean of as many calls as fill a repetition, after one that isn't counted."""
    call()
    calls, started = 0, time.perf_counter()
    while time.perf_counter() - started < LEAST:
        call()
        calls += 1
    return (time.perf_counter() - started) / calls


def train(peer, job):
    started = time.perf_counter()
    loss = peer.train(job.epochs)
    seconds = time.perf_counter() - started
    return {"rows_per_second": job.epochs * len(job.rows) / seconds, "loss": loss}


def infer(peer, job, rows):
    rows = peer.prepare(job.rows[:rows])
    return {"seconds": seconds_a_call(lambda: peer.reconstruct(rows))}


def converse(make, version):
    # What libraries print goes to stderr, so that answers stay alone on stdout.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(content):
        print(json.dumps(content), file=answers, flush=True)

    job = Job(**json.loads(sys.stdin.readline()))
    peer = make(job)
    peer.warm_up()
    answer({"version": version, "threads": threads()})
    for line in sys.stdin:
        command = json.loads(line)
        if command["do"] == "train":
            answer(train(peer, job))
        else:
            answer(infer(peer, job, command["rows"]))


def run(make, version):
    """The main function of a peer; `make` makes it from a job."""
    if sys.argv[1:2] == ["--whole"]:
        job = Job(**json.loads(sys.argv[2]))
        peer = make(job)
        loss = peer.train(job.epochs)
        peer.save(sys.argv[3])
        print(json.dumps({"loss": loss}))
    else:
        converse(make, version)
