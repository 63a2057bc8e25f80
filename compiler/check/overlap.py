"""The same files are not public and private at once, nor those of two peoples."""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from itertools import combinations, product

from synthc.compiler.catalog.reader import SOURCES
from synthc.compiler.program import Program, Thing
from synthc.dsl.diagnostic import Label, error

WILD = re.compile(r"\*\*/|\*+|\?|\[[^]]+\]")
"""What stands for more than itself in a pattern of files; `**/` stands for no folder too."""
LONGEST = 1000
"""Longer patterns, which no file system knows, are compared as they stand."""


def check_overlap(program: Program) -> None:
    """Report public sources that read what a private one reads, and private ones that say two things of the same people."""
    sources = [thing for thing in program.all_things() if thing.kind == "source"]
    private = [source for source in sources if source.settings["visibility"] == "private"]
    public = [source for source in sources if source.settings["visibility"] == "public"]
    folder = program.project.resolve().as_posix()
    for one in public:
        other = next((other for other in private if _share(one, other, folder)), None)
        if other is not None:
            labels = (Label(span=other.span, text="and private here"),)
            message = f"`{one.name}` is declared public and reads files that `{other.name}` declares private"
            program.diagnostics.append(error("public-and-private", message, one.span, labels=labels, help="declare both private, or read other files"))
    for first, second in combinations(private, 2):
        if first.settings["people"] != second.settings["people"] and _share(first, second, folder):
            labels = (Label(span=first.span, text=f"of the people \"{first.settings['people']}\" here"),)
            message = f"`{second.name}` reads what `{first.name}` reads, and says that it is of other people"
            program.diagnostics.append(error("unlike-people", message, second.span, labels=labels, help="say the same `people` at both, for a budget is theirs over both"))


def _share(one: Thing, other: Thing, folder: str) -> bool:
    """Whether two sources read the same, as far as their patterns and names tell."""
    left, right = one.settings["reader"], other.settings["reader"]
    if left["kind"] != right["kind"]:
        return False
    if left["kind"] == "hub":
        alike = left["repository"].casefold() == right["repository"].casefold()
        return alike and all(left[key] == right[key] or None in {left[key], right[key]} for key in ("config", "split"))
    entry = SOURCES.find(left["kind"])
    if entry is None or not entry.paths:
        return bool(left == right)
    said = ([reader[name] for name in entry.paths] for reader in (left, right))
    places = ([posixpath.join(folder, path) for one in each for path in (one if isinstance(one, list) else [one])] for each in said)
    return any(_meet(a, b) for a, b in product(*places))


@lru_cache(maxsize=1 << 14)
def _meet(one: str, other: str) -> bool:
    """Whether some path fits both patterns; a wildcard may stand for folders too.

    >>> _meet("data/*.jsonl", "data/user*"), _meet("a.jsonl", "b.jsonl"), _meet("**/a.jsonl", "a.jsonl")
    (True, False, True)
    """
    if one == other or max(len(one), len(other)) > LONGEST or not (_wild(one) or _wild(other)):
        return one == other
    left, right = _parts(one), _parts(other)
    # Which beginnings of the right pattern fit the part of the left one that was read, and so on.
    fits = _past_stars({0}, right)
    for part in left:
        if part == "*":
            fits = set(range(min(fits), len(right) + 1)) if fits else fits
            continue
        stays = {at for at in fits if at < len(right) and right[at] == "*"}
        moves = {at + 1 for at in fits if at < len(right) and right[at] != "*" and (part == right[at] or "?" in {part, right[at]})}
        fits = _past_stars(stays | moves, right)
    return len(right) in fits


def _wild(pattern: str) -> bool:
    return "*" in pattern or "?" in pattern or "[" in pattern


def _parts(pattern: str) -> list[str]:
    """Return the characters of a pattern, `?` for any one and `*` for any number."""
    return list(WILD.sub(lambda found: found[0][0].replace("[", "?"), pattern))


def _past_stars(places: set[int], parts: list[str]) -> set[int]:
    """Return the places with those behind stars that stand for nothing."""
    found = set(places)
    waiting = list(places)
    while waiting:
        at = waiting.pop()
        if at < len(parts) and parts[at] == "*" and at + 1 not in found:
            found.add(at + 1)
            waiting.append(at + 1)
    return found
