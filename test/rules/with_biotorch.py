"""Gradients of feedback alignment's family by BioTorch, for feedback.test.ts, which reads what this prints.

    pip install biotorch==0.0.16; python with_biotorch.py > biotorch.json

Weights, feedback, samples and gradients are BioTorch's own and PyTorch's, in float64; samples are rounded to float32,
which is what a session is given.
"""
import json
from importlib.metadata import version

import torch
from biotorch.layers.dfa import Linear as Direct
from biotorch.layers.fa_constructor import Linear as Feedback
from torch import nn

torch.set_default_dtype(torch.float64)
WIDTHS = [4, 5, 4, 3]
BATCH = 8


def case(method: str, criterion: str) -> dict:
    torch.manual_seed(20)
    options = {"constrain_weights": False, "gradient_clip": False, "init": "kaiming"}
    layers = []
    for below, above in zip(WIDTHS[:-1], WIDTHS[1:]):
        config = {"type": method, "options": options}
        layers.append(
            Direct(below, above, WIDTHS[-1], layer_config=config)
            if method == "dfa"
            else Feedback(below, above, layer_config=config)
        )
    x = (2 * torch.rand(BATCH, WIDTHS[0])).float().double()
    labels = torch.arange(BATCH) % WIDTHS[-1]
    a = x
    for k, layer in enumerate(layers, 1):
        h = layer(a)
        a = torch.relu(h) if k < len(layers) else h
    a.retain_grad()
    if criterion == "cross-entropy":
        loss = nn.CrossEntropyLoss()(a, labels)
    else:
        loss = nn.MSELoss()(a, nn.functional.one_hot(labels, WIDTHS[-1]).double())
    if method == "dfa":
        # What its training loop hands every layer before going back.
        [gradient] = torch.autograd.grad(loss, a, retain_graph=True)
        for layer in layers:
            layer.loss_gradient = gradient
    loss.backward()
    # PyTorch means over the batch, so do we.
    return {
        "method": method,
        "criterion": criterion,
        "widths": WIDTHS,
        "weights": {
            name: value.tolist()
            for k, layer in enumerate(layers, 1)
            for name, value in ((f"W{k}", layer.weight.detach()), (f"b{k}", layer.bias.detach()[None]))
        },
        "feedback": {f"F{k}": layer.weight_backward.tolist() for k, layer in enumerate(layers, 1) if k > 1},
        "x": x.tolist(),
        "labels": labels.tolist(),
        "gradients": {
            name: value.tolist()
            for k, layer in enumerate(layers, 1)
            for name, value in ((f"W{k}", layer.weight.grad), (f"b{k}", layer.bias.grad[None]))
        },
    }


print(
    json.dumps(
        {
            "versions": {"biotorch": version("biotorch"), "torch": torch.__version__},
            "cases": [
                case(method, criterion)
                for method in ("fa", "dfa", "usf", "frsf")
                for criterion in ("squared-error", "cross-entropy")
            ],
        }
    )
)
