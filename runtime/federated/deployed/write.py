"""Writes an app for a real federation: what devices get, and the state that stays with the server."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from synthc.compiler.graph import Graph, Node, Privacy
from synthc.compiler.graph.accounting import round_up
from synthc.runtime.errors import InputError
from synthc.runtime.federated.charging import budgets
from synthc.runtime.federated.deployed.terms import Terms, terms

SHOWN = (Privacy.PUBLIC, Privacy.DP)
SERVER = '''"""The server's half of the app: `flwr run` starts it."""

from pathlib import Path

from synthc.runtime.federated.deployed.apps import server

app = server(Path(__file__).parent)
'''
WHERE = """## What lies where

- `device_app` is what devices get, and no weights: the terms (`terms.json`), the model's shape, and its vocabulary.
- `state` stays on the server's machine, and only its owner reads it: the model it starts from, `ledger.jsonl` (a line a round, before anything is released),
  `participations.jsonl` (who was asked), `state.safetensors` (the last round, with all that the mechanism remembers), `keys.json` (of the open round, gone
  when it is over), and `privacy.json`: what was promised, and how often and how soon devices really joined. One copy of it, and one server at a time.
- `.gitignore` keeps all but the app itself from being sent: without it `flwr run` would send the keys of the noise to every device.
"""
IGNORED = """# `flwr run` sends what lies here to every device, but for what is ignored: all that is not the app itself.
# The keys of the noise are in `state`, which stays on the server.
/*
!/pyproject.toml
!/README.md
!/device_app/
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


def write_app(run: Path, graph: Graph, node: Node, folder: Path, *, participations: int | None, version: str) -> Written:
    """Write the app of a federate node of a run into a new folder.

    Raises:
        InputError: its mechanism is none that is exported, no model of the run may leave this machine, or the folder is not empty.
    """
    if folder.exists() and any(folder.iterdir()):
        raise InputError(f"{folder} is not empty; name a new folder, for an app begins with an empty ledger")
    found, (start, model) = terms(node, participations, budgets(node, graph)), _start(run, graph, node)
    app, state = folder / "device_app", folder / "state"
    (app / "target").mkdir(parents=True)
    state.mkdir(mode=0o700)
    for name in ("config.json", "vocab.json"):
        shutil.copyfile(model / name, app / "target" / name)
    shutil.copytree(model, state / "start")
    (state / "ledger.jsonl").touch()
    found.write(app / "terms.json")
    found.write(state / "terms.json")  # by which the server knows that this state is this app's
    for name, text in {"__init__.py": '"""A federation that synthc exported."""\n', "server_app.py": SERVER, "client_app.py": CLIENT}.items():
        (app / name).write_text(text, encoding="utf-8")
    (folder / ".gitignore").write_text(IGNORED, encoding="utf-8")
    (folder / "pyproject.toml").write_text(_project(found, version), encoding="utf-8")
    (folder / "README.md").write_text(_readme(node, start, found, folder.resolve().name), encoding="utf-8")
    return Written(terms=found, start=start)


def _start(run: Path, graph: Graph, node: Node) -> tuple[str, Path]:
    """Return the tuned model, or, where that protects nobody, the last one before it that may leave this machine."""
    current = node
    while True:
        model = run / "models" / current.name
        if current.label in SHOWN and model.is_dir() and _promised(model):
            return current.name, model / "seed-0" if (model / "seed-0").is_dir() else model
        if "model" not in current.settings or current.kind == "model":
            if _pretended(graph, node):
                raise InputError(
                    f"{node.place}: `{node.name}` and each model before it were taught by people that `simulate` pretends, whom nothing protects, so that none may leave this machine;"
                    " declare the `population`, or begin with a model that no measure of these people taught"
                )
            raise InputError(f"{node.place}: neither `{node.name}` nor a model before it is in {run} and may leave this machine; finish the run first, without `--limit` and `--test-noise`")
        current = graph.by_name[current.settings["model"]["node"]]


def _pretended(graph: Graph, node: Node) -> bool:
    """Tell whether all models on the way to a tuned one rest on a pretended population."""
    while node.kind != "model":
        if node.label is not Privacy.SIMULATED:
            return False
        node = graph.by_name[node.settings["model"]["node"]]
    return True


def _promised(model: Path) -> bool:
    """Tell whether a model was tuned under a promise, or not tuned at all."""
    facts = model / "federation.json"
    return not facts.exists() or bool(json.loads(facts.read_text(encoding="utf-8"))["private"])


def _project(of: Terms, version: str) -> str:
    quoted: Callable[[str], str] = json.dumps
    return f"""[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = {quoted(of.federation.replace(".", "-").replace("_", "-"))}
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
least-devices = {of.cohort}
seconds-a-round = 600
"""


def _readme(node: Node, start: str, of: Terms, name: str) -> str:
    before = "" if node.settings["population_is"] == "simulated" else f" Whoever is among `{of.people}` has spent what `.synth/privacy` says of them too, which no device knows: it adds to this."
    life = of.lifetime
    return f"""# {node.name}, for real devices

A Flower app: it tunes the model `{start}` over {of.rounds:,} rounds of {of.cohort:,} devices, each of which is one user.

## Start it

`pip install synthc` beforehand, on the server and on each device; it brings Flower. Then, each in a terminal of its own:

1. The server, in this folder, for its `state` is looked for where the SuperLink was started (or where `SYNTHC_STATE` says):

   ```
   cd {name}
   flower-superlink --insecure --disable-runtime-dependency-installation
   ```

2. Each device, with its own text: JSON lines with `{of.column}`, or plain lines; the path from the root on. Of one machine each wants a port of its own.

   ```
   flower-supernode --insecure --superlink 127.0.0.1:8000 --port 9094 --node-config 'text="/path/of/texts.jsonl"'
   ```

3. The app, from any machine that reaches the server. Flower's configuration (`flwr config list` says where it is) names it:

   ```
   [superlink.here]
   address = "127.0.0.1:8000"
   insecure = true
   ```

   ```
   flwr run {name} here --stream
   ```

`--insecure` is for trying it on one machine: among real ones give the SuperLink certificates, and each SuperNode keys of its own, as Flower's manual says.
A round begins when `least-devices` are there that may join it, and waits `seconds-a-round` for their answers; both stand in `pyproject.toml`. To try it with
two devices: `flwr run {name} here --stream --run-config least-devices=2`; noise is that of {of.cohort:,} all the same, and little is learnt.

To stop it, `flwr stop RUN here`; the same `flwr run` goes on from the last round that was over, and asks the devices of the open one again. The tuned model is
in `state/tuned` at the end.

## What is promised

- **To each device.** It joins {of.turns()}, with noise of {of.dp["noise"]:.4g} x clip by `{of.dp["mechanism"]}`: epsilon {round_up(of.epsilon)} at delta {of.delta:.3g}, adjacency
  {of.adjacency}{", accounted at q = 1" if of.dp["mechanism"] == "gaussian" else ""}. Nothing rests on who was drawn, and no epsilon of a simulation is claimed. Whoever runs the server is trusted with single updates, which it clips once more;
  secure aggregation is not built in.
- **Held twice.** The server writes down who is asked before it asks, and a device that then fails has had its turn. The device writes down what it joins in
  `texts.jsonl.joined` beside its text, before it trains, and declines what would be more or sooner: a SuperNode without keys of its own has another id after
  each start, by which the server takes it for another device.
- **Over all apps.** That file counts every app that synthc exported: each charges its whole promise when it is joined first, and a device declines one
  that would bring it past the lifetime budget of `{of.people}`, epsilon {life["epsilon"]:g} at delta {life["delta"]:g}. It knows one text: of a person with two
  devices, of a text that was moved without its file, and of what others do with the text it knows nothing.{before}
- **Devices needed.** {max(-(-of.rounds * of.cohort // of.participations), min(of.separation, of.rounds) * of.cohort):,}, for all rounds to be full. A round with fewer goes on: who is missing counts as zero, and it learns less.

{WHERE}"""
