"""Weights that the authors' PEPITA learns, for pepita.test.ts, which reads what this prints.

    git clone https://github.com/GiorgiaD/PEPITA && git -C PEPITA checkout 3fe03d80b642fa6df8ed23fc1c6dc9247f98c63b
    pip install numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 matplotlib; PYTHONPATH=PEPITA python with_pepita.py > pepita.json

Three batches with momentum, in float64. Weights and F are the class's own, samples are drawn here and rounded to float32,
which is what a session is given. Its F is stretched, so that the second pass turns units on and off.
"""
import contextlib
import io
import json
import tempfile
from importlib.metadata import version

import numpy as np
from functions import general_network
from utils import relu, softmax

WIDTHS = [5, 7, 6, 3]
BATCH, BATCHES = 8, 3
RATE = 0.5


def case(stretch: float) -> dict:
    np.random.seed(11)
    hidden = len(WIDTHS) - 2
    net = general_network(
        layers_size=WIDTHS,
        act_list=[relu] * hidden + [softmax],
        d_act_list=[None] * (hidden + 1),
        learn_type="ERIN",
        batch_size=BATCH,
        update_type="mom",
        keep_variants=False,
        w_init="he_uniform",
        sample_passes=2,
    )
    net.layers[-1].F *= stretch
    x = np.random.rand(BATCH * BATCHES, WIDTHS[0]).astype(np.float32).astype(np.float64)
    labels = np.arange(BATCH * BATCHES) * 2 % WIDTHS[-1]
    before = {f"W{k}": layer.w.tolist() for k, layer in enumerate(net.layers, 1)}
    net.train(
        [row[:, None] for row in x],
        [np.eye(WIDTHS[-1])[label][:, None] for label in labels],
        [],
        [],
        train_epochs=1,
        sample_passes=2,
        eta=RATE,
        dropout=1.0,
        shuffling=False,
        eta_decay=False,
        deformation=False,
        test_as_val=False,
        zeromean=False,
        plots=False,
        validation=False,
        savepath=tempfile.mkdtemp(),
        r=0,
        check_cos_norm=False,
    )
    return {
        "stretch": stretch,
        "weights": before,
        # Ours is n_L × n_0.
        "feedback": net.layers[-1].F.T.tolist(),
        "x": x.tolist(),
        "labels": labels.tolist(),
        "learned": {f"W{k}": layer.w.tolist() for k, layer in enumerate(net.layers, 1)},
    }


with contextlib.redirect_stdout(io.StringIO()):
    cases = [case(stretch) for stretch in (1, 20)]
print(
    json.dumps(
        {
            "commit": "3fe03d80b642fa6df8ed23fc1c6dc9247f98c63b",
            "versions": {"numpy": version("numpy")},
            "widths": WIDTHS,
            "batch": BATCH,
            "batches": BATCHES,
            "rate": RATE,
            "momentum": 0.9,
            "cases": cases,
        }
    )
)
