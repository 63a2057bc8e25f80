"""Writes an app for a real federation: what devices get, and the state that stays with the server."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from synthc.compiler.graph import Graph, Node, Privacy
from synthc.runtime.errors import InputError
from synthc.runtime.federated.deployed.terms import Terms, terms

SHOWN = (Privacy.PUBLIC, Privacy.DP)
SERVER = '''"""The server's half of the app: `flwr run` starts it."""

from pathlib import Path

from synthc.runtime.federated.deployed.apps import server

app = server(Path(__file__).parent)
'''
IGNORED = """# `flwr run` sends every JSON file here to the devices but what is named below: the keys of the noise stay on the server.
state/
"""
CLIENT = '''"""The device's half of the app."""

from pathlib import Path

from synthc.runtime.federated.deployed.apps import client

app = client(Path(__file__).parent)
'''


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What came of it: the terms, and the node whose weights devices start from."""

    terms: Terms
    start: str


def write_app(run: Path, graph: Graph, node: Node, folder: Path, *, participations: int, version: str) -> Written:
    """Write the app of a federate node of a run into a new folder.

    Raises:
        InputError: its mechanism is none that is exported, no model of the run may leave this machine, or the folder is not empty.
    """
    if folder.exists() and any(folder.iterdir()):
        raise InputError(f"{folder} is not empty; name a new folder, for an app begins with an empty ledger")
    found, (start, model) = terms(node, participations), _start(run, graph, node)
    app, state = folder / "device_app", folder / "state"
    (app / "target").mkdir(parents=True)
    state.mkdir(mode=0o700)
    for name in ("config.json", "vocab.json"):
        shutil.copyfile(model / name, app / "target" / name)
    shutil.copytree(model, state / "start")
    (state / "ledger.jsonl").touch()
    found.write(app / "terms.json")
    for name, text in {"__init__.py": '"""A federation that synthc exported."""\n', "server_app.py": SERVER, "client_app.py": CLIENT}.items():
        (app / name).write_text(text, encoding="utf-8")
    (folder / ".gitignore").write_text(IGNORED, encoding="utf-8")
    (folder / "pyproject.toml").write_text(_project(node, state.resolve(), version), encoding="utf-8")
    (folder / "README.md").write_text(_readme(node, start, found), encoding="utf-8")
    return Written(terms=found, start=start)


def _start(run: Path, graph: Graph, node: Node) -> tuple[str, Path]:
    """Return the tuned model, or, where that protects nobody, the last one before it that may leave this machine."""
    current = node
    while True:
        model = run / "models" / current.name
        if current.label in SHOWN and model.is_dir() and _promised(model):
            return current.name, model / "seed-0" if (model / "seed-0").is_dir() else model
        if "model" not in current.settings or current.kind == "model":
            raise InputError(f"{node.place}: neither `{node.name}` nor a model before it is in {run} and may leave this machine; finish the run first, without `--limit` and `--test-noise`")
        current = graph.by_name[current.settings["model"]["node"]]


def _promised(model: Path) -> bool:
    """Tell whether a model was tuned under a promise, or not tuned at all."""
    facts = model / "federation.json"
    return not facts.exists() or bool(json.loads(facts.read_text(encoding="utf-8"))["private"])


def _project(node: Node, state: Path, version: str) -> str:
    quoted: Callable[[str], str] = json.dumps
    return f"""[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = {quoted(node.name.replace(".", "-").replace("_", "-"))}
version = "1.0.0"
description = "Tuning on devices under differential privacy, exported by synthc"
license = "Apache-2.0"
dependencies = ["flwr>=1.41,<1.42", "synthc>={version}"]

[tool.hatch.build.targets.wheel]
packages = ["device_app"]

[tool.flwr.app]
publisher = "synthc"

[tool.flwr.app.components]
serverapp = "device_app.server_app:app"
clientapp = "device_app.client_app:app"

[tool.flwr.app.config]
state = {quoted(str(state))}
least-devices = 2
seconds-a-round = 600
"""


def _readme(node: Node, start: str, of: Terms) -> str:
    times = "once" if of.participations == 1 else f"{of.participations} times"
    people = node.settings["people"]
    before = "" if node.settings["population_is"] == "simulated" else f" Whoever is among `{people}` has spent what `.synth/privacy` says of them too: it adds to this."
    return f"""# {node.name}, for real devices

A Flower app: `flwr run .` sends it to the SuperLink of your Flower configuration, whose SuperNodes are the devices. Each device is one user.

- **Promise.** A device takes part at most {times}, with noise of {of.noise:.4g} x clip on the sum: epsilon {of.epsilon:.4g} at delta {of.delta:.3g},
  adjacency {of.adjacency}, accounted at q = 1. Nothing rests on who was drawn, and no epsilon of a simulation is claimed. Whoever runs the server is
  trusted with single updates, which it clips once more; secure aggregation is not built in.
- **Rounds.** {of.rounds:,} rounds of {of.cohort:,} devices need {-(-of.rounds * of.cohort // of.participations):,} devices in all. A round with fewer goes on: who is missing counts as zero.
- **Start.** The weights are those of `{start}`.
- **State.** `state/` stays on the server's machine, and its path stands in `pyproject.toml`: the model it starts from, the ledger (empty now; a line a
  round, before anything is released), who took part, and at the end `state/tuned`. A stopped run goes on from there. The ledger belongs to these people:
  begin no second app on them without adding both up. Keep `.gitignore`, without which `flwr run` would send the keys of the noise to every device.{before}
- **Devices.** Each has text of its own: start its SuperNode with `--node-config 'text="/path/of/texts.jsonl"'` (JSON lines with `{of.column}`,
  or plain lines). The rounds that it joined stand beside that, in `texts.jsonl.joined`, and it joins no more than are promised: a SuperNode without
  keys of its own has another id after each start, by which the server takes it for another device.

Everything that the app needs is to be installed beforehand; start the SuperLink with `--disable-runtime-dependency-installation`.
"""
