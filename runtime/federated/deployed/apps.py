"""The two halves of an exported app: the server's, and the device's."""

from __future__ import annotations

import json
import os
from hashlib import blake2b
from pathlib import Path

import numpy as np
import torch
from flwr.app import ArrayRecord, Context, Message
from flwr.clientapp import ClientApp
from flwr.serverapp import Grid, ServerApp

from synthc.runtime.federated.deployed.book import Book
from synthc.runtime.federated.deployed.strategy import Deployed
from synthc.runtime.federated.deployed.terms import Terms
from synthc.runtime.federated.device import STATS, Device
from synthc.runtime.federated.flat import flat, load_flat
from synthc.runtime.federated.messages import Done, Task
from synthc.runtime.federated.rounds import Rounds, State
from synthc.runtime.federated.server import beginning
from synthc.runtime.federated.users import LONGEST_SENTENCE, Users
from synthc.runtime.store import Store
from synthc.runtime.training.checkpoint import load_model, load_shape, save_model
from synthc.runtime.training.sentences import Encoded


def server(folder: Path) -> ServerApp:
    """Return the server's half of the app in a folder.

    Its state, the model that it starts from and the ledger are in the folder that `state` of the run's
    settings names, on the server's machine. What a stopped run wrote is gone on from.
    """
    app, terms = ServerApp(), Terms.read(folder / "terms.json")

    @app.main()
    def main(grid: Grid, context: Context) -> None:
        state = Path(str(context.run_config["state"]))
        tune(grid, terms, state, least=int(str(context.run_config["least-devices"])), seconds=float(str(context.run_config["seconds-a-round"])))

    return app


def tune(grid: Grid, terms: Terms, state: Path, *, least: int, seconds: float) -> None:
    """Carry out the rounds that are left, and write the tuned model to `state/tuned`.

    Raises:
        OutsideFault: another server is at work in this folder; two would give one noise to two sums.
    """
    with Store(root=state).lock("server", busy=f"another server is at work in {state}; wait for it, or stop it"):
        _tune(grid, terms, state, least, seconds)


def _tune(grid: Grid, terms: Terms, state: Path, least: int, seconds: float) -> None:
    start = load_model(state / "start")
    rounds = Rounds(folder=state, log=state / "rounds.jsonl", test_noise=None)
    weights = flat(start.model)
    begin = State(round=0, weights=weights, server=beginning(terms.server, len(weights)), mechanism={})
    strategy = Deployed(terms=terms, book=Book(folder=state, terms=terms), rounds=rounds, state=rounds.read() or begin, least=least)
    strategy.start(grid, ArrayRecord(), num_rounds=terms.rounds - strategy.state.round, timeout=seconds)
    load_flat(start.model, strategy.state.weights)
    save_model(start, state / "tuned")


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
            text, task = Path(str(context.node_config["text"])), Task.read(message.content)
            if joined(text, terms, task.round):
                return Message(_done(folder, terms, text, task, context.node_id).record(), reply_to=message)
            why = "it has joined as many rounds as were promised to it"
        except Exception as mistake:  # noqa: BLE001 - any may hold what was typed
            why = type(mistake).__name__
        raise RuntimeError(f"this device does not take part: {why}")  # outside of the handler, so that the mistake does not come along

    return app


def joined(text: Path, terms: Terms, round_: int) -> bool:
    """Note one more round beside a device's text and return True; False where it joined as many as it may, whatever id it has by now."""
    path, app = text.with_name(f"{text.name}.joined"), blake2b(repr(terms).encode(), digest_size=8).hexdigest()
    before = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    if sum(line.startswith(app) for line in before) >= terms.participations:
        return False
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{app} {round_}\n")
        file.flush()
        os.fsync(file.fileno())
    return True


def _done(folder: Path, terms: Terms, text: Path, task: Task, number: int) -> Done:
    """Return what a device sends; how much it holds and how well that was guessed are not in it."""
    shape = load_shape(folder / "target")
    encoded = Encoded.of(read_text(text, terms.column), shape.vocab, LONGEST_SENTENCE)
    own = Users(encoded=encoded, firsts=np.array([0, len(encoded)]), numbers=np.array([number], np.uint64))
    device = Device(model=shape.model, users=own, settings={"local": terms.local, "stragglers": 0.0})
    assert task.weights is not None
    total, _ = device.clipped_sum(task.weights, np.zeros(1, np.int64), norm=terms.clip, seed=task.seed, round_=task.round)
    return Done(total=total, stats=np.zeros(len(STATS)))


def read_text(path: Path, column: str) -> list[str]:
    """Return the texts of a device; a line that has none is left out, and shown to nobody."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    if path.suffix != ".jsonl":
        return lines
    found = []
    for line in lines:
        try:
            text = json.loads(line)[column]
        except (ValueError, KeyError, TypeError):
            continue
        found += [text] if isinstance(text, str) else []
    return found
