"""Which executor carries out which kind of node; each writes into its context's folder."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from synthc.runtime.context import Context
from synthc.runtime.endpoints.base import Endpoint
from synthc.runtime.engines.local import Usage, work
from synthc.runtime.ledger import Ledger


def execute(
    context: Context,
    *,
    endpoints: Callable[[], Mapping[str, Endpoint]],
    ledger: Callable[[], Ledger],
    key: Callable[[], bytes],
    runner: asyncio.Runner,
) -> Usage:
    """Carry out one node and return what it asked; torch is imported where a node trains."""
    kind = context.node.kind
    if kind in {"filter", "transform", "generate"}:
        asking = any(step.verb == "ask" for step in context.node.steps)
        return runner.run(work(context, endpoints() if asking else {}, ledger() if asking else None))
    if kind == "source":
        from synthc.runtime.sources.read import read_source

        read_source(context, key())
    elif kind == "mix":
        from synthc.runtime.mix import mix

        mix(context)
    elif kind == "vocab":
        from synthc.runtime.training.make_vocab import make_vocab

        make_vocab(context)
    elif kind == "pretrain":
        from synthc.runtime.training.pretrain import pretrain

        pretrain(context)
    elif kind == "federate":
        from synthc.runtime.federated.federate import federate

        federate(context)
    elif kind == "measure":
        from synthc.runtime.measure import measure

        measure(context)
    elif kind == "evaluate":
        from synthc.runtime.evaluation.evaluate import evaluate

        evaluate(context)
    else:
        raise AssertionError(kind)
    return Usage()
