"""Times learning rules in PyTorch on the cases (rule, widths, batch, settings) of `cases.json`, those of `cases.ts`.

A script brings its networks and calls `main`:

    python3 SCRIPT --threads 1                  all cases that it knows, one JSON line each
    python3 SCRIPT --threads 2 ep-mnist         one case
    python3 SCRIPT --device cuda ep-mnist       on an NVIDIA GPU
    python3 SCRIPT --dump FOLDER ep-mnist       one batch with what went in and what came out, for comparison

Times are the median over chunks after a warm-up, data loading not included: batches lie ready as tensors.
"""


import argparse
import json
import os
import random
import statistics
import sys
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Protocol, Set, Tuple

CHUNKS = 7
CHUNK_SECONDS = 0.2
MOST_BATCHES_A_CHUNK = 200
READY_BATCHES = 50


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Times the cases of cases.json in PyTorch.")
    parser.add_argument("cases", nargs="*", help="names of cases; all of them when none is given")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--seeds", type=int, default=1, help="networks side by side, where the networks take several")
    parser.add_argument("--tf32", action="store_true", help="products of float32 may be computed in TF32")
    parser.add_argument("--settings", type=json.loads, default={}, help="JSON whose entries replace those of the case")
    parser.add_argument("--dump", type=Path, help="write one batch of the one case into this folder instead of timing")
    parser.add_argument("--version", action="store_true", help="print the versions of Python and torch")
    return parser.parse_args()


ARGUMENTS = arguments()
# The thread pools read these when torch is loaded.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = str(ARGUMENTS.threads)

import torch  # noqa: E402
from torch import Tensor  # noqa: E402

Settings = Dict[str, Any]


class Network(Protocol):
    """A network with one row per sample at its door, whatever it does inside; several stand in front, seed by seed."""

    def train_batch(self, x: Tensor, labels: Tensor, sign: int) -> None: ...

    def predict(self, x: Tensor) -> Tensor: ...

    def parameters(self) -> Dict[str, Tensor]: ...


def batches(case: Dict[str, Any], seeded: bool, count: int) -> List[Tuple[Tensor, Tensor, Tensor]]:
    """Random bytes, the same scaled to [0, 1], and random labels; those of each seed where the networks are several."""
    widths = case["widths"]
    shape = (ARGUMENTS.seeds, case["batch"]) if seeded else (case["batch"],)
    drawn = [torch.randint(0, 256, (*shape, widths[0]), dtype=torch.uint8) for _ in range(count)]
    return [(pixels, pixels.float() / 255, torch.randint(0, widths[-1], shape)) for pixels in drawn]


def finish() -> None:
    """Waits until a GPU has done what it was told."""
    if ARGUMENTS.device == "cuda":
        torch.cuda.synchronize()


def chunked(step: Callable[[], None]) -> Tuple[List[float], int]:
    """Milliseconds a batch of each chunk, after a warm-up, and how many batches a chunk has."""
    for _ in range(2):
        step()
    finish()
    begin = time.perf_counter()
    step()
    finish()
    once = time.perf_counter() - begin
    count = max(1, min(MOST_BATCHES_A_CHUNK, round(CHUNK_SECONDS / max(once, 1e-6))))
    times = []
    for chunk in range(CHUNKS + 1):
        begin = time.perf_counter()
        for _ in range(count):
            step()
        finish()
        # The first chunk is warm-up too.
        if chunk > 0:
            times.append((time.perf_counter() - begin) * 1e3 / count)
    return times, count


def measure(case: Dict[str, Any], network: Network, seeded: bool) -> Dict[str, Any]:
    ready = batches(case, seeded, READY_BATCHES)
    at = 0

    def train() -> None:
        nonlocal at
        _, x, labels = ready[at % READY_BATCHES]
        at += 1
        network.train_batch(x, labels, random.choice((1, -1)))

    def evaluate() -> None:
        nonlocal at
        _, x, labels = ready[at % READY_BATCHES]
        at += 1
        (network.predict(x).argmax(-1) == labels).sum().item()

    training, train_count = chunked(train)
    evaluation, eval_count = chunked(evaluate)
    return {
        "case": case["name"],
        "threads": torch.get_num_threads(),
        "seeds": ARGUMENTS.seeds if seeded else 1,
        "tf32": ARGUMENTS.tf32,
        "train_ms_per_batch": statistics.median(training),
        "eval_ms_per_batch": statistics.median(evaluation),
        "train_chunks_ms": training,
        "eval_chunks_ms": evaluation,
        "train_batches_a_chunk": train_count,
        "eval_batches_a_chunk": eval_count,
        "finite": all(bool(torch.isfinite(p).all()) for p in network.parameters().values()),
        **versions(),
    }


def versions() -> Dict[str, Any]:
    """What computes: torch, its vector capability where it tells, and the BLAS that is loaded."""
    capability = getattr(torch.backends.cpu, "get_cpu_capability", None) if hasattr(torch.backends, "cpu") else None
    loaded: Set[str] = set()
    maps = Path("/proc/self/maps")
    if maps.exists():
        paths = {line.split()[-1] for line in maps.read_text().splitlines() if "/" in line}
        loaded = {"/".join(Path(p).parts[-2:]) for p in paths if any(w in Path(p).name for w in ("blas", "mkl_rt"))}
    return {
        "python": sys.version.split()[0],
        "torch": torch.__version__,
        "capability": capability() if capability is not None else None,
        "cuda": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "blas": sorted(loaded),
    }


def dump(case: Dict[str, Any], network: Network, seeded: bool, folder: Path) -> None:
    """One batch with β's sign positive: what went in, the scores before it, and the parameters before and after it."""
    pixels, x, labels = batches(case, seeded, 1)[0]

    def save(name: str, tensor: Tensor, kind: torch.dtype = torch.float32) -> None:
        (folder / name).write_bytes(tensor.detach().to("cpu", kind).contiguous().numpy().tobytes())

    save("pixels", pixels, torch.uint8)
    save("labels", labels, torch.uint8)
    save("scores", network.predict(x))
    for name, tensor in network.parameters().items():
        save(f"before.{name}", tensor)
    network.train_batch(x, labels, 1)
    for name, tensor in network.parameters().items():
        save(f"after.{name}", tensor)


def main(build: Callable[[Dict[str, Any]], Optional[Network]], seeded: bool = False) -> None:
    """Times what `build` makes of a case; of the cases it returns None for, nothing. `seeded` networks are ARGUMENTS.seeds."""
    if ARGUMENTS.version:
        print(json.dumps(versions()))
        return
    torch.set_num_threads(ARGUMENTS.threads)
    if ARGUMENTS.device != "cpu":
        torch.set_default_device(ARGUMENTS.device)
    torch.set_float32_matmul_precision("high" if ARGUMENTS.tf32 else "highest")
    torch.manual_seed(0)
    random.seed(0)
    cases = json.loads((Path(__file__).parent / "cases.json").read_text())
    unknown = set(ARGUMENTS.cases) - {case["name"] for case in cases}
    if unknown:
        sys.exit(f"There is no case {', '.join(sorted(unknown))}.")
    for case in cases:
        if ARGUMENTS.cases and case["name"] not in ARGUMENTS.cases:
            continue
        network = build({**case, "settings": {**case["settings"], **ARGUMENTS.settings}})
        if network is None:
            if ARGUMENTS.cases:
                sys.exit(f"{Path(sys.argv[0]).name} has no networks of the rule {case['rule']}.")
        elif ARGUMENTS.dump is not None:
            dump(case, network, seeded, ARGUMENTS.dump)
        else:
            print(json.dumps(measure(case, network, seeded)), flush=True)
