"""The learning rules as plain eager PyTorch: what `native.ts` and, with CUDA, `gpu.ts` compare our engines with.

One tensor operation for each operation of the equations, as one would write them down to try a rule: every product is a
matmul, W_1 x is computed anew in each iteration, and autograd is used where gradients of an energy or a loss are what
the rule is about. Nothing is fused or compiled. How it is called says `torch_timing.py`.
"""

from typing import Any, Callable, Dict, List, Set, Tuple

# First, since it says with how many threads torch is loaded.
from torch_timing import Network, Settings, main

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def xavier(rows: int, columns: int) -> Tensor:
    return nn.init.xavier_uniform_(torch.empty(rows, columns))


def xavier_gram(n: int) -> Tensor:
    """M M^T: symmetric and positive semi-definite."""
    m = xavier(n, n)
    return m @ m.T


def uniform(bound: float, *shape: int) -> Tensor:
    return (2 * torch.rand(*shape) - 1) * bound


def one_hot(labels: Tensor, classes: int) -> Tensor:
    return F.one_hot(labels, classes).float()


def signed(strength: float, settings: Settings, sign: int) -> float:
    return strength * sign if settings["randomSign"] else strength


def neural_rate(settings: Settings, t: int) -> float:
    """The step of the neural dynamics at iteration t, from 0."""
    rate: float = settings["neuralLr"]
    if settings["neuralRule"] == "constant":
        return rate
    divisor = t + 1 if settings["neuralRule"] == "divide_by_loop_index" else t * settings["neuralLrDecay"] + 1
    return max(rate / divisor, settings["neuralLrStop"])


class CorInfoMax:
    """Correlative information maximization, one column per sample; the sparse form where `sparseLayers` are named."""

    def __init__(self, widths: List[int], settings: Settings) -> None:
        self.n, self.s, self.L = widths, settings, len(widths) - 1
        layers = range(1, self.L + 1)
        self.W = {k: xavier(widths[k], widths[k - 1]) for k in layers}
        self.V = {k: xavier(widths[k - 1], widths[k]) for k in layers if k > 1}
        self.B = {k: xavier_gram(widths[k]) for k in layers}
        self.gamma = (1 - settings["lambda"]) / settings["lambda"]
        self.sparse: Set[int] = set(settings.get("sparseLayers", []))

    def rest(self, x: Tensor) -> Tuple[Dict[int, Tensor], Dict[int, Tensor]]:
        """Rates of a network at rest, with the input as layer 0, and the multipliers of its sparse layers."""
        samples = x.shape[1]
        rates = {k: torch.zeros(self.n[k], samples) for k in range(1, self.L + 1)}
        rates[0] = x
        return rates, {k: torch.zeros(1, samples) for k in self.sparse}

    def settle(self, r: Dict[int, Tensor], mu: Dict[int, Tensor], iterations: int, beta: float, y: Tensor) -> None:
        """One phase, layer after layer, each seeing the one below already updated. Replaces the entries of r and mu."""
        eps, g = self.s["epsilon"], self.s["hopfieldGain"]
        u = {k: r[k].clone() for k in range(1, self.L + 1)}
        v = {k: mu[k].clone() for k in self.sparse}
        for t in range(iterations):
            eta = neural_rate(self.s, t)
            for k in range(1, self.L + 1):
                basal = (self.W[k] @ r[k - 1] - u[k]) / eps
                lateral = self.B[k] @ r[k]
                if k < self.L:
                    soma = eps * (2 * self.gamma * lateral + g * r[k])
                    apical = (soma + self.V[k + 1] @ r[k + 1] - u[k]) / eps
                else:
                    apical = self.gamma * lateral + g * r[k] - u[k]
                    if beta != 0:
                        apical = apical - beta * (r[k] - y)
                du = -g * u[k] + basal + apical
                if k in self.sparse:
                    du = du - mu[k]
                u[k] = u[k] + eta * du
                r[k] = torch.relu(u[k]) if k in self.sparse else torch.clamp(u[k], 0, 1)
                if k in self.sparse:
                    alpha = self.s["lrMultiplier"][k - 1]
                    v[k] = v[k] + alpha * (-v[k] + (r[k].sum(0, keepdim=True) - 1) + mu[k])
                    mu[k] = torch.relu(v[k])

    @torch.no_grad()
    def train_batch(self, x: Tensor, labels: Tensor, sign: int) -> None:
        y = one_hot(labels, self.n[-1]).T
        m = x.shape[0]
        beta = signed(self.s["beta"], self.s, sign)
        r, mu = self.rest(x.T)
        self.settle(r, mu, self.s["iterationsFree"], 0.0, y)
        free = dict(r)
        self.settle(r, mu, self.s["iterationsNudged"], beta, y)
        # Errors are those of the weights as they were.
        forward = {k: [p[k] - self.W[k] @ p[k - 1] for p in (free, r)] for k in range(1, self.L + 1)}
        backward = {k: [p[k] - self.V[k + 1] @ p[k + 1] for p in (free, r)] for k in range(1, self.L)}
        for k in range(1, self.L + 1):
            contrast = forward[k][0] @ free[k - 1].T / m - forward[k][1] @ r[k - 1].T / m
            self.W[k] -= self.s["lrForward"][k - 1] / beta * contrast
        for k in range(1, self.L):
            contrast = backward[k][0] @ free[k + 1].T / m - backward[k][1] @ r[k + 1].T / m
            self.V[k + 1] -= self.s["lrFeedback"][k - 1] / beta * contrast
        for k in range(1, self.L + 1):
            z = self.B[k] @ r[k]
            self.B[k] = (self.B[k] - self.gamma * (z @ z.T / m)) / self.s["lambda"]

    @torch.no_grad()
    def predict(self, x: Tensor) -> Tensor:
        r, mu = self.rest(x.T)
        self.settle(r, mu, self.s["iterationsFree"], 0.0, r[self.L])
        return r[self.L].T

    def parameters(self) -> Dict[str, Tensor]:
        named = {"W": self.W, "V": self.V, "B": self.B}
        return {f"{letter}{k}": tensor for letter, of in named.items() for k, tensor in of.items()}


