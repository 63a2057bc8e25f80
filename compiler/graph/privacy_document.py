"""What is promised to the people of each private source: the document of `plan` and `privacy.json`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from synthc.compiler.graph.accounting import DISCRETISATION, Event, Search, accountant, epsilon, epsilon_rdp, gaussian
from synthc.compiler.graph.nodes import Graph, Node
from synthc.compiler.graph.sensitivity import participations
from synthc.compiler.graph.spending import adjacencies, errors, event, noise_on_updates

Events = Sequence[Event]


def privacy_document(
    graph: Graph,
    *,
    rounds_charged: Mapping[str, int] | None = None,
    lifetime_events: Callable[[str], Events] | None = None,
    noise_generator: str = "entropy",
    evaluations: Mapping[str, int] | None = None,
    limited: bool = False,
) -> dict[str, Any]:
    """Return, by the name of each private source, what its people spend and what that rests on.

    Without `rounds_charged` (by federation, those that are finished) it speaks of a plan.
    `lifetime_events` returns all that was ever charged to some people, `evaluations` says how often
    each evaluation's part was scored, `limited` that the run left out rows.
    """
    document = {}
    for source in graph.nodes:
        if source.kind == "source" and source.settings["visibility"] == "private":
            people = _People(graph, source, rounds_charged, noise_generator, limited=limited)
            lifetime = people.lifetime(lifetime_events)
            document[source.name] = people.document(lifetime, evaluations or {})
    return document


def train_share(split: Mapping[str, Any] | None) -> float:
    """Return the share of the population that `train` holds: all of it where a column splits.

    >>> train_share({"by": None, "parts": {"test": 0.1}})
    0.9
    """
    return 1.0 if split is None or split["by"] is not None else round(1.0 - sum(split["parts"].values()), 12)


def _how(source: Mapping[str, Any]) -> str:
    """Say how a source's users were made up."""
    made, column = source["made_up"], f"`.{'.'.join(source['user'] or [])}`"
    if made["kind"] == "rows":
        return f"{made['rows']:,} rows each"
    return f"one a value of {column}" if made["kind"] == "by" else f"{made['users']:,} of them with shares of {column} drawn at alpha {made['alpha']:g}"


