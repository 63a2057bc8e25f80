"""`synthc export RUN flower DIR`: takes a federation of a run to real devices, as a Flower app."""

from __future__ import annotations

from pathlib import Path

from synthc import __version__
from synthc.cli.runs import Run
from synthc.compiler.graph import Node
from synthc.runtime.errors import InputError


def export_flower(found: Run, name: str | None, to: Path, participations: int | None) -> int:
    """Write the app, and say what it promises."""
    from synthc.compiler.graph.accounting import round_up
    from synthc.runtime.federated.deployed.write import write_app

    if participations is not None and participations < 1:
        raise InputError("`--participations` is at least 1")
    node = _federation(found, name)
    written = write_app(found.folder, found.graph, node, to, participations=participations, version=__version__)
    said = written.terms
    print(f"{to}: a Flower app that starts from `{written.start}`, its ledger empty")
    if written.start != node.name:
        print(f"`{node.name}` itself protects nobody yet, and stays on this machine")
    print(f"of {said.rounds:,} rounds each device joins {said.turns()}: epsilon {round_up(said.epsilon)} at delta {said.delta:.3g}, with noise of {said.dp['noise']:.4g} x clip; nothing rests on who is drawn")
    print(f"{to / 'README.md'} says how to start the server, the devices, and the app")
    return 0


def _federation(found: Run, name: str | None) -> Node:
    """Return the federation that is meant."""
    there = {node.name: node for node in found.graph.nodes if node.kind == "federate"}
    if name in there:
        return there[name]
    listed = ", ".join(f"`{one}`" for one in there)
    if name is not None:
        raise InputError(f"{found.folder}: there is no federation `{name}`" + (f"; there are {listed}" if there else ""))
    if len(there) == 1:
        return next(iter(there.values()))
    raise InputError(f"{found.folder}: " + (f"there are several federations; say `--federation`, one of {listed}" if there else "nothing is tuned here, so there is no app to export"))
