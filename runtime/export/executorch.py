"""A model as ExecuTorch's `.pte`, with XNNPACK's kernels where they fit, for phones."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from synthc.runtime.errors import InputError
from synthc.runtime.export.model import Run
from synthc.runtime.training.checkpoint import Trained

MISSING = "`.pte` files are written with `executorch`, which is not installed: `pip install executorch`, in the version made for this torch"
PLACES = 20
"""Places of a sentence: memory is planned before the model runs. A shorter one is padded, which changes nothing, as no place looks ahead."""


def write_executorch(trained: Trained, to: Path) -> tuple[Path, Run]:
    """Write `model.pte` and return its path and what it gives; it takes one sentence of `PLACES` places, padded with 0.

    Raises:
        InputError: ExecuTorch is not installed, or cannot lower this model.
    """
    try:
        from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
        from executorch.exir import to_edge_transform_and_lower
        from executorch.runtime import Runtime
    except ImportError:
        raise InputError(MISSING) from None
    path = to / "model.pte"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.export.export(trained.model, (torch.full((1, PLACES), 2),))
        lowered = to_edge_transform_and_lower(program, partitioner=[XnnpackPartitioner()]).to_executorch()
    path.write_bytes(lowered.buffer)
    method = Runtime.get().load_program(path).load_method("forward")

    def run(ids: NDArray[np.int64]) -> NDArray[np.float32]:
        padded = np.pad(ids, ((0, 0), (0, PLACES - ids.shape[1])))
        rows = [method.execute([torch.from_numpy(row[None])])[0].numpy().copy() for row in padded]
        return np.concatenate(rows)[:, : ids.shape[1]]

    return path, run
