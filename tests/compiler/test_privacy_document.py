"""What `plan --json` and `privacy.json` say of the people of each private source."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from synthc.compiler.compile import compile_spec
from synthc.compiler.graph import Graph
from synthc.compiler.graph.accounting import SubsampledGaussian, epsilon
from synthc.compiler.graph.privacy_document import privacy_document
from tests.compiled import graph_of

SPEC = """synth 1

public source web = files("web.jsonl")
private source users = files("users.jsonl") {{ user = .user_id, people = "us", {people}, split = {{ test = 20% }} }}

vocab keys = word_vocab(web) {{ size = 10k }}
model keyboard = lstm(keys)
pretrain baseline = keyboard on web {{ words = 20M }}

federate tuned = baseline over users {{
  rounds = 20
  cohort = 8k
  local  = sgd(0.5)
  dp     = {dp}
}}
evaluate accuracy = next_word(baseline, tuned) over users
budget users {{ epsilon = 8, delta = 1e-8 }}
"""
NOISE = "gaussian(clip = 0.3, noise = 2.0)"
KEYS = {
    "unit", "adjacency", "people", "population", "population_is", "train_share", "delta", "epsilon", "epsilon_rdp", "rho", "accountant",
    "discretisation", "noise_generator", "lifetime_epsilon", "evaluations", "assumptions", "mechanisms", "budget",
}  # fmt: skip
MECHANISM = {
    "node", "mechanism", "sampler", "q", "expected_cohort", "clip", "noise", "sigma_on_mean", "noise_to_clip", "rounds_planned",
    "rounds_charged", "numbers", "adaptive", "sigma_on_all", "search", "separation", "max_participation", "delta", "epsilon",
}  # fmt: skip
EVENTS = [SubsampledGaussian(sampling=0.01, noise=2.0, rounds=20)]


@pytest.fixture
def compiled(tmp_path: Path) -> Callable[..., Graph]:
    """Return what compiles the spec."""

    def compile_it(people: str = "population = 1M", dp: str = NOISE, more: str = "") -> Graph:
        return graph_of(tmp_path / "spec.synth", SPEC.format(people=people, dp=dp) + more)

    return compile_it


def of(graph: Graph, **more: Any) -> dict[str, Any]:
    """Return what is said of the users."""
    found: dict[str, Any] = privacy_document(graph, **more)["users"]
    return found


def test_every_promised_key_is_there(compiled: Callable[..., Graph]) -> None:
    """Other programs read them."""
    found = of(compiled())

    assert set(found) == KEYS
    assert [set(mechanism) for mechanism in found["mechanisms"]] == [MECHANISM]


def test_a_plan(compiled: Callable[..., Graph]) -> None:
    """The source's epsilon is at the budget's delta, the mechanism's at its own."""
    found = of(compiled())
    (mechanism,) = found["mechanisms"]

    assert (found["people"], found["population"], found["population_is"], found["train_share"]) == ("us", 1_000_000, "declared", 0.8)
    assert found["epsilon"] == epsilon(EVENTS, 1e-8)
    assert mechanism["epsilon"] == pytest.approx(epsilon(EVENTS, 1e-9), rel=1e-5)
    assert found["epsilon_rdp"] > found["epsilon"]
    assert (mechanism["q"], mechanism["expected_cohort"], mechanism["rounds_charged"]) == (0.01, 8000, None)
    assert mechanism["sigma_on_mean"] == pytest.approx(2.0 * 0.3 / 8000)
    assert found["lifetime_epsilon"] is None
    assert found["evaluations"] == [{"node": "accuracy", "part": "test", "release": "not dp", "times_scored": None}]


def test_a_run(compiled: Callable[..., Graph]) -> None:
    """What was charged is counted, also beyond what was planned."""
    found = of(compiled(), rounds_charged={"tuned": 21}, lifetime_events=lambda people: EVENTS * (people == "us"), evaluations={"accuracy": 3})

    assert found["epsilon"] > epsilon(EVENTS, 1e-8)
    assert found["lifetime_epsilon"] == epsilon(EVENTS, 1e-8)
    assert found["mechanisms"][0]["rounds_charged"] == 21
    assert found["evaluations"][0]["times_scored"] == 3


