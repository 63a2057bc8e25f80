"""The two halves of an exported app: the server's, and the device's."""

from __future__ import annotations

import logging
import math
import os
from pathlib import Path

import numpy as np
import torch
from flwr.app import ArrayRecord, Context, Error, Message
from flwr.clientapp import ClientApp
from flwr.serverapp import Grid, ServerApp

from synthc.runtime.errors import InputError
from synthc.runtime.federated.deployed.book import Book
from synthc.runtime.federated.deployed.joined import Declined, join
from synthc.runtime.federated.deployed.strategy import TOLD, Deployed
from synthc.runtime.federated.deployed.terms import Terms
from synthc.runtime.federated.deployed.text import text_file, texts
from synthc.runtime.federated.device import Device
from synthc.runtime.federated.dp.choose import mechanism_of
from synthc.runtime.federated.flat import flat, load_flat
from synthc.runtime.federated.messages import Done, Task
from synthc.runtime.federated.rounds import Rounds, State
from synthc.runtime.federated.server import beginning
from synthc.runtime.federated.users import LONGEST_SENTENCE, Users
from synthc.runtime.store import Store
from synthc.runtime.training.checkpoint import load_model, load_shape, save_model
from synthc.runtime.training.sentences import Encoded

STATE = "SYNTHC_STATE"
"""The variable that says where the server's half keeps what it must not lose; several folders, as in PATH, where one SuperLink serves several apps."""
LOG = logging.getLogger("flwr")


def server(folder: Path) -> ServerApp:
    """Return the server's half of the app in a folder.

    Its state, the model that it starts from and the ledger are on the server's machine, where `state_of` finds them;
    what a stopped run wrote is gone on from.
    """
    app, terms = ServerApp(), Terms.read(folder / "terms.json")

    @app.main()
    def main(grid: Grid, context: Context) -> None:
        state = state_of(terms, os.environ.get(STATE), Path.cwd())
        tune(grid, terms, state, least=int(str(context.run_config["least-devices"])), seconds=float(str(context.run_config["seconds-a-round"])))

    return app


def state_of(terms: Terms, named: str | None, here: Path) -> Path:
    """Return the folder that was exported with an app: one of those that are named, else `state` of the folder where the SuperLink was started.

    The path stands in nothing that is sent, for it goes to every device then.

    Raises:
        InputError: there is none of this app.
    """
    folders = [here / one for one in named.split(os.pathsep) if one] if named else [here / "state"]
    for folder in folders:
        if (folder / "terms.json").is_file() and Terms.read(folder / "terms.json") == terms:
            return folder
    looked = " or ".join(str(folder) for folder in folders)
    raise InputError(f"the state of this app is not in {looked}; start the SuperLink in the folder that `synthc export` wrote, or with `{STATE}` set to the path of its `state`")


def tune(grid: Grid, terms: Terms, state: Path, *, least: int, seconds: float) -> None:
    """Carry out the rounds that are left, and write the tuned model to `state/tuned`.

    Raises:
        InputError: `least` is less than 1, so that a round could be of nobody, or the state was put back to an older one.
        OutsideFault: another server is at work in this folder; two would give one noise to two sums.
    """
    if least < 1:
        raise InputError(f"`least-devices = {least}` would let a round be noise alone; write 1 or more")
    with Store(root=state).lock("server", busy=f"another server is at work in {state}; wait for it, or stop it"):
        _tune(grid, terms, state, least, seconds)


def _tune(grid: Grid, terms: Terms, state: Path, least: int, seconds: float) -> None:
    start = load_model(state / "start")
    rounds = Rounds(folder=state, log=state / "rounds.jsonl", test_noise=None, names=TOLD if terms.adaptive else TOLD[:1])
    mechanism = mechanism_of({"dp": terms.dp, "cohort": terms.cohort, "population_is": "declared"}, 0)
    at = rounds.read()
    if at is None:
        weights = flat(start.model)
        at = State(round=0, weights=weights, server=beginning(terms.server, len(weights)), mechanism=mechanism.begin(len(weights)))
        rounds.keep(at)  # what is drawn for all rounds is drawn once
    rounds.renew(at)
    strategy = Deployed(terms=terms, book=Book(folder=state, terms=terms), rounds=rounds, state=at, least=least, mechanism=mechanism)
    if at.round:
        LOG.info("%s of %s rounds are done; the app goes on from there", at.round, terms.rounds)
    strategy.start(grid, ArrayRecord(), num_rounds=terms.rounds - at.round, timeout=seconds)
    load_flat(start.model, strategy.state.weights)
    save_model(start, state / "tuned")
    LOG.info("The tuned model is in %s, and what its devices were promised in %s", state / "tuned", state / "privacy.json")


def client(folder: Path) -> ClientApp:
    """Return the device's half of the app in a folder.

    `text` of the node's settings names the device's own text: a file of JSON lines, or of plain lines. What goes back is a clipped
    sum; what a mistake says stays here, for Flower would send its message to the server.
    """
    app, terms = ClientApp(), Terms.read(folder / "terms.json")

    @app.train()
    def train(message: Message, context: Context) -> Message:
        torch.set_num_threads(1)
        try:
            task = Task.read(message.content)
            own = texts(text := text_file(context.node_config), terms.column)
            norm = _norm(terms, task)
            join(text, terms, task.round, context.run_id)
            return Message(_done(folder, terms, own, norm, task).record(), reply_to=message)
        except Declined as why:
            said = f"this device does not take part: {why}"
        except Exception as mistake:  # noqa: BLE001 - any may hold what was typed
            said = f"this device does not take part: {type(mistake).__name__}"
        LOG.warning("%s", said)
        return Message(Error(code=0, reason=said), reply_to=message)

    return app


def _norm(terms: Terms, task: Task) -> float:
    """Return how long an update may be: as promised, or, where that adapts, as the server says.

    Raises:
        Declined: the server asks what was not promised.
    """
    if not 0 <= task.round < terms.rounds:
        raise Declined(f"the server asks for round {task.round}, and there are {terms.rounds} from 0")
    if not (math.isfinite(task.norm) and task.norm > 0):
        raise Declined("the server asks for an update of any length")
    return task.norm if terms.adaptive else float(terms.dp["clip"])


def _done(folder: Path, terms: Terms, own: list[str], norm: float, task: Task) -> Done:
    """Return what a device sends: how much it holds and how well that was guessed are not in it.

    Where the clip norm adapts, it says whether its update was clipped; nothing else is counted.
    """
    shape = load_shape(folder / "target")
    encoded = Encoded.of(own, shape.vocab, LONGEST_SENTENCE)
    user = Users(encoded=encoded, firsts=np.array([0, len(encoded)]), numbers=np.zeros(1, np.uint64))
    device = Device(model=shape.model, users=user, settings={"local": terms.local, "stragglers": 0.0})
    assert task.weights is not None
    total, stats = device.clipped_sum(task.weights, np.zeros(1, np.int64), norm=norm, seed=task.seed, round_=task.round)
    clipped = stats[1] if terms.adaptive else 0.0
    return Done(total=total, stats=np.array([clipped]))
