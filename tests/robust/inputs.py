"""Texts to be robust against, each made from a number, so that any of them can be made again."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from tests.pages import cases

ROOT = Path(__file__).parents[2]
WORD = re.compile(r'"""|"[^"\n]*"|#[^\n]*|[\w.%]+|\n *|\S')
MARKS = [*"(){}[]=,.:|+-*/<>#\"'\\%!&;\n\t\r\0 ", '"""', "{{", "}}", "->", "..", "==", "\\{{", "\n  ", "\n  | ", "\nlet a = "]
ODD = ["\u00e9", "e\u0301", "\u202e", "\u200b", "\u2028", "\u2029", "\ufeff", "\x85", "\x0b", "\x0c", "\x1b[31m", "\U0001f600", "\u6f22", "\x7f", "\u0130", "\u00df", "\u1e9e", "\u0660"]
NUMBERS = ["0", "1", "9" * 300, "1e999", "1e-999", "1e308", "0.1", "100%", "101%", "1e5%", "0s", "9" * 40 + "h", "1k", "1K", "5m", "1_000", "00", "1..0", "-1", "1.", ".5", "1e", "0x10", "1B" * 3]


@cache
def texts() -> tuple[str, ...]:
    """Return real specs: those that are shipped, those of the tests, and all examples of the manual."""
    specs = [*ROOT.glob("specs/*/*.synth"), *ROOT.glob("tests/golden/*.synth"), *ROOT.glob("compiler/std/*.synth")]
    pages = [*ROOT.glob("tests/language/*.md"), *ROOT.glob("tests/dsl/*.md")]
    return (*(path.read_text(encoding="utf-8") for path in sorted(specs)), *(case.given for page in sorted(pages) for case in cases(page)))


@cache
def words() -> tuple[str, ...]:
    """Return every word, mark and text of the real specs."""
    return tuple(sorted({word for text in texts() for word in WORD.findall(text)}))


def made(number: int) -> str:
    """Return the text of a number."""
    dice = random.Random(number)
    return MAKERS[number % len(MAKERS)](dice)


def soup(dice: random.Random) -> str:
    """Return words in any order."""
    return "synth 1\n" + "".join(_piece(dice) + dice.choice(["", " ", " ", " "]) for _ in range(dice.randrange(1, 30)))


def changed(dice: random.Random) -> str:
    """Return a real spec with some words replaced, taken out, doubled or swapped."""
    found = WORD.findall(_short(dice))
    for _ in range(dice.randrange(1, 5)):
        at = dice.randrange(len(found))
        other = dice.randrange(len(found))
        act = dice.randrange(4)
        if act == 0:
            found[at] = _piece(dice)
        elif act == 1:
            found[at] = ""
        elif act == 2:
            found[at] *= 2
        else:
            found[at], found[other] = found[other], found[at]
    return _spaced(found)


def torn(dice: random.Random) -> str:
    """Return a real spec with a stretch of characters torn out, moved or replaced."""
    text = _short(dice)
    for _ in range(dice.randrange(1, 4)):
        start, other = dice.randrange(len(text) + 1), dice.randrange(len(text) + 1)
        end = min(len(text), start + dice.choice([0, 1, 1, 2, 5, 20]))
        piece = dice.choice(["", _piece(dice), text[other : other + 20]])
        text = text[:start] + piece + text[end:]
    return text


def crossed(dice: random.Random) -> str:
    """Return the items of two real specs in one, so that names collide and are missing."""
    items = [item for _ in range(2) for item in re.split(r"\n(?=[a-z])", _short(dice))]
    dice.shuffle(items)
    return "synth 1\n" + "\n".join(items[: dice.randrange(1, 12)])


def noise(dice: random.Random) -> str:
    """Return characters of all of Unicode."""
    return "".join(dice.choice([chr(dice.randrange(0xD800)), chr(dice.randrange(128)), dice.choice(MARKS)]) for _ in range(dice.randrange(40)))


MAKERS: tuple[Callable[[random.Random], str], ...] = (soup, changed, torn, crossed, changed, torn, noise)


def _piece(dice: random.Random) -> str:
    pieces: Sequence[str] = dice.choice([words(), words(), MARKS, ODD, NUMBERS])
    return dice.choice(pieces)


def _short(dice: random.Random) -> str:
    """Return a real spec, or some items of a long one."""
    text = dice.choice(texts())
    items = re.split(r"\n(?=[a-z])", text)
    if len(items) <= 8:
        return text
    start = dice.randrange(len(items) - 6)
    return "\n".join(items[start : start + 6])


def _spaced(found: list[str]) -> str:
    """Return words with spaces between those that would run together."""
    out = ""
    for word in found:
        glue = " " if out and word and (out[-1] + word[0]).isalnum() else ""
        out += glue + word
    return out
