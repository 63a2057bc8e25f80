"""Tunes a model on the users of a private source, round by round, under its mechanism."""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from synthc.compiler.graph.accounting import SubsampledGaussian
from synthc.runtime.context import Context
from synthc.runtime.errors import InputError
from synthc.runtime.federated.charges import Charges
from synthc.runtime.federated.dp.choose import mechanism_of
from synthc.runtime.federated.dp.mechanism import Mechanism, drawn_users
from synthc.runtime.federated.rounds import Rounds, State
from synthc.runtime.federated.users import Users
from synthc.runtime.store import Store
from synthc.runtime.training.checkpoint import Trained, load_model, save_model, weights

ROUNDS_UNDER_LIMIT = 2
QUIET = {"FLWR_TELEMETRY_ENABLED": "0", "FLWR_DISABLE_UPDATE_CHECK": "1"}


def federate(context: Context) -> None:
    """Carry out a federate node: `model.safetensors` and beside it `federation.json`."""
    settings = context.node.settings
    start = load_model(context.inputs[context.reference("model")])
    users = _users(context, start)
    mechanism = mechanism_of(settings, len(users))
    total = settings["rounds"] if context.limit is None else min(settings["rounds"], ROUNDS_UNDER_LIMIT)
    rounds = Rounds(folder=context.scratch, log=context.private / f"{context.node.name}.rounds.jsonl", test_noise=context.test_noise)
    state = rounds.read() or _beginning(start, mechanism)
    with _charging(context, mechanism, total, rounds, state) as charge:
        if state.round < total:
            state = _tune(context, rounds, state=state, users=users, mechanism=mechanism, total=total, charge=charge)
    _load(start.model, state.weights)
    save_model(start, context.folder)
    seeded = context.test_noise is not None or context.limit is not None
    facts = {
        "rounds_charged": 0 if isinstance(charge, Uncharged) else total,
        "rounds": total,
        "noise_generator": "seeded" if context.test_noise is not None else "entropy",
        "private": settings["dp"] is not None and not seeded and settings["population_is"] != "simulated",
    }
    (context.folder / "federation.json").write_text(json.dumps(facts, indent=1) + "\n")


def _users(context: Context, start: Trained) -> Users:
    """Encode the users who train, or find them in scratch."""
    settings, done = context.node.settings, context.scratch / "users"
    if not (done / "numbers.npy").exists():
        rows = context.rows(context.reference("users"))
        Users.of(rows, settings["part"], settings["column"], start.vocab).save(done)
    users = Users.load(done)
    if len(users) == 0:
        raise InputError(f"{context.node.place}: `{context.node.name}` has nobody to tune on; no user of `{context.reference('users')}` is in the part `{settings['part']}`")
    if settings["population_is"] == "simulated" and drawn_users(settings, len(users)) > len(users):
        raise InputError(f"{context.node.place}: `draw = {settings['draw']}` is more than the users who train; lower `draw` in the source of `{context.reference('users')}`")
    return users


class Uncharged:
    """Charges nobody: a pretended population, a seeded test, or no mechanism at all."""

    def __call__(self, name: str, round_: int) -> None:
        """Do nothing."""


@contextlib.contextmanager
def _charging(context: Context, mechanism: Mechanism, total: int, rounds: Rounds, state: State) -> Iterator[Callable[[str, int], None]]:
    """Give what notes a charge, while nobody else may charge the same people."""
    settings = context.node.settings
    pretended = settings["population_is"] == "simulated"
    if pretended or not isinstance(event := mechanism.event(total), SubsampledGaussian) or context.test_noise is not None or context.limit is not None:
        yield Uncharged()
        return
    with Store(root=context.project / ".synth").lock(f"people-{settings['people']}".replace("/", "_")):
        charges = Charges(
            project=context.project,
            people=settings["people"],
            node=context.node.name,
            place=context.node.place,
            event=event,
            budgets=_budgets(context),
        )
        begun = rounds.begun(state)
        paid = begun is not None and charges.has(begun.charge)
        charges.afford(total - state.round - paid)
        yield charges.charge


def _budgets(context: Context) -> list[Mapping[str, float]]:
    """Return the budgets of all sources of the same people, this one's first: people are counted once, whatever files they are in."""
    of, graph = context.node.settings, context.graph
    others = [graph.budgets[n.name] for n in graph.nodes if n.kind == "source" and n.name in graph.budgets and n.settings["people"] == of["people"]]
    return [of["budget"], *(budget for budget in others if budget != of["budget"])]


def _tune(
    context: Context, rounds: Rounds, *, state: State, users: Users, mechanism: Mechanism, total: int, charge: Callable[[str, int], None]
) -> State:
    """Run the rounds that are left through Flower's strategy, in this process or over a pool of workers."""
    settings = context.node.settings
    _hush(context.scratch)
    from flwr.app import ArrayRecord

    logging.getLogger("flwr").setLevel(logging.ERROR)  # behind the import, which sets it
    from synthc.runtime.federated.grid import LocalGrid, PoolGrid
    from synthc.runtime.federated.strategy import PrivateFedAvg

    strategy = PrivateFedAvg(
        mechanism=mechanism,
        rounds=rounds,
        sizes_U=np.array([min(users.words(u), settings["local"]["max_words"]) for u in range(len(users))]),
        state=state,
        learning_rate=settings["server"]["learning_rate"],
        momentum=settings["server"]["momentum"],
        seed=context.seed,
        charge=charge,
        told=lambda done: context.progress(done, total, "rounds"),
    )
    worker = Worker(start=context.inputs[context.reference("model")], users=context.scratch / "users", settings=dict(settings))
    workers = settings["workers"] or os.cpu_count() or 1

    def alive() -> None:
        context.progress(strategy.state.round, total, "rounds")

    grid = LocalGrid(make_app(worker), 1) if workers == 1 else PoolGrid(partial(make_app, worker), workers, alive)
    try:
        strategy.start(grid, ArrayRecord([state.weights]), num_rounds=total - state.round)
    finally:
        grid.close()
    return strategy.state


def _beginning(start: Trained, mechanism: Mechanism) -> State:
    flat = torch.cat([w.detach().reshape(-1) for w in weights(start.model).values()]).numpy()
    return State(round=0, weights=flat.astype(np.float32), server={"velocity": np.zeros(len(flat), np.float32)}, mechanism=mechanism.begin(len(flat)))


def _load(model: torch.nn.Module, flat: np.ndarray[Any, Any]) -> None:
    """Put flat weights back where they belong."""
    begin = 0
    with torch.no_grad():
        for weight in weights(model).values():
            weight.copy_(torch.from_numpy(flat[begin : begin + weight.numel()]).view_as(weight))
            begin += weight.numel()


def _hush(scratch: Path) -> None:
    """Keep Flower from writing into the home folder and from calling home; to be said before its import."""
    os.environ.update(QUIET, FLWR_HOME=str(scratch / "flwr"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """What a worker process builds its device from; nothing here is private."""

    start: Path
    users: Path
    settings: Mapping[str, Any]


def make_app(worker: Worker) -> Any:
    """Build the client app of a worker process."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    _hush(worker.users.parent)
    from synthc.runtime.federated.client import client_app
    from synthc.runtime.federated.device import Device

    users = Users.load(worker.users)
    model = load_model(worker.start).model
    return client_app(Device(model=model, users=users, settings=worker.settings))