def test_nothing_charged_is_nothing_promised(compiled: Callable[..., Graph]) -> None:
    """A trial under `--limit` is no release that anybody counted."""
    found = of(compiled(), rounds_charged={"tuned": 0})

    assert found["epsilon"] is None
    assert any(said.startswith("not private") for said in found["assumptions"])


def test_a_limited_run_promises_nothing_not_even_a_pretended_number(compiled: Callable[..., Graph]) -> None:
    """It read a few rows and trained a few rounds."""
    for population in ("population = 1M", "simulate = 1M"):
        found = of(compiled(people=population), limited=True)

        assert found["epsilon"] is None
        assert "not private: `--limit` left out rows" in found["assumptions"]


def test_seeded_noise_is_not_private(compiled: Callable[..., Graph]) -> None:
    """Whoever knows the seed takes it away again."""
    found = of(compiled(), noise_generator="seeded")

    assert (found["epsilon"], found["noise_generator"]) == (None, "seeded")
    assert "not private: the noise came from a seed" in found["assumptions"]


def test_what_a_promise_rests_on_is_said_of_the_nodes_that_it_holds_for(compiled: Callable[..., Graph]) -> None:
    """A coin is counted on where it falls, and not where everybody takes part, or takes turns."""
    measured = 'measure sizes = histogram(text) over users { domain = ["a"], dp = gaussian(clip = 1.0, epsilon = 1) }\n'
    coins = [text for text in of(compiled(more=measured))["assumptions"] if "take" in text or "coin" in text]
    turns = of(compiled(dp="tree(clip = 0.3, noise = 2.0, separation = 20)"))["assumptions"]

    assert coins == ["in `tuned` each user joins each round by a coin of their own, and nobody sees who did", "everybody takes part in `sizes`; no chance is counted on"]
    assert "a user who took part takes part again 20 rounds later at the earliest, and the engine holds to it" in turns
    assert not any("coin" in text for text in turns)


def test_without_noise_there_is_no_number(compiled: Callable[..., Graph]) -> None:
    """But a sentence."""
    found = of(compiled(dp="none"))

    assert (found["epsilon"], found["epsilon_rdp"], found["rho"], found["mechanisms"]) == (None, None, None, [])
    assert "not private: `tuned` tunes with `dp = none`, without noise" in found["assumptions"]


def test_evaluations_of_what_is_private_are_releases_too(compiled: Callable[..., Graph]) -> None:
    """Over public rows, a model that was tuned without noise tells of its users; one that was tuned with noise is counted already."""
    everywhere = "evaluate abroad = next_word(tuned) over web\n"

    assert [each["node"] for each in of(compiled(dp="none", more=everywhere))["evaluations"]] == ["accuracy", "abroad"]
    assert [each["node"] for each in of(compiled(more=everywhere))["evaluations"]] == ["accuracy"]


def test_a_pretended_population(compiled: Callable[..., Graph]) -> None:
    """Its numbers are those of the run it pretends, whatever was charged, and it has no lifetime."""
    found = of(compiled(people="simulate = 1M, draw = 60"), rounds_charged={"tuned": 0}, lifetime_events=lambda _: EVENTS)

    assert found["epsilon"] == epsilon(EVENTS, 1e-8)
    assert (found["population"], found["population_is"], found["lifetime_epsilon"]) == (1_000_000, "simulated", None)
    assert "pretended 1,000,000, true users not protected" in found["assumptions"]


def test_rho_is_there_where_nobody_is_sampled(compiled: Callable[..., Graph]) -> None:
    """Zero-concentrated, of all rounds."""
    found = of(compiled(people="population = 10k", dp="gaussian(clip = 0.3, noise = 10.0)"))

    assert found["mechanisms"][0]["q"] == 1
    assert found["rho"] == pytest.approx(20 / (2 * 10.0**2))


def test_an_epsilon_that_no_noise_reaches_is_a_finding(tmp_path: Path) -> None:
    """Found when the spec is compiled, for only then noise is solved for."""
    dp = "gaussian(clip = 0.3, epsilon = 0.000000001, delta = 1e-13)"
    (tmp_path / "spec.synth").write_text(SPEC.format(people="population = 10k", dp=dp))
    made = compile_spec(tmp_path / "spec.synth", tmp_path)

    assert made.graph is None
    assert [finding.rule for finding in made.diagnostics] == ["unreachable-epsilon"]
