"""`synthc test`: the `test` blocks against their endpoints."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthc.cli.endpoints import add_endpoint, endpoints_of
from synthc.cli.graphs import add_spec, ready
from synthc.compiler.graph import Graph
from synthc.compiler.graph.written import literal, written

if TYPE_CHECKING:
    from synthc.runtime.prompt_tests import Verdict


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_spec(parser)
    add_endpoint(parser)
    parser.add_argument("--all", action="store_true", help="the tests of imported files too")
    parser.add_argument("--json", action="store_true", help="print the verdicts as JSON")
    parser.add_argument("--junit", metavar="FILE", type=Path, help="write the verdicts as JUnit XML too")


def run(options: argparse.Namespace) -> int:
    """Test, and show what missed."""
    graph = ready(options).graph
    tests = [test for test in graph.tests if options.all or not test["imported"]]
    verdicts = _verdicts(graph, tests, endpoints_of(options.endpoint, graph)) if tests else []
    if options.junit is not None:
        from synthc.cli.junit import junit

        options.junit.write_text(junit(verdicts), encoding="utf-8")
    failed = sum(not verdict.passed for verdict in verdicts)
    if options.json:
        document = {"tests": [_entry(verdict) for verdict in verdicts], "summary": {"passed": len(verdicts) - failed, "failed": failed}}
        print(json.dumps(document, indent=1, ensure_ascii=False))
    else:
        print("\n".join([*_misses(verdicts), _summary(graph, verdicts, failed)]))
    return int(failed > 0)


def _verdicts(graph: Graph, tests: Sequence[Mapping[str, Any]], overrides: Mapping[str, str]) -> list[Verdict]:
    from synthc.runtime.ledger import Ledger
    from synthc.runtime.prompt_tests import prompt_tests

    ledger = Ledger(path=Path(".synth") / "ledger.sqlite")
    try:
        return prompt_tests(graph, tests, ledger, overrides=overrides)
    finally:
        ledger.close()


def _entry(verdict: Verdict) -> dict[str, Any]:
    return {**asdict(verdict), "passed": verdict.passed}


def _misses(verdicts: Sequence[Verdict]) -> Iterator[str]:
    for verdict in verdicts:
        if verdict.passed:
            continue
        yield f"{verdict.place}: {verdict.about}"
        yield f"  asked     {', '.join(literal(value) for value in verdict.slots.values())}"
        yield f"  expected  {_expected(verdict.expected)}"
        yield f"  answer    {literal(verdict.raw if verdict.answer is None else verdict.answer)}"
        yield f"  so        {verdict.reason}"
        yield ""


def _expected(expected: Mapping[str, Any]) -> str:
    return literal(expected["value"]) if "value" in expected else written(expected["check"])


def _summary(graph: Graph, verdicts: Sequence[Verdict], failed: int) -> str:
    if not verdicts:
        return "no tests here" + ("; imported ones run with `--all`" if graph.tests else "")
    return f"{len(verdicts) - failed} of {len(verdicts)} passed"
