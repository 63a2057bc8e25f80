"""Runs the `test` blocks of a graph: asks each case and compares the answer with what is expected."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from synthc.compiler.graph import Graph, Node, Privacy
from synthc.compiler.graph.fingerprint import fingerprint
from synthc.runtime.answers import failed_answer
from synthc.runtime.answers.asking import asked
from synthc.runtime.endpoints.base import Reply
from synthc.runtime.endpoints.calling import Caller, derive_seed
from synthc.runtime.endpoints.open import open_endpoint
from synthc.runtime.endpoints.pace import Pace
from synthc.runtime.ledger import Asking, Ledger
from synthc.runtime.rows import ID
from synthc.runtime.schema import answer_type, column_type
from synthc.runtime.steps.ask import prompt_print, render, request
from synthc.runtime.steps.expression import expression

TESTS = "(tests)"
"""What the calls of tests stand under in the ledger, in the place of a prompt's name."""

Test = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One case: what was asked, what is expected, what came, and why it failed if it did.

    `expected` is `{"value": literal}` or `{"check": expression over answer}`.
    """

    about: str
    place: str
    slots: Mapping[str, Any]
    expected: Mapping[str, Any]
    answer: Any
    raw: str | None
    reason: str | None

    @property
    def passed(self) -> bool:
        """Whether the answer is as expected."""
        return self.reason is None


def prompt_tests(graph: Graph, tests: Sequence[Test], ledger: Ledger, *, overrides: Mapping[str, str], seed: int = 0) -> list[Verdict]:
    """Return the verdict on each case of some tests, in their order; what the ledger has is not asked again."""
    return asyncio.run(_all(graph, tests, ledger, overrides, seed))


def repeated_tests(graph: Graph, tests: Sequence[Test], ledger: Ledger, *, overrides: Mapping[str, str], repeat: int) -> list[list[Verdict]]:
    """Return the verdicts of each of some rounds, each with seeds of its own; at temperature 0 all rounds are alike and asked once."""
    return [prompt_tests(graph, tests, ledger, overrides=overrides, seed=seed) for seed in range(repeat)]


async def _all(graph: Graph, tests: Sequence[Test], ledger: Ledger, overrides: Mapping[str, str], seed: int) -> list[Verdict]:
    callers: dict[str, Caller] = {}
    try:
        for name in dict.fromkeys(test["endpoint"]["node"] for test in tests):
            callers[name] = await _caller(graph.by_name[name], overrides.get(name), ledger, graph)
        cases = [_case(test, case, callers[test["endpoint"]["node"]], seed) for test in tests for case in test["cases"]]
        return list(await asyncio.gather(*cases))
    finally:
        for caller in callers.values():
            await caller.endpoint.close()


async def _caller(node: Node, override: str | None, ledger: Ledger, graph: Graph) -> Caller:
    endpoint = open_endpoint(node, override, graph)
    pace = Pace(most=node.settings["concurrency"])
    identity = await endpoint.identity()
    retries = node.settings["retries"]
    about = Asking(endpoint=node.name, model=asdict(identity), prompt={"name": TESTS}, label=Privacy.PUBLIC.value)
    return Caller(name=node.name, endpoint=endpoint, identity=identity, ledger=ledger, pace=pace, label=Privacy.PUBLIC, retries=retries, about=about)


async def _case(test: Test, case: Mapping[str, Any], caller: Caller, seed: int) -> Verdict:
    """Ask one case, as an `ask` step would ask about one row."""
    prompt = test["prompt"]
    question = render(_row(prompt, case["slots"]), {"prompt": prompt, "slots": {name: {"column": name} for name in prompt["slots"]}})[0]
    answer, reason = await _answer(prompt, question, case, caller, seed)
    if reason is None or ("check" in case["expected"] and answer["raw"] is not None):
        differs = _difference(answer, case["expected"], prompt["answer"])
        reason = differs and (reason or differs)
    about, place = test["about"], case["place"]
    return Verdict(about=about, place=place, slots=case["slots"], expected=case["expected"], answer=answer["value"], raw=answer["raw"], reason=reason)


async def _answer(prompt: Mapping[str, Any], question: Mapping[str, Any], case: Mapping[str, Any], caller: Caller, seed: int) -> tuple[dict[str, Any], str | None]:
    """Return the answer, and why there is none that can be read; `raw` is what was written instead, None where nothing was."""
    if question["problem"] is not None:
        return {**failed_answer("", prompt["answer"]), "raw": None}, question["problem"]

    async def ask(attempt: int) -> Reply:
        drawn = derive_seed(seed, prompt_print(prompt), fingerprint(case["slots"]), attempt) if prompt["temperature"] > 0 else None
        return await caller.ask(request(prompt, question, drawn))

    result = await asked(prompt, ask)
    return result.fields or {**failed_answer("", prompt["answer"]), "raw": result.raw}, result.reason


def _row(prompt: Mapping[str, Any], slots: Mapping[str, Any]) -> pl.DataFrame:
    columns = {name: pl.Series(name, [slots[name]], dtype=column_type(of)) for name, of in prompt["slots"].items()}
    return pl.DataFrame({ID: ["test"], **columns})


def _difference(answer: Mapping[str, Any], expected: Mapping[str, Any], of: Mapping[str, Any]) -> str | None:
    """Return how an answer differs from what is expected, None if it does not."""
    if "value" in expected:
        return None if answer["value"] == expected["value"] else "another answer was expected"
    frame = pl.DataFrame({"answer": pl.Series("answer", [answer], dtype=answer_type(of))})
    holds = frame.select(holds=expression(expected["check"]))["holds"][0]
    return None if holds else "what is expected of the answer does not hold"
