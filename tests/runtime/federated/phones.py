"""Exported apps and their devices, in this process."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from flwr.app import Context, Error, Message, RecordDict
from flwr.clientapp import ClientApp

from synthc.compiler.graph import Graph
from synthc.runtime.federated.deployed.apps import client
from synthc.runtime.federated.deployed.terms import Terms
from synthc.runtime.federated.deployed.write import write_app
from synthc.runtime.federated.grid import RUN, NearGrid
from tests.compiled import graph_of
from tests.runtime.federated.small import saved

SPEC = """synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }
private source phones = files("phones.jsonl") { user = .user, PEOPLE, split = { test = 10% } }
vocab keys = word_vocab(web) { size = 40 }
model tiny = lstm(keys) { embedding = 8, hidden = 8 }
pretrain warm = tiny on web { words = 1k }
federate tuned = warm over phones {
  rounds = ROUNDS
  cohort = COHORT
  local  = sgd(0.5)
  server = sgd(1.0, momentum = 0.9)
  dp     = DP
}
budget phones { epsilon = 40, delta = 1e-6 }
"""
REAL, PRETENDED, GAUSSIAN = "population = 1k", "simulate = 1k, draw = 4", "gaussian(clip = 0.3, epsilon = 4)"
ADAPTIVE = "gaussian(clip = adaptive(0.01, count_noise = 40, quantile = 0.9), epsilon = 4)"
TREE, BLT = "tree(clip = 0.3, epsilon = 4, separation = 2)", "blt(clip = 0.3, epsilon = 4, buffers = 2, separation = 2)"
BANDED = "banded(clip = 0.3, epsilon = 4, bands = 2, separation = 2)"


def graph(folder: Path, people: str = REAL, dp: str = GAUSSIAN, rounds: int = 3, cohort: int = 4) -> Graph:
    """Return the graph of a small federation."""
    folder.mkdir(exist_ok=True)
    return graph_of(folder / "spec.synth", SPEC.replace("PEOPLE", people).replace("DP", dp).replace("ROUNDS", str(rounds)).replace("COHORT", str(cohort)))


def app(folder: Path, participations: int | None = None, dp: str = GAUSSIAN, rounds: int = 3, cohort: int = 4) -> Terms:
    """Export the app of a run that ended before the federation, and return its terms."""
    of = graph(folder, dp=dp, rounds=rounds, cohort=cohort)
    saved(folder / "run" / "models" / "warm" / "seed-0")
    return write_app(folder / "run", of, of.by_name["tuned"], folder / "app", participations=participations, version="1.0").terms


class Phones(NearGrid):
    """Devices in this process, each with the app and text of its own; one of them fails."""

    def __init__(self, folder: Path, texts: Mapping[int, Path], broken: int | None = None) -> None:
        """Take what each device has typed."""
        super().__init__(len(texts))
        self.apps: dict[int, ClientApp] = dict.fromkeys(texts, client(folder))
        self.texts, self.broken, self.number, self.looks = texts, broken, RUN, 0

    def get_node_ids(self) -> list[int]:
        """Return who is there; who waits here for devices that never come is stopped."""
        self.looks += 1
        assert self.looks < 10, "nobody who may join will come"
        return list(self.texts)

    def send_and_receive(self, messages: Iterable[Message], *, timeout: float | None = None) -> list[Message]:
        """Have each device answer."""
        del timeout
        self.looks = 0
        return [self._answer(message) for message in messages]

    def _answer(self, message: Message) -> Message:
        node = message.metadata.dst_node_id
        if node == self.broken:
            return Message(Error(code=0, reason="the battery is empty"), reply_to=message)
        config: dict[str, Any] = {"text": str(self.texts[node])}
        return self.apps[node](message, Context(run_id=self.number, node_id=node, node_config=config, state=RecordDict(), run_config={}))


def phones(folder: Path, count: int, broken: int | None = None) -> Phones:
    """Return devices that each have some text."""
    texts = {}
    for node in range(1, count + 1):
        texts[node] = folder / f"{node}.jsonl"
        texts[node].write_text(f'{{"text": "w{node} w2 w3 w4"}}\n' * 4)
    return Phones(folder / "app" / "device_app", texts, broken)


def lines(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text().splitlines()]
