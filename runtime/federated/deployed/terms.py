"""What an exported app promises its devices, and how often one may take part.

Nothing rests on who is drawn: of real devices nobody knows whether a coin fell or a server chose. So each round
counts as Gaussian noise at q = 1 on everybody who took part in it, and a device takes part a bounded number of
times. Adjacency is zero-out: a device's updates against none in its place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from synthc.compiler.graph import Node
from synthc.compiler.graph.accounting import SubsampledGaussian, epsilon, noise_for
from synthc.runtime.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """`noise` is a multiple of `clip`, on the sum; a device takes part in at most `participations` of the `rounds`."""

    rounds: int
    cohort: int
    participations: int
    clip: float
    noise: float
    epsilon: float
    delta: float
    adjacency: str
    local: Mapping[str, Any]
    server: Mapping[str, Any]
    column: str

    def write(self, path: Path) -> None:
        """Write them as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Terms:
        """Read what `write` wrote."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))


def terms(node: Node, participations: int) -> Terms:
    """Return the terms of a federate node for real devices: its epsilon, kept at q = 1 by as much noise as that takes.

    Raises:
        InputError: its mechanism is none that is exported.
    """
    settings, dp = node.settings, node.settings["dp"]
    _refuse(node)
    noise = max(dp["noise"], noise_for(epsilon=dp["epsilon"], delta=dp["delta"], sampling=1.0, rounds=participations))
    return Terms(
        rounds=settings["rounds"],
        cohort=settings["cohort"],
        participations=participations,
        clip=dp["clip"],
        noise=noise,
        epsilon=epsilon([SubsampledGaussian(sampling=1.0, noise=noise, rounds=participations)], dp["delta"]),
        delta=dp["delta"],
        adjacency="zero-out",
        local=settings["local"],
        server=settings["server"],
        column=settings["column"],
    )


def _refuse(node: Node) -> None:
    dp, place = node.settings["dp"], f"{node.place}: `{node.name}`"
    if dp is None:
        raise InputError(f"{place} is tuned with `dp = none`, and an app that protects nobody is not exported; write `dp = gaussian(...)`")
    if dp["mechanism"] == "search":
        raise InputError(f"{place} is the best of a search, which devices cannot make again; write a federation with the settings that it chose, and export that")
    if dp["mechanism"] != "gaussian":
        raise InputError(f"{place} rests on the separation of `{dp['mechanism']}`, which an exported app cannot enforce yet; write `dp = gaussian(...)`")
    if "adaptive" in dp:
        raise InputError(f"{place} has a clip norm that adapts, which an exported app cannot do yet; write a number, such as `clip = {dp['clip']:g}`")
