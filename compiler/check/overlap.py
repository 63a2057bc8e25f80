"""The same files are not public and private at once."""

from __future__ import annotations

from fnmatch import fnmatchcase
from itertools import product

from synthc.compiler.program import Program, Thing
from synthc.dsl.diagnostic import Label, error


def check_overlap(program: Program) -> None:
    """Report public sources that read what a private one reads."""
    sources = [thing for thing in program.all_things() if thing.kind == "source"]
    private = [source for source in sources if source.settings["visibility"] == "private"]
    public = [source for source in sources if source.settings["visibility"] == "public"]
    for one, other in product(public, private):
        if _share(one, other):
            labels = (Label(span=other.span, text="and private here"),)
            message = f"`{one.name}` is declared public and reads files that `{other.name}` declares private"
            program.diagnostics.append(error("public-and-private", message, one.span, labels=labels, help="declare both private, or read other files"))


def _share(one: Thing, other: Thing) -> bool:
    """Whether two sources read the same, as far as their patterns and names tell."""
    left, right = one.settings["reader"], other.settings["reader"]
    if left["kind"] != right["kind"]:
        return False
    if left["kind"] == "hub":
        return all(left[key] == right[key] for key in ("repository", "config", "split"))
    return any(fnmatchcase(a, b) or fnmatchcase(b, a) for a, b in product(left["paths"], right["paths"]))
