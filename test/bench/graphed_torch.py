"""CorInfoMax as one writes it in PyTorch for speed: what `gpu.ts` compares our engine with beside the eager form.

Seeds are the first dimension of every tensor, so that one batched product serves them all. What does not change while a
phase settles is computed once: W_1 x, and for each layer one matrix of all that acts on it, which makes of an iteration of
a layer a product, a sum and a clip, in place. With CUDA a whole batch, or evaluation, is captured as one graph and replayed.
Products are float32 unless `--tf32` is given. How it is called says `torch_timing.py`.
"""

from typing import Any, Callable, Dict, List, Optional

# First, since it says with how many threads torch is loaded.
from torch_timing import ARGUMENTS, Settings, main

import torch
from eager_torch import neural_rate, xavier, xavier_gram
from torch import Tensor


def captured(step: Callable[[], None], keep: List[Tensor]) -> Callable[[], None]:
    """A step as a CUDA graph, with what its warm-up did to `keep` undone; the step itself on a processor."""
    if ARGUMENTS.device != "cuda":
        return step
    before = [tensor.clone() for tensor in keep]
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(side)
    for tensor, was in zip(keep, before):
        tensor.copy_(was)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return graph.replay


class CorInfoMax:
    """`ARGUMENTS.seeds` plain networks, one column per sample."""

    @torch.no_grad()
    def __init__(self, widths: List[int], samples: int, settings: Settings) -> None:
        self.n, self.s, self.L = widths, settings, len(widths) - 1
        self.gamma = (1 - settings["lambda"]) / settings["lambda"]
        seeds = ARGUMENTS.seeds
        layers = range(1, self.L + 1)

        def each(draw: Callable[[], Tensor]) -> Tensor:
            return torch.stack([draw() for _ in range(seeds)])

        self.W = {k: each(lambda: xavier(widths[k], widths[k - 1])) for k in layers}
        self.V = {k: each(lambda: xavier(widths[k - 1], widths[k])) for k in layers if k > 1}
        self.B = {k: each(lambda: xavier_gram(widths[k])) for k in layers}

        self.x = torch.zeros(seeds, widths[0], samples)
        self.labels = torch.zeros(seeds, 1, samples, dtype=torch.long)
        self.classes = torch.arange(widths[-1])[:, None]
        self.beta = torch.ones(seeds, 1, 1)
        # The rates of all layers stand one below the other, so that a layer and its neighbours are one matrix.
        self.first = {k: sum(widths[1:k]) for k in range(1, self.L + 2)}
        self.rates = torch.zeros(seeds, self.first[self.L + 1], samples)
        self.u = {k: torch.zeros(seeds, widths[k], samples) for k in layers}
        self.train_step = captured(self.train_once, list(self.parameters().values()))
        self.predict_step = captured(self.predict_once, [])

    def layers(self, rates: Tensor, k: int, last: Optional[int] = None) -> Tensor:
        """The rates of layer k, or of layers k to `last`."""
        return rates[:, self.first[k] : self.first[(last or k) + 1]]

    def incoming(self, beta: Optional[Tensor]) -> Dict[int, Tensor]:
        """What acts on each layer, of the rates of the layers beside it and of its own."""
        eps, g = self.s["epsilon"], self.s["hopfieldGain"]
        matrices = {}
        for k in range(1, self.L + 1):
            own = (2 if k < self.L else 1) * self.gamma * self.B[k]
            diagonal = own.diagonal(dim1=1, dim2=2)
            diagonal += g
            if k == self.L and beta is not None:
                diagonal -= beta[:, 0]
            parts = [self.W[k] / eps] if k > 1 else []
            parts += [own] + ([self.V[k + 1] / eps] if k < self.L else [])
            matrices[k] = torch.cat(parts, 2)
        return matrices

    def settle(self, drive: Dict[int, Tensor], matrices: Dict[int, Tensor], iterations: int) -> None:
        """One phase from the present rates, layer after layer, each seeing the one below already updated."""
        eps, g = self.s["epsilon"], self.s["hopfieldGain"]
        for k, u in self.u.items():
            u.copy_(self.layers(self.rates, k))
        for t in range(iterations):
            eta = neural_rate(self.s, t)
            for k, u in self.u.items():
                leak = g + 1 / eps + (1 / eps if k < self.L else 1)
                around = self.layers(self.rates, max(k - 1, 1), min(k + 1, self.L))
                u.baddbmm_(matrices[k], around, beta=1 - eta * leak, alpha=eta)
                if k in drive:
                    u.add_(drive[k], alpha=eta)
                torch.clamp(u, 0, 1, out=self.layers(self.rates, k))

    def free(self) -> Dict[int, Tensor]:
        """Settles from rest. Returns what drives layers from outside."""
        drive = {1: self.W[1] @ self.x / self.s["epsilon"]}
        self.rates.zero_()
        self.settle(drive, self.incoming(None), self.s["iterationsFree"])
        return drive

    def train_once(self) -> None:
        samples = self.x.shape[2]
        drive = self.free()
        free = self.rates.clone()
        target = self.beta * (self.labels == self.classes)
        drive[self.L] = drive[self.L] + target if self.L in drive else target
        self.settle(drive, self.incoming(self.beta), self.s["iterationsNudged"])
        # Both phases beside each other: what is learned is the difference of their errors' products with the rates.
        both = torch.cat([free, self.rates], 2)
        contrast = torch.cat([1 / self.beta.expand(-1, 1, samples), -1 / self.beta.expand(-1, 1, samples)], 2)
        # Errors are those of the weights as they were.
        forward, backward = {}, {}
        for k in range(2, self.L + 1):
            above, below = self.layers(both, k), self.layers(both, k - 1)
            forward[k] = (above - self.W[k] @ below) * contrast
            backward[k] = (below - self.V[k] @ above) * contrast
        # W_1 x is the same in both phases and leaves the difference.
        change = (self.layers(free, 1) - self.layers(self.rates, 1)) / self.beta
        self.W[1].baddbmm_(change, self.x.mT, alpha=-self.s["lrForward"][0] / samples)
        for k in range(2, self.L + 1):
            above, below = self.layers(both, k), self.layers(both, k - 1)
            self.W[k].baddbmm_(forward[k], below.mT, alpha=-self.s["lrForward"][k - 1] / samples)
            self.V[k].baddbmm_(backward[k], above.mT, alpha=-self.s["lrFeedback"][k - 2] / samples)
        for k, b in self.B.items():
            z = b @ self.layers(self.rates, k)
            b.baddbmm_(z, z.mT, beta=1 / self.s["lambda"], alpha=-self.gamma / (self.s["lambda"] * samples))

    def predict_once(self) -> None:
        self.free()

    @torch.no_grad()
    def train_batch(self, x: Tensor, labels: Tensor, sign: int) -> None:
        self.x.copy_(x.mT)
        self.labels.copy_(labels[:, None])
        self.beta.fill_(self.s["beta"] * (sign if self.s["randomSign"] else 1))
        self.train_step()

    @torch.no_grad()
    def predict(self, x: Tensor) -> Tensor:
        self.x.copy_(x.mT)
        self.predict_step()
        return self.layers(self.rates, self.L).mT

    def parameters(self) -> Dict[str, Tensor]:
        named = {"W": self.W, "V": self.V, "B": self.B}
        return {f"{letter}{k}": tensor for letter, of in named.items() for k, tensor in of.items()}


def network(case: Dict[str, Any]) -> Optional[CorInfoMax]:
    return CorInfoMax(case["widths"], case["batch"], case["settings"]) if case["rule"] == "corinfomax" else None


if __name__ == "__main__":
    main(network, seeded=True)
