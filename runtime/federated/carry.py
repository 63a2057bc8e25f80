"""Carries a federation's rounds out on an engine: in this process, in a pool of processes, or on Ray.

All three hand the same strategy's messages to the same app, and come to the same model.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from synthc.runtime.engines.engine import Engine
from synthc.runtime.federated.as_found import as_found
from synthc.runtime.federated.lent import Lent
from synthc.runtime.federated.users import Users
from synthc.runtime.training.checkpoint import load_model
from synthc.runtime.training.repeatable import be_repeatable

if TYPE_CHECKING:
    from flwr.clientapp import ClientApp
    from flwr.serverapp import Grid

    from synthc.runtime.federated.strategy import PrivateFedAvg

QUIET = {"FLWR_TELEMETRY_ENABLED": "0", "FLWR_DISABLE_UPDATE_CHECK": "1"}


def hush(scratch: Path) -> None:
    """Keep Flower from writing into the home folder and from calling home; to be said before its import."""
    os.environ.update(QUIET, FLWR_HOME=str(scratch / "flwr"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """What a worker builds its app from; nothing here is private.

    `settings` are those of the node, as JSON.
    """

    start: Path
    users: Path
    settings: str
    lent: Lent | None = None

    def __call__(self) -> ClientApp:
        """Build the app."""
        torch.set_num_threads(1)
        be_repeatable()
        hush(self.users.parent)
        from synthc.runtime.federated.client import client_app
        from synthc.runtime.federated.device import Device

        device = Device(model=load_model(self.start).model, users=Users.load(self.users), settings=json.loads(self.settings))
        return client_app(device, self.lent)


def worker_of(start: Path, users: Path, settings: Any) -> Worker:
    """Return what builds the workers of a federate node."""
    used = {name: settings[name] for name in ("local", "stragglers")}
    return Worker(start=start, users=users, settings=json.dumps(used, sort_keys=True))


@as_found()
def carry(strategy: PrivateFedAvg, rounds: int, worker: Worker, *, workers: int | None, engine: Engine, alive: Callable[[], None]) -> None:
    """Carry out so many rounds with as many workers as are wanted, one a core if left out.

    `alive` is called while workers are waited for, and may raise.
    """
    from flwr.app import ArrayRecord

    count = workers or cores()

    def start(grid: Grid) -> None:
        # The strategy has the model; Flower would pack it once more for itself.
        strategy.start(grid, ArrayRecord(), num_rounds=rounds, timeout=None)

    def memory() -> AbstractContextManager[Lent]:
        return Lent.made(len(strategy.state.weights), count, worker.users.parent).unnamed()

    if engine.name == "ray":
        from synthc.runtime.federated.simulation import on_ray

        # The machines of a cluster share no memory: messages carry the model there.
        place = contextlib.nullcontext() if engine.address else memory()
        with place as lent, on_ray(replace(worker, lent=lent), count, lent, engine.address, alive) as grid:
            start(grid)
    elif count == 1:
        from synthc.runtime.federated.grid import LocalGrid

        start(LocalGrid(worker(), 1))
    else:
        with memory() as lent:
            _pooled(start, worker, lent, engine, alive)


def _pooled(start: Callable[[Grid], None], worker: Worker, lent: Lent, engine: Engine, alive: Callable[[], None]) -> None:
    """Carry it out in the warm pool of the run; one in which something went wrong is not used again."""
    from synthc.runtime.federated.pool import PoolGrid

    try:
        grid = PoolGrid(engine.workers(), replace(worker, lent=lent), lent, alive)
        start(grid)
        grid.close()
    except BaseException:
        engine.close()
        raise


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
