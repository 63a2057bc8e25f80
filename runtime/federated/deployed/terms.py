"""What an exported app promises its devices, and how often one may take part.

Nothing rests on who is drawn: of real devices nobody knows whether a coin fell or a server chose. So each round of
`gaussian` counts as Gaussian noise at q = 1 on everybody who took part in it; a device takes part a bounded number of
times, and under correlated noise a bounded number of rounds apart. Adjacency is zero-out: a device's updates against
none in its place. Every promise is then one Gaussian, and those of several apps compose by adding up their squared mu
(Dong et al. 2022), which is why that stands here.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from synthc.compiler.graph import Node
from synthc.compiler.graph.accounting import Event, epsilon, largest_squared_mu, noise_for
from synthc.compiler.graph.sensitivity import participations as most_participations
from synthc.compiler.graph.spending import event, noise_on_updates
from synthc.runtime.errors import InputError
from synthc.runtime.federated.dp.choose import MECHANISMS


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """One app's: a device takes part in at most `participations` of the `rounds`, at least `separation` rounds apart.

    `app` is drawn at the export, so that no two apps are taken for one. `dp` are the settings of the mechanism, by which
    noise is drawn and counted; `squared_mu` is what the whole app spends on a device that takes part as often as it may,
    and `lifetime` the budget of its people, with the squared mu that keeps it.
    """

    app: str
    federation: str
    people: str
    rounds: int
    cohort: int
    participations: int
    separation: int
    dp: Mapping[str, Any]
    epsilon: float
    delta: float
    adjacency: str
    squared_mu: float
    lifetime: Mapping[str, float]
    local: Mapping[str, Any]
    server: Mapping[str, Any]
    column: str

    @property
    def correlated(self) -> bool:
        """Whether later rounds take noise of earlier ones back."""
        return "separation" in self.dp

    @property
    def adaptive(self) -> bool:
        """Whether the clip norm moves, and devices say whether their updates fit."""
        return "adaptive" in self.dp

    def turns(self) -> str:
        """Return in words how often a device may join."""
        times = "once" if self.participations == 1 else f"at most {self.participations:,} times"
        return times if self.separation == 1 or self.participations == 1 else f"{times}, at least {self.separation:,} rounds apart"

    def promise(self) -> dict[str, Any]:
        """Return what a person is promised, for people to read."""
        names = ("federation", "people", "rounds", "cohort", "participations", "separation", "epsilon", "delta", "adjacency")
        return {"unit": "the text of one device", **{name: getattr(self, name) for name in names}, "mechanism": self.dp["mechanism"], "noise": self.dp["noise"], "clip": self.dp["clip"]}

    @property
    def charge(self) -> dict[str, Any]:
        """What the app spends on a device, and whose it is, as a device writes it down."""
        return {name: getattr(self, name) for name in ("app", "federation", "people", "epsilon", "delta", "squared_mu")}

    def write(self, path: Path) -> None:
        """Write them as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Terms:
        """Read what `write` wrote."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))


def terms(node: Node, participations: int | None, budgets: Sequence[Mapping[str, float]] = ()) -> Terms:
    """Return the terms of a federate node for real devices: its epsilon, kept by as much noise as that takes.

    Without `participations` a device joins once, or as often as the separation lets it; `budgets` are those of
    these people, its own if left out.

    Raises:
        InputError: its mechanism is none that is exported, or cannot be had at q = 1.
    """
    _refuse(node)
    settings, dp = node.settings, dict(node.settings["dp"])
    times = _times(node, participations)
    try:
        if dp["mechanism"] == "gaussian":
            dp["sampling"], dp["noise"] = 1.0, max(dp["noise"], noise_for(epsilon=dp["epsilon"], delta=dp["delta"], sampling=1.0, rounds=times))
        if "adaptive" in dp:
            noise_on_updates(dp["noise"], dp["adaptive"]["count_noise"])
    except ValueError as wrong:
        raise InputError(f"{node.place}: `{node.name}` on real devices, where nothing rests on who is drawn: {wrong}") from None
    spent = _spent(dp, settings["rounds"], times)
    assert spent.squared_mu is not None
    return Terms(
        app=secrets.token_hex(8),
        federation=node.name,
        people=settings["people"],
        rounds=settings["rounds"],
        cohort=settings["cohort"],
        participations=times,
        separation=dp.get("separation", 1),
        dp=dp,
        epsilon=epsilon([spent], dp["delta"]),
        delta=dp["delta"],
        adjacency="zero-out",
        squared_mu=spent.squared_mu,
        lifetime=_lifetime(budgets or [settings["budget"]], spent),
        local=settings["local"],
        server=settings["server"],
        column=settings["column"],
    )


def _times(node: Node, asked: int | None) -> int:
    """Return how many rounds a device may join."""
    dp, rounds = node.settings["dp"], node.settings["rounds"]
    most = most_participations(rounds, dp.get("separation", 1))
    if asked is None:
        return most if "separation" in dp else 1
    if asked > most:
        apart = f", which are {dp['separation']:,} apart," if "separation" in dp else ""
        raise InputError(f"{node.place}: `{node.name}` has {rounds:,} rounds{apart} and a device can join at most {most:,} of them; say `--participations {most}` or fewer")
    return asked


def _spent(dp: Mapping[str, Any], rounds: int, times: int) -> Event:
    """Return what the whole app spends on a device that joins so many times."""
    return event(dp, times) if dp["mechanism"] == "gaussian" else event(dp, rounds, times)


def _lifetime(budgets: Sequence[Mapping[str, float]], spent: Event) -> dict[str, float]:
    """Return the tightest budget with the squared mu that keeps it; an app that fits by itself is not refused for a last digit."""
    tightest = min(({**budget, "squared_mu": largest_squared_mu(**budget)} for budget in budgets), key=lambda budget: budget["squared_mu"])
    own = spent.squared_mu or 0.0
    fits = epsilon([spent], tightest["delta"]) <= tightest["epsilon"]
    return {**tightest, "squared_mu": max(tightest["squared_mu"], own) if fits else tightest["squared_mu"]}


def _refuse(node: Node) -> None:
    dp, place = node.settings["dp"], f"{node.place}: `{node.name}`"
    if dp is None:
        raise InputError(f"{place} is tuned with `dp = none`, and an app that protects nobody is not exported; write `dp = gaussian(...)`")
    if dp["mechanism"] == "search":
        raise InputError(f"{place} is the best of a search, which devices cannot make again; write a federation with the settings that it chose, and export that")
    if dp["mechanism"] not in MECHANISMS:
        raise InputError(f"{place} adds noise by `{dp['mechanism']}`, which an exported app cannot do yet; write one of {', '.join(f'`{name}(...)`' for name in MECHANISMS)}")
