"""The variational autoencoder of PyTorch's examples, 784-400-20, by its protocol.

Prints the negative evidence lower bound of the 10,000 test images after 10 epochs, in nats an
image, and the divergence in it: the figures that `cargo xtask repro vae-pytorch` stands beside.

    python3 vae.py FOLDER_OF_MNIST [SEED ...]
"""

import sys

import torch
from mnist import images
from torch import nn
from torch.nn import functional


class Variational(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(784, 400)
        self.mean = nn.Linear(400, 20)
        self.log_variance = nn.Linear(400, 20)
        self.decoder = nn.Sequential(nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, 784))

    def bound(self, rows):
        """Sums over the rows: binary cross-entropy, divergence."""
        hidden = torch.relu(self.hidden(rows))
        mean, log_variance = self.mean(hidden), self.log_variance(hidden)
        code = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        loss = functional.binary_cross_entropy_with_logits(
            self.decoder(code), rows, reduction="sum"
        )
        divergence = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).sum()
        return loss, divergence


def main(folder, *seeds):
    parts = ("train-images", "t10k-images")
    train, test = (torch.tensor(images(folder, part)) for part in parts)
    for seed in map(int, seeds or ("1", "2")):
        torch.manual_seed(seed)
        model = Variational()
        optimizer = torch.optim.Adam(model.parameters(), 1e-3)
        for _ in range(10):
            for batch in torch.randperm(len(train)).split(128):
                optimizer.zero_grad()
                sum(model.bound(train[batch])).backward()
                optimizer.step()
        with torch.no_grad():
            loss, divergence = (float(part) / len(test) for part in model.bound(test))
        print(f"seed {seed}: {loss + divergence:.2f}, of it {divergence:.2f}", flush=True)


main(*sys.argv[1:])
