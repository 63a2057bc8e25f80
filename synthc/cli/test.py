"""`synthc test`: the `test` blocks against their endpoints."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthc.cli.endpoints import add_endpoint, endpoints_of
from synthc.cli.graphs import add_spec, ready
from synthc.cli.tested import compared, comparison, confusions, rate_lines, rates
from synthc.compiler.graph import Graph
from synthc.compiler.graph.written import literal, written
from synthc.runtime.errors import InputError

if TYPE_CHECKING:
    from synthc.runtime.prompt_tests import Verdict


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_spec(parser)
    add_endpoint(parser)
    parser.add_argument("--against", action="append", default=[], metavar="NAME=tgi:URL", help="ask this server too, and compare")
    parser.add_argument("--repeat", type=int, default=1, metavar="N", help="ask each case so often, with other seeds, and count each answer")
    parser.add_argument("--all", action="store_true", help="the tests of imported files too")
    parser.add_argument("--json", action="store_true", help="print the verdicts as JSON")
    parser.add_argument("--junit", metavar="FILE", type=Path, help="write the verdicts as JUnit XML too")


def run(options: argparse.Namespace) -> int:
    """Test, and show what missed."""
    if options.repeat < 1:
        raise InputError(f"`--repeat {options.repeat}`: at least 1 is wanted")
    graph = ready(options).graph
    tests = [test for test in graph.tests if options.all or not test["imported"]]
    rounds = _rounds(graph, tests, endpoints_of(options.endpoint, graph), options.repeat)
    against = endpoints_of(options.against, graph)
    other = compared(rounds, _rounds(graph, tests, against, options.repeat)) if against else None
    verdicts = [verdict for tries in zip(*rounds, strict=True) for verdict in tries]
    if options.junit is not None:
        from synthc.cli.junit import junit

        options.junit.write_text(junit(rounds), encoding="utf-8")
    failed = sum(not verdict.passed for verdict in verdicts)
    if options.json:
        entries = [{**asdict(verdict), "passed": verdict.passed, "round": place} for tries in zip(*rounds, strict=True) for place, verdict in enumerate(tries, 1)]
        document = {"tests": entries, "summary": {"passed": len(verdicts) - failed, "failed": failed, "prompts": rates(rounds)}}
        print(json.dumps(document | ({"against": other} if other else {}), indent=1, ensure_ascii=False))
    else:
        more = comparison(other, options.repeat) if other else ()
        print("\n".join([*_misses(rounds), *confusions(rounds), *rate_lines(rates(rounds)), *more, _summary(graph, verdicts, failed)]))
    return int(failed > 0)


def _rounds(graph: Graph, tests: Sequence[Mapping[str, Any]], overrides: Mapping[str, str], repeat: int) -> list[list[Verdict]]:
    """Return the verdicts of each round."""
    if not tests:
        return [[] for _ in range(repeat)]
    from synthc.runtime.ledger import Ledger
    from synthc.runtime.prompt_tests import repeated_tests

    ledger = Ledger(path=Path(".synth") / "ledger.sqlite")
    try:
        return repeated_tests(graph, tests, ledger, overrides=overrides, repeat=repeat)
    finally:
        ledger.close()


def _misses(rounds: Sequence[Sequence[Verdict]]) -> Iterator[str]:
    """Yield each case that missed in some round, with its answers that missed, each once."""
    for tries in zip(*rounds, strict=True):
        missed = [verdict for verdict in tries if not verdict.passed]
        if not missed:
            continue
        often = f": missed in {len(missed)} of {len(tries)} rounds" if len(tries) > 1 else ""
        yield f"{missed[0].place}: {missed[0].about}{often}"
        yield f"  asked     {', '.join(literal(value) for value in missed[0].slots.values())}"
        yield f"  expected  {_expected(missed[0].expected)}"
        for (answer, reason), count in Counter((literal(one.raw if one.answer is None else one.answer), one.reason) for one in missed).items():
            yield f"  answer    {answer}" + (f" ({count} times)" if count > 1 else "")
            yield f"  so        {reason}"
        yield ""


def _expected(expected: Mapping[str, Any]) -> str:
    return literal(expected["value"]) if "value" in expected else written(expected["check"])


def _summary(graph: Graph, verdicts: Sequence[Verdict], failed: int) -> str:
    if not verdicts:
        return "no tests here" + ("; imported ones run with `--all`" if graph.tests else "")
    return f"{len(verdicts) - failed} of {len(verdicts)} passed"
