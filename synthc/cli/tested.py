"""What tests came to over several rounds, and against another endpoint, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from math import comb
from typing import TYPE_CHECKING, Any

from synthc.cli.table import table

if TYPE_CHECKING:
    from synthc.runtime.prompt_tests import Verdict

Rounds = Sequence[Sequence["Verdict"]]


WORTH_A_TABLE = 4
"""Answers from which on a table tells more than the misses themselves."""


def confusions(rounds: Rounds) -> Iterator[str]:
    """Yield, for each prompt whose cases expect choices and missed one, how often each was answered by each."""
    verdicts = sorted((verdict for verdicts in rounds for verdict in verdicts), key=lambda verdict: verdict.about)
    for about, group in groupby(verdicts, key=lambda verdict: verdict.about):
        pairs = Counter((str(one.expected["value"]), str(one.answer)) for one in group if isinstance(one.expected.get("value"), str) and isinstance(one.answer, str))
        if pairs.total() >= WORTH_A_TABLE and any(expected != got for expected, got in pairs) and len({expected for expected, _ in pairs}) > 1:
            options = sorted({option for pair in pairs for option in pair})
            rows = [[f"{about}: expected", *options], *([expected, *(str(pairs[expected, got] or "") for got in options)] for expected in options)]
            yield table(rows, right="l" + "r" * len(options))


def rates(rounds: Rounds) -> dict[str, dict[str, Any]]:
    """Return for each prompt how many cases it has, and how many of all tries passed."""
    found: dict[str, dict[str, Any]] = {}
    for tries in zip(*rounds, strict=True):
        of = found.setdefault(tries[0].about, {"cases": 0, "tries": 0, "passed": 0})
        of["cases"] += 1
        of["tries"] += len(tries)
        of["passed"] += sum(verdict.passed for verdict in tries)
    return found


def rate_lines(found: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield a table of prompts by how often they passed, where there is more to tell than the last line does."""
    if len(found) > 1 or any(of["tries"] > of["cases"] for of in found.values()):
        rows = [[about, str(of["cases"]), f"{of['passed']} of {of['tries']}", f"{of['passed'] / of['tries']:.0%}"] for about, of in found.items()]
        yield table([["test", "cases", "passed", "rate"], *rows], right="lrrr")


def compared(ours: Rounds, theirs: Rounds) -> dict[str, Any]:
    """Return two endpoints side by side; `p` is that of an exact sign test over the cases of which one passed more rounds than the other."""
    mine, other = _passed(ours), _passed(theirs)
    better = sum(a > b for a, b in zip(mine, other, strict=True))
    worse = sum(a < b for a, b in zip(mine, other, strict=True))
    differ = [{"place": verdict.place, "about": verdict.about, "passed": a, "against": b} for verdict, a, b in zip(ours[0], mine, other, strict=True) if a != b]
    most = max(1, len(mine) * len(ours))
    return {"rate": sum(mine) / most, "against": sum(other) / most, "better": better, "worse": worse, "p": sign_test(better, worse), "cases": differ}


def comparison(found: Mapping[str, Any], rounds: int) -> Iterator[str]:
    """Yield the comparison, and the cases that differ."""
    for case in found["cases"]:
        yield f"{case['place']}: {case['about']}: passed {case['passed']} of {rounds}, against {case['against']}"
    yield f"passed {found['rate']:.1%}, against {found['against']:.1%}: better in {found['better']}, worse in {found['worse']}, exact sign test p = {found['p']:.3g}"


def sign_test(better: int, worse: int) -> float:
    """Return the two-sided p of an exact sign test.

    >>> sign_test(0, 0), sign_test(5, 0), round(sign_test(8, 2), 3)
    (1.0, 0.0625, 0.109)
    """
    count = better + worse
    tail = sum(comb(count, at) for at in range(min(better, worse) + 1)) / float(2**count)
    return min(1.0, 2 * tail)


def _passed(rounds: Rounds) -> list[int]:
    return [sum(verdict.passed for verdict in tries) for tries in zip(*rounds, strict=True)]
