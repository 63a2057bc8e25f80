"""Slips of the pen: a spec that is right, with one thing wrong."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from synthc.compiler.compile import check
from synthc.dsl.diagnostic import Diagnostic, Severity
from synthc.dsl.tokens import RESERVED, Token, tokens
from tests.pages import cases
from tests.robust.promises import FOLDER, SPEC

ROOT = Path(__file__).parents[2]
ITEM = re.compile(r"^(?=[a-z])", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """A spec without findings, and the files that it imports."""

    name: str
    text: str
    files: dict[str, str]

    def errors(self, text: str) -> list[Diagnostic]:
        """Return the errors of another text in its place."""
        files = {FOLDER / name: content for name, content in self.files.items()}
        return [found for found in check(SPEC, FOLDER, texts={**files, SPEC: text}) if found.severity is Severity.ERROR]


@cache
def specs() -> tuple[Spec, ...]:
    """Return all specs that are shipped, and the right examples of the manual."""
    people = {"personas.synth": (ROOT / "tests/golden/personas.synth").read_text(encoding="utf-8")}
    shipped = [*sorted(ROOT.glob("specs/*/*.synth")), ROOT / "tests/golden/tour.synth"]
    found = [Spec(name=path.stem, text=path.read_text(encoding="utf-8"), files=people) for path in shipped]
    for page in sorted(ROOT.glob("tests/language/*.md")):
        right = (case for case in cases(page) if case.expected == "no findings\n" and not case.options)
        found += [Spec(name=f"{page.stem}: {case.title}", text=case.given, files=dict(case.files)) for case in right]
    return tuple(spec for spec in found if not spec.errors(spec.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """One slip: what was done, to which words, and the text that came of it."""

    kind: str
    where: str
    text: str


def slips(text: str, dice: random.Random, each: int) -> Iterator[Slip]:
    """Yield some slips of every kind."""
    words = [token for token in tokens(text, 0, len(text)) if not token.trivial]
    for kind, makes in SLIPS.items():
        made = list(makes(text, words))
        yield from (Slip(kind=kind, where=where, text=slipped) for where, slipped in dice.sample(made, min(each, len(made))))


Made = Iterator[tuple[str, str]]


def _replaced(text: str, token: Token, by: str) -> tuple[str, str]:
    line = text.count("\n", 0, token.start) + 1
    return f"line {line}: `{token.text}` becomes `{by}`", text[: token.start] + by + text[token.end :]


def _missing_mark(text: str, words: list[Token]) -> Made:
    """Leave out a bracket, a comma, a pipe, an operator."""
    return (_replaced(text, token, "") for token in words if token.kind == "mark" and token.text not in {",", "-"})


def _missing_comma(text: str, words: list[Token]) -> Made:
    return (_replaced(text, token, "") for token in words if token.text == ",")


def _missing_quote(text: str, words: list[Token]) -> Made:
    return (_replaced(text, token, token.text[:-1]) for token in words if token.kind == "text")


def _misspelled(text: str, words: list[Token]) -> Made:
    """Swap two letters of a name, a kind, a step, a setting, a column."""
    for token in words:
        if token.kind == "word" and len(token.text) > 3 and token.text not in RESERVED:
            at = len(token.text) // 2
            by = token.text[: at - 1] + token.text[at] + token.text[at - 1] + token.text[at + 1 :]
            if by != token.text:
                yield _replaced(text, token, by)


def _wrong_unit(text: str, words: list[Token]) -> Made:
    for token in words:
        if token.kind == "number":
            bare = token.text.rstrip("%kMBshmin")
            yield from (_replaced(text, token, bare + unit) for unit in ("%", "s", "K", "m") if not token.text.endswith(unit) and bare)


def _wrong_type(text: str, words: list[Token]) -> Made:
    """Put a text in the place of a number, and the other way round."""
    return (_replaced(text, token, '"five"' if token.kind == "number" else "5") for token in words if token.kind in {"number", "text"})


def _swapped(text: str, words: list[Token]) -> Made:
    for one, other in pairwise(words):
        if one.kind == other.kind == "word" and one.text != other.text and "\n" not in text[one.end : other.start]:
            swapped = text[: one.start] + other.text + text[one.end : other.start] + one.text + text[other.end :]
            yield f"line {text.count(chr(10), 0, one.start) + 1}: `{one.text} {other.text}` are swapped", swapped


def _items(text: str) -> list[str]:
    return ITEM.split(text)[1:]


def _twice(text: str, _: list[Token]) -> Made:
    """Write an item twice."""
    for item in _items(text)[1:]:
        yield f"`{item.splitlines()[0]}` stands twice", text.rstrip("\n") + "\n\n" + item


def _removed(text: str, _: list[Token]) -> Made:
    """Take an item away that others use."""
    for item in _items(text):
        yield f"`{item.splitlines()[0]}` is gone", text.replace(item, "", 1)


SLIPS: dict[str, Callable[[str, list[Token]], Made]] = {
    "a mark is missing": _missing_mark,
    "a comma is missing": _missing_comma,
    "a quote is missing": _missing_quote,
    "a word is misspelled": _misspelled,
    "a unit is wrong": _wrong_unit,
    "a type is wrong": _wrong_type,
    "two words are swapped": _swapped,
    "an item stands twice": _twice,
    "an item is gone": _removed,
}
