"""A model as ONNX, in single precision or with weights of eight bits, run by ONNX Runtime."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from synthc.runtime.errors import InputError
from synthc.runtime.export.model import Run
from synthc.runtime.training.checkpoint import Trained

OPSET = 20
MISSING = "ONNX files are written with `onnx` and `onnxruntime`, which are not installed: `pip install 'synthc[export]'`"
TRIED = (2, 7)
"""Sentences and places of the example that the model is traced with; both may be any number afterwards."""


def write_onnx(trained: Trained, to: Path, *, int8: bool) -> tuple[Path, Run]:
    """Write `model.onnx`, or `model.int8.onnx`, and return its path and what it gives.

    Its input `ids` is int64 of sentences and places, its output `logits` float32 of sentences, places and ids.

    Raises:
        InputError: ONNX is not installed, or the model has an operation that ONNX has not.
    """
    try:
        import onnx  # noqa: F401 - the exporter of torch needs it
        import onnxruntime
    except ImportError:
        raise InputError(MISSING) from None
    path = to / ("model.int8.onnx" if int8 else "model.onnx")
    _export(trained, path)
    if int8:
        _in_eight_bits(path)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])

    def run(ids: NDArray[np.int64]) -> NDArray[np.float32]:
        logits: NDArray[np.float32] = session.run(None, {"ids": ids})[0]
        return logits

    return path, run


def _export(trained: Trained, path: Path) -> None:
    """Trace the model: the exporter that traces is the one that keeps a recurrent layer whole and its length free."""
    axes = {0: "sentences", 1: "places"}
    model: Any = trained.model
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                model,
                (torch.full(TRIED, 2),),
                str(path),
                input_names=["ids"],
                output_names=["logits"],
                dynamic_axes={"ids": axes, "logits": axes},
                opset_version=OPSET,
                dynamo=False,
            )
    except (torch.onnx.errors.OnnxExporterError, RuntimeError) as problem:
        raise InputError(f"this model cannot be written as ONNX: {str(problem).splitlines()[0]}") from None


def _in_eight_bits(path: Path) -> None:
    """Put matrices and recurrent layers of eight bits in the place of whole ones; what goes through them is quantised as it comes (dynamically)."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    whole = path.with_suffix(".whole")
    path.rename(whole)
    log = logging.getLogger()
    log.addFilter(_is_no_advice)
    try:
        quantize_dynamic(str(whole), str(path), weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["MatMul", "Gather", "LSTM", "Gemm"])
    finally:
        log.removeFilter(_is_no_advice)
        whole.unlink()


def _is_no_advice(record: logging.LogRecord) -> bool:
    """Keep back the quantiser's advice to prepare the graph, which a graph of one trace has no use for."""
    return "pre-processing" not in record.getMessage()