class EnergyNetwork:
    """Equilibrium propagation and, with lateral matrices M, contrastive similarity matching: descent of an energy."""

    def __init__(self, widths: List[int], settings: Settings) -> None:
        self.n, self.s, self.L = widths, settings, len(widths) - 1
        layers = range(1, self.L + 1)
        self.W = {k: xavier(widths[k], widths[k - 1]).requires_grad_() for k in layers}
        self.b = {k: torch.zeros(widths[k], requires_grad=True) for k in layers}
        self.M = {k: xavier_gram(widths[k]) for k in layers if k < self.L and "lrLateral" in settings}
        groups = [{"params": [self.W[k], self.b[k]], "lr": settings["learningRates"][k - 1]} for k in layers]
        self.optimiser = torch.optim.SGD(groups, lr=0.1)

    def energy(self, x: Tensor, states: List[Tensor]) -> Tensor:
        """Of each sample."""
        total = torch.zeros(x.shape[0])
        below = x
        for k, s in enumerate(states, start=1):
            total = total + 0.5 * (s * s).sum(1) - (s * F.linear(below, self.W[k], self.b[k])).sum(1)
            if k in self.M:
                total = total + 0.5 * ((s @ self.M[k]) * s).sum(1)
            below = s
        return total

    def settle(
        self, x: Tensor, states: List[Tensor], iterations: int, eta: float, beta: float, y: Tensor
    ) -> List[Tensor]:
        """One phase, all layers at once."""
        for _ in range(iterations):
            states = [s.detach().requires_grad_() for s in states]
            energy = self.energy(x, states).sum()
            if beta != 0:
                energy = energy + beta * ((states[-1] - y) ** 2).sum()
            slopes = torch.autograd.grad(energy, states)
            states = [torch.clamp(s.detach() - eta * slope, 0, 1) for s, slope in zip(states, slopes)]
        return states

    def rest(self, x: Tensor) -> List[Tensor]:
        return [torch.zeros(x.shape[0], n) for n in self.n[1:]]

    def train_batch(self, x: Tensor, labels: Tensor, sign: int) -> None:
        y = one_hot(labels, self.n[-1])
        beta = signed(self.s["beta"], self.s, sign)
        eta = self.s["neuralLr"]
        free = self.settle(x, self.rest(x), self.s["iterationsFree"], eta, 0.0, y)
        nudged = self.settle(x, free, self.s["iterationsNudged"], eta, beta, y)
        self.optimiser.zero_grad()
        contrast = (self.energy(x, nudged).mean() - self.energy(x, free).mean()) / beta
        contrast.backward()
        self.optimiser.step()
        for k, m in self.M.items():
            rate = self.s["lrLateral"][k - 1]
            m -= rate / (2 * beta) * (nudged[k - 1].T @ nudged[k - 1] / x.shape[0])
            m += rate / (2 * abs(beta)) * m

    def predict(self, x: Tensor) -> Tensor:
        rest = self.rest(x)
        return self.settle(x, rest, self.s["iterationsFree"], self.s["evaluationLr"], 0.0, rest[-1])[-1]

    def parameters(self) -> Dict[str, Tensor]:
        named = {"W": self.W, "b": self.b, "M": self.M}
        return {f"{letter}{k}": tensor for letter, of in named.items() for k, tensor in of.items()}


