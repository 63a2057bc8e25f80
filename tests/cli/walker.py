"""A walker that does nothing, in the place of the real one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from synthc.compiler.graph import Graph
from synthc.runtime.outcome import Outcome
from synthc.runtime.run import Options


def document(**changed: Any) -> dict[str, Any]:
    """Return what a run came to."""
    privacy = {
        "people": "quickstart",
        "population": 1_000_000,
        "population_is": "simulated",
        "delta": 1e-8,
        "epsilon": 3.42,
        "noise_generator": "entropy",
        "lifetime_epsilon": None,
        "assumptions": [],
        "mechanisms": [
            {
                "node": "tuned",
                "mechanism": "gaussian",
                "q": 0.00714,
                "expected_cohort": 5000,
                "clip": 0.3,
                "noise": 0.7024,
                "rounds_planned": 40,
                "rounds_charged": 40,
                "separation": None,
                "max_participation": None,
                "delta": 1e-9,
                "epsilon": 4.0,
            }
        ],
    }
    accuracy = {
        "release": "not dp",
        "part": "test",
        "times_scored": 1,
        "models": {"baseline": {"top1": 0.1, "top3": 0.2}, "warm": {"top1": 0.123, "top3": 0.25}},
        "pairs": [{"model": "warm", "against": "baseline", "relative": 0.23, "interval": [0.21, 0.25]}],
    }
    endpoints = {"embedded": {"model": "synthc-embedded", "revision": "1", "server": "embedded"}}
    made = {"run": "runs/spec-1", "status": "done", "nodes": [], "metrics": {"accuracy": accuracy}, "privacy": {"phones": privacy}, "endpoints": endpoints}
    return {**made, **changed}


@dataclass(slots=True, kw_only=True)
class Walker:
    """Remembers what it was asked, and answers what it was told to."""

    outcome: Outcome
    events: tuple[Mapping[str, Any], ...] = ()
    spends: list[str] = field(default_factory=list)
    options: Options | None = None
    meanwhile: Callable[[Callable[[], bool]], None] = lambda _: None

    def run(self, _: Graph, options: Options, *, listeners: tuple[Callable[..., None], ...], stopping: Callable[[], bool]) -> Outcome:
        """Tell the events and return the outcome."""
        self.options = options
        for event in self.events:
            for listener in listeners:
                listener(event)
        self.meanwhile(stopping)
        return self.outcome

    def module(self) -> ModuleType:
        """Return what stands in for `synthc.runtime.run`."""
        module = ModuleType("synthc.runtime.run")
        module.__dict__.update(Options=Options, Outcome=Outcome, run=self.run, spends_again=lambda *_: self.spends, finished=lambda *_: {}, foreseen=lambda *_: None)
        return module
