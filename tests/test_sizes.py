"""How long files and functions are, beside what we aim at; shown by `pytest tests/test_sizes.py -s`, and never a failure."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).parents[1]
FOLDERS = ("bench", "compiler", "dsl", "runtime", "synthc", "tests")


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What the sizes of one kind of thing should come to, in lines; what is longer than `cap` is named."""

    what: str
    median: int | None
    p90: int | None
    cap: int


AIMS = (
    Aim(what="files", median=130, p90=300, cap=400),
    Aim(what="functions", median=10, p90=30, cap=60),
    Aim(what="test functions", median=None, p90=None, cap=40),
)
Sizes = dict[str, list[tuple[int, str]]]
"""Lines and places, by kind of thing."""


def sizes() -> Sizes:
    """Measure every file that has something in it, and every function."""
    found: Sizes = {aim.what: [] for aim in AIMS}
    for path in (path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py")) if path.resolve() == path):
        text, name = path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix()
        if text:
            found["files"].append((text.count("\n"), name))
        for function in functions(text):
            kind = "test functions" if function.name.startswith("test_") else "functions"
            found[kind].append(((function.end_lineno or 0) - function.lineno + 1, f"{name}:{function.lineno} {function.name}"))
    return found


def functions(text: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield the functions of a file, inner ones too."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def report(aim: Aim, measured: Sequence[tuple[int, str]]) -> Iterator[str]:
    """Yield a line for a kind of thing, and one for each that is too long."""
    lines = [size for size, _ in measured]
    shown = ((f"{median(lines):g}", aim.median), (f"{quantiles(lines, n=10)[-1]:.0f}", aim.p90), (str(max(lines)), aim.cap))
    cells = (f"{size if wanted is None else f'{size} of {wanted}':<15}" for size, wanted in shown)
    yield f"{aim.what:<15}{len(lines):>6}  {''.join(cells)}".rstrip()
    yield from (f"  {size} lines: {place}" for size, place in sorted(measured, reverse=True) if size > aim.cap)


def test_sizes_are_shown() -> None:
    """Lines, with what we aim at behind them; long code is a reason to look, not to fail."""
    found = sizes()
    header = f"{'':<15}{'number':>6}  {'median':<15}{'90 of 100':<15}{'longest':<13}".rstrip()
    print("", header, *(line for aim in AIMS for line in report(aim, found[aim.what])), sep="\n")  # noqa: T201 - to be seen is all this is for

    assert all(found.values())
    assert f"{Path(__file__).parent.name}/{Path(__file__).name}" in {place for _, place in found["files"]}