class PredictiveCoding:
    """Predictive coding with the label clamped, sigmoid rates, and Adam in ascent; gradients written out."""

    def __init__(self, widths: List[int], settings: Settings) -> None:
        self.n, self.s, self.L = widths, settings, len(widths) - 1
        layers = range(1, self.L + 1)
        self.W = {k: uniform((6 / widths[k - 1]) ** 0.5, widths[k], widths[k - 1]) for k in layers}
        self.b = {k: uniform(widths[k - 1] ** -0.5, widths[k]) for k in layers}
        self.moments = {name: (torch.zeros_like(p), torch.zeros_like(p)) for name, p in self.parameters().items()}
        self.steps = 0

    def forward(self, x: Tensor) -> Dict[int, Tensor]:
        v = {0: torch.logit(x)}
        for k in range(1, self.L + 1):
            v[k] = torch.sigmoid(v[k - 1]) @ self.W[k].T + self.b[k]
        return v

    def errors(self, v: Dict[int, Tensor]) -> Dict[int, Tensor]:
        return {k: v[k] - (torch.sigmoid(v[k - 1]) @ self.W[k].T + self.b[k]) for k in range(1, self.L + 1)}

    def ascend(self, name: str, parameter: Tensor, gradient: Tensor) -> None:
        """A step of Adam whose bias corrections are in the rate."""
        beta1, beta2 = self.s["adamBeta1"], self.s["adamBeta2"]
        m, v = self.moments[name]
        m = beta1 * m + (1 - beta1) * gradient
        v = beta2 * v + (1 - beta2) * gradient**2
        self.moments[name] = (m, v)
        rate = self.s["learningRate"] * (1 - beta2**self.steps) ** 0.5 / (1 - beta1**self.steps)
        parameter += rate * m / (torch.sqrt(v) + self.s["adamEpsilon"])

    @torch.no_grad()
    def train_batch(self, x: Tensor, labels: Tensor, sign: int) -> None:
        low, high = self.s["targetLow"], self.s["targetHigh"]
        v = self.forward(x)
        v[self.L] = low + (high - low) * one_hot(labels, self.n[-1])
        for t in range(self.s["iterations"]):
            e = self.errors(v)
            eta = neural_rate(self.s, t)
            for k in range(1, self.L):
                rate = torch.sigmoid(v[k])
                v[k] = v[k] + eta * (-e[k] + (e[k + 1] @ self.W[k + 1]) * (rate * (1 - rate)))
        e = self.errors(v)
        self.steps += 1
        for k in range(1, self.L + 1):
            self.ascend(f"W{k}", self.W[k], e[k].T @ torch.sigmoid(v[k - 1]) / x.shape[0])
            self.ascend(f"b{k}", self.b[k], e[k].mean(0))

    @torch.no_grad()
    def predict(self, x: Tensor) -> Tensor:
        return self.forward(x)[self.L]

    def parameters(self) -> Dict[str, Tensor]:
        named = {"W": self.W, "b": self.b}
        return {f"{letter}{k}": tensor for letter, of in named.items() for k, tensor in of.items()}


