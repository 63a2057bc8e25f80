"""Tunes a model on the users of a private source, round by round, under its mechanism."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Mapping
from typing import Any

import numpy as np

from synthc.runtime.context import Context
from synthc.runtime.errors import InputError
from synthc.runtime.federated.absence import Absence
from synthc.runtime.federated.as_found import as_found
from synthc.runtime.federated.carry import carry, hush, worker_of
from synthc.runtime.federated.charging import Uncharged, charging, facts
from synthc.runtime.federated.dp.choose import mechanism_of
from synthc.runtime.federated.dp.correlated import measured
from synthc.runtime.federated.dp.mechanism import Mechanism, drawn_users
from synthc.runtime.federated.empty_cohorts import warn_of_empty_cohorts
from synthc.runtime.federated.flat import flat, load_flat
from synthc.runtime.federated.rounds import Charge, Rounds, State
from synthc.runtime.federated.server import beginning
from synthc.runtime.federated.users import Users
from synthc.runtime.training.checkpoint import Trained, load_model, save_model

ROUNDS_UNDER_LIMIT = 2
SECONDS_BETWEEN_STATES = 5.0
"""What a kill costs at most, beside the open round."""


def federate(context: Context) -> None:
    """Carry out a federate node: `model.safetensors` and beside it `federation.json`."""
    if "search" in context.node.settings:
        from synthc.runtime.federated.search import search

        search(context)
        return
    start = load_model(context.inputs[context.reference("model")])
    state, record = tuned(context, start)
    load_flat(start.model, state.weights)
    save_model(start, context.folder)
    (context.folder / "federation.json").write_text(json.dumps(record, indent=1) + "\n")


def tuned(context: Context, start: Trained, *, charged: bool = True) -> tuple[State, dict[str, object]]:
    """Return the state behind all rounds, and what was charged for them; the charge of a try is its search's."""
    settings = context.node.settings
    users = users_of(context, start)
    mechanism = mechanism_of(settings, len(users))
    total = settings["rounds"] if context.limit is None else min(settings["rounds"], ROUNDS_UNDER_LIMIT)
    log = context.private / f"{context.node.name}.rounds.jsonl"
    rounds = Rounds(folder=context.scratch, log=log, test_noise=context.test_noise, held=SECONDS_BETWEEN_STATES, total=total)
    state = rounds.read()
    if state is None:
        state = _beginning(start, settings, mechanism)
        if "series" in state.mechanism:
            rounds.keep(state)  # its name is drawn once: under another a killed first round would be charged as a run of its own
    begun = rounds.begun(state)
    series = bytes(state.mechanism["series"]).hex() if "series" in state.mechanism else None
    left = range(state.round, total)
    charges = charging(context, left, begun=map(begun.name, left) if begun else [], series=series)
    with charges if charged else contextlib.nullcontext(Uncharged()) as charge:
        if state.round < total:
            state = _tune(context, rounds, state=state, users=users, mechanism=mechanism, total=total, charge=charge)
    if series:
        rounds.note({"measured": measured(state.mechanism)})
    return state, facts(context, charge, total)


def users_of(context: Context, start: Trained) -> Users:
    """Encode the users who train, or find them in scratch."""
    settings, done = context.node.settings, context.scratch / "users"
    if not (done / "numbers.npy").exists():
        rows = context.rows(context.reference("users"))
        found = Users.of(rows, settings["part"], settings["column"], start.vocab)
        warn_of_empty_cohorts(context, len(found))
        found.save(done)
    users = Users.load(done)
    if len(users) == 0:
        raise InputError(f"{context.node.place}: `{context.node.name}` has nobody to tune on; no user of `{context.reference('users')}` is in the part `{settings['part']}`")
    if settings["population_is"] == "simulated" and drawn_users(settings, len(users)) > len(users):
        raise InputError(f"{context.node.place}: `draw = {settings['draw']}` is more than the users who train; lower `draw` in the source of `{context.reference('users')}`")
    return users


@as_found()
def _tune(
    context: Context, rounds: Rounds, *, state: State, users: Users, mechanism: Mechanism, total: int, charge: Charge
) -> State:
    """Run the rounds that are left through Flower's strategy, on the engine of the run."""
    settings = context.node.settings
    hush(context.scratch)
    import flwr  # noqa: F401 - its logger's level is set by the import

    logging.getLogger("flwr").setLevel(logging.CRITICAL)
    from synthc.runtime.federated.strategy import PrivateFedAvg

    sizes = np.array([min(users.words(u), settings["local"]["max_words"]) for u in range(len(users))])
    strategy = PrivateFedAvg(
        mechanism=mechanism,
        rounds=rounds,
        sizes_U=sizes,
        absence=Absence.of(settings, context.seed, users.numbers, sizes),
        state=state,
        server=settings["server"],
        seed=context.seed,
        charge=charge,
        told=lambda done: context.progress(done, total, "rounds"),
    )
    carry(
        strategy,
        total - state.round,
        worker_of(context.inputs[context.reference("model")], context.scratch / "users", settings),
        workers=settings["workers"],
        engine=context.engine,
        alive=lambda: context.progress(strategy.state.round, total, "rounds"),
    )
    return strategy.state


def _beginning(start: Trained, settings: Mapping[str, Any], mechanism: Mechanism) -> State:
    row = flat(start.model)
    return State(round=0, weights=row, server=beginning(settings["server"], len(row)), mechanism=mechanism.begin(len(row)))