def _private_needs(graph: Graph, node: Node) -> set[str]:
    """Return what private nodes a node reads, through private ones alone: a mechanism stands between it and the rest."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        read = [graph.by_name[name] for name in waiting.pop().inputs if graph.by_name[name].private and name not in found]
        found |= {one.name for one in read}
        waiting += read
    return found


def _named(names: Iterable[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)


class _People:
    """The people of one source, with every mechanism that reads them from whichever source."""

    def __init__(self, graph: Graph, source: Node, rounds_charged: Mapping[str, int] | None, noise_generator: str, *, limited: bool) -> None:
        self.graph, self.source, self.noise_generator, self.limited = graph, source, noise_generator, limited
        self.simulated = source.settings["simulate"] is not None
        self.population = source.settings["simulate"] or source.settings["population"]
        self.budget = graph.budgets.get(source.name)
        self.charged = rounds_charged
        read = [node for node in graph.nodes if "dp" in node.settings and node.settings["people"] == source.settings["people"]]
        self.noisy = [node for node in read if node.mechanism]
        self.bare = [node for node in read if node.kind == "federate" and not node.mechanism]

    def document(self, lifetime: float | None, evaluations: Mapping[str, int]) -> dict[str, Any]:
        events, delta = [self._event(node) for node in self.noisy], (self.budget or {}).get("delta")
        promised = bool(events) and delta is not None and not list(self._breaches())
        whole, searched = gaussian(events), any(isinstance(event, Search) for event in events)
        scored = list(self._evaluations(evaluations))
        return {
            "unit": "all rows of one user" if "made_up" not in self.source.settings else "all rows of one made-up user",
            "adjacency": self._adjacency(),
            "people": self.source.settings["people"],
            "population": self.population,
            "population_is": "simulated" if self.simulated else "declared",
            "train_share": train_share(self.source.settings["split"]),
            "budget": dict(self.budget) if self.budget else None,
            "delta": delta,
            "epsilon": epsilon(events, delta) if promised and delta else None,
            "epsilon_rdp": epsilon_rdp(events, delta) if promised and delta else None,
            "rho": whole / 2 if promised and whole is not None else None,
            # Of a search Renyi DP alone knows the cost.
            "accountant": accountant().replace("PLD", "RDP") if searched else accountant(),
            "discretisation": None if searched else DISCRETISATION,
            "noise_generator": self.noise_generator,
            "lifetime_epsilon": lifetime,
            "evaluations": scored,
            "assumptions": [*self._breaches(), *self._assumptions(scored=bool(scored))],
            "mechanisms": [self._mechanism(node) for node in self.noisy],
        }

    def _adjacency(self) -> str:
        """Return the neighbours that all mechanisms count by: add/remove, if nothing asks for another."""
        common = frozenset({"add/remove", "zero-out"}).intersection(*(adjacencies(node.settings["dp"]) for node in self.noisy))
        return min(common)

    def lifetime(self, events: Callable[[str], Events] | None) -> float | None:
        """Return the epsilon of all that was ever charged; None where nothing is or can be charged."""
        if events is None or self.simulated or not self.budget:
            return None
        charged = events(self.source.settings["people"])
        return epsilon(charged, self.budget["delta"]) if charged else 0.0

    def _event(self, node: Node) -> Event:
        # A pretended population is never charged; what is shown is what its planned run would spend.
        charged = None if self.simulated else (self.charged or {}).get(node.name)
        return event(node.settings["dp"], charged or node.settings["rounds"])

    def _mechanism(self, node: Node) -> dict[str, Any]:
        """Return what one mechanism does; `noise` is a multiple of the clip norm, on the sum.

        `sigma_on_all` is the deviation of the noise on the sum of the means of all planned rounds, by
        which mechanisms compare; where the clip norm adapts, `clip` is that of the first round.
        """
        dp, cohort, rounds = node.settings["dp"], node.settings["cohort"], node.settings["rounds"]
        search = {"tries": dp["tries"], "rounds_of_a_try": dp["rounds"], "score_noise": dp["score"]} if dp["mechanism"] == "search" else None
        separation = dp.get("separation")
        noise = noise_on_updates(dp["noise"], dp["adaptive"]["count_noise"]) if "adaptive" in dp else dp["noise"]
        return {
            "node": node.name,
            "mechanism": dp["mechanism"],
            "sampler": "poisson" if separation is None else "cyclic",
            "q": dp.get("sampling"),
            "expected_cohort": cohort,
            "clip": dp["clip"],
            # A user adds so many numbers of at most 1/2 each, whose length is the clip; see `synthc.runtime.evaluation.released`.
            "numbers": round(4 * dp["clip"] ** 2) if node.kind == "evaluate" else None,
            "noise": dp["noise"],
            "adaptive": {**dp["adaptive"], "noise_on_updates": noise} if "adaptive" in dp else None,
            "sigma_on_mean": noise * dp["clip"] / cohort,
            "noise_to_clip": noise / cohort,
            "sigma_on_all": noise * dp["clip"] / cohort * errors(dp, dp.get("rounds", rounds))[-1],
            "search": search,
            "rounds_planned": rounds,
            "rounds_charged": None if self.charged is None else self.charged.get(node.name),
            "separation": separation,
            "max_participation": None if separation is None else participations(rounds, separation),
            "delta": dp["delta"],
            "epsilon": dp["epsilon"],
        }

    def _evaluations(self, scored: Mapping[str, int]) -> Iterator[dict[str, Any]]:
        for node in self.graph.nodes:
            if node.kind == "evaluate" and not node.mechanism and self.source.name in _private_needs(self.graph, node):
                yield {"node": node.name, "part": node.settings["part"], "release": "not dp", "times_scored": scored.get(node.name)}

    def _breaches(self) -> Iterator[str]:
        """Yield why no epsilon is promised."""
        for node in self.bare:
            yield f"not private: `{node.name}` tunes with `dp = none`, without noise"
        seeded = self.noise_generator != "entropy"
        if seeded and self.noisy:
            yield "not private: the noise came from a seed"
        if self.limited and self.noisy:
            yield "not private: `--limit` left out rows"
        if not (seeded or self.limited or self.simulated):
            for node in self.noisy:
                if (self.charged or {}).get(node.name) == 0:
                    yield f"not private: `{node.name}` was tried, and no round of it was charged"

    def _assumptions(self, *, scored: bool) -> Iterator[str]:
        if "made_up" in self.source.settings:
            yield f"users were made up, {_how(self.source.settings)}: they stand for nobody, and what is promised to them protects no person"
        if self.simulated:
            yield f"pretended {self.population:,}, true users not protected"
        elif self.noisy:
            yield f"there are {self.population:,} people, as declared; it is not counted"
            yield "what was spent on these people is known of this project alone: other projects, and apps on their devices, add to it"
        separations = sorted({node.settings["dp"]["separation"] for node in self.noisy if "separation" in node.settings["dp"]})
        chances = {node.name: node.settings["dp"]["sampling"] for node in self.noisy if "sampling" in node.settings["dp"]}
        if drawn := _named(name for name, chance in chances.items() if chance < 1):
            yield f"in {drawn} each user joins each round by a coin of their own, and nobody sees who did"
        if everybody := _named(name for name, chance in chances.items() if chance == 1):
            yield f"everybody takes part in {everybody}; no chance is counted on"
        for separation in separations:
            yield f"a user who took part takes part again {separation:,} round{'s' * (separation != 1)} later at the earliest, and the engine holds to it"
        if any(node.settings["dp"]["mechanism"] == "search" for node in self.noisy):
            yield "nobody sees how many tries a search makes, nor how long they take"
        if self.noisy:
            yield "each user's text stands under one user id"
        if scored:
            yield "the numbers of evaluations are released without noise and are not covered by epsilon"
        yield "whoever runs this machine or reads the private files is trusted"