class NudgedPredictiveCoding:
    """Predictive coding whose output is pulled towards the label; values and weights ascend F by autograd."""

    def __init__(self, widths: List[int], settings: Settings) -> None:
        self.n, self.s = widths, settings
        self.linear = [nn.Linear(below, above) for below, above in zip(widths, widths[1:])]
        for layer in self.linear:
            nn.init.kaiming_uniform_(layer.weight)
        learned = [p for layer in self.linear for p in layer.parameters()]
        self.optimiser = torch.optim.SGD(learned, lr=settings["learningRate"])

    def forward(self, x: Tensor) -> List[Tensor]:
        values = [self.linear[0](x)]
        for layer in self.linear[1:]:
            values.append(layer(torch.relu(values[-1])))
        return values

    def objective(self, x: Tensor, values: List[Tensor], y: Tensor, strength: float) -> Tensor:
        total = -((values[0] - self.linear[0](x)) ** 2).sum()
        for k in range(1, len(values)):
            total = total - ((values[k] - self.linear[k](torch.relu(values[k - 1]))) ** 2).sum()
        return total - strength * ((values[-1] - y) ** 2).sum()

    def train_batch(self, x: Tensor, labels: Tensor, sign: int) -> None:
        y = one_hot(labels, self.n[-1])
        strength = signed(self.s["lambda"], self.s, sign)
        with torch.no_grad():
            values = self.forward(x)
        for t in range(self.s["iterations"]):
            values = [v.detach().requires_grad_() for v in values]
            slopes = torch.autograd.grad(self.objective(x, values, y, strength), values)
            eta = neural_rate(self.s, t)
            values = [v.detach() + eta * slope for v, slope in zip(values, slopes)]
        self.optimiser.zero_grad()
        loss = -self.objective(x, values, y, strength) / strength
        loss.backward()
        self.optimiser.step()

    @torch.no_grad()
    def predict(self, x: Tensor) -> Tensor:
        return self.forward(x)[-1]

    def parameters(self) -> Dict[str, Tensor]:
        return {
            f"{letter}{k}": tensor
            for k, layer in enumerate(self.linear, start=1)
            for letter, tensor in (("W", layer.weight), ("b", layer.bias))
        }


class AlignedProduct(torch.autograd.Function):
    """x W^T + b whose error goes back through a fixed matrix instead of W."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, feedback: Tensor) -> Tensor:
        ctx.save_for_backward(x, feedback)
        return F.linear(x, weight, bias)

    @staticmethod
    def backward(ctx: Any, error: Tensor) -> Tuple[Any, ...]:
        x, feedback = ctx.saved_tensors
        carried = error @ feedback if ctx.needs_input_grad[0] else None
        return carried, error.T @ x, error.sum(0), None


class AlignedLinear(nn.Linear):
    """A linear layer of feedback alignment."""

    def __init__(self, below: int, above: int) -> None:
        super().__init__(below, above)
        nn.init.xavier_uniform_(self.weight)
        nn.init.ones_(self.bias)
        self.feedback = xavier(above, below)

    def forward(self, x: Tensor) -> Tensor:
        return AlignedProduct.apply(x, self.weight, self.bias, self.feedback)


class Perceptron:
    """Backpropagation and feedback alignment: they differ in the linear layer."""

    def __init__(self, widths: List[int], settings: Settings, linear: Callable[[int, int], nn.Linear]) -> None:
        self.n = widths
        self.linear = [linear(below, above) for below, above in zip(widths, widths[1:])]
        modules: List[nn.Module] = [self.linear[0]]
        for layer in self.linear[1:]:
            modules += [nn.ReLU(), layer]
        self.model = nn.Sequential(*modules)
        self.loss = nn.MSELoss()
        self.optimiser = torch.optim.Adam(self.model.parameters(), lr=settings["learningRate"])

    def train_batch(self, x: Tensor, labels: Tensor, sign: int) -> None:
        self.optimiser.zero_grad()
        self.loss(self.model(x), one_hot(labels, self.n[-1])).backward()
        self.optimiser.step()

    @torch.no_grad()
    def predict(self, x: Tensor) -> Tensor:
        return self.model(x)

    def parameters(self) -> Dict[str, Tensor]:
        found: Dict[str, Tensor] = {}
        for k, layer in enumerate(self.linear, start=1):
            found[f"W{k}"], found[f"b{k}"] = layer.weight, layer.bias
            if isinstance(layer, AlignedLinear) and k > 1:
                found[f"F{k}"] = layer.feedback
        return found


RULES: Dict[str, Callable[[List[int], Settings], Network]] = {
    "corinfomax": CorInfoMax,
    "corinfomax-sparse": CorInfoMax,
    "ep": EnergyNetwork,
    "csm": EnergyNetwork,
    "pc": PredictiveCoding,
    "pc-nudge": NudgedPredictiveCoding,
    "feedback-alignment": lambda widths, settings: Perceptron(widths, settings, AlignedLinear),
    "backprop": lambda widths, settings: Perceptron(widths, settings, nn.Linear),
}


if __name__ == "__main__":
    main(lambda case: RULES[case["rule"]](case["widths"], case["settings"]))
