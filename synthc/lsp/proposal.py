"""What completion proposes, and how each sort of thing is shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from synthc.compiler.catalog.functions import FUNCTIONS
from synthc.compiler.types import Type
from synthc.lsp.annotations import Setting
from synthc.lsp.names import Candidate
from synthc.lsp.signatures import signature

SORTS = {"function": 3, "field": 5, "variable": 6, "class": 7, "module": 9, "setting": 10, "value": 12, "keyword": 14, "file": 17, "folder": 19, "word": 20, "constant": 21, "model": 22, "prompt": 2, "step": 14}
"""The protocol's numbers of the sorts of things there are."""

_OF_KIND = {"prompt": "prompt", "let": "constant", "param": "constant", "endpoint": "model", "": "module"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One thing that may be written: `snippet` has stops for the cursor, `rank` comes before the name in the order shown."""

    label: str
    sort: str
    detail: str = ""
    doc: str = ""
    snippet: str = ""
    plain: str = ""
    rank: int = 5


def name(candidate: Candidate, rank: int = 3) -> Proposal:
    """Propose a declared name or a module."""
    thing = candidate.thing
    detail = candidate.kind or "module"
    if thing is not None and thing.type is not None:
        detail += f": {thing.type}"
    elif thing is not None and thing.columns:
        detail += f" ({', '.join(thing.columns)})"
    return Proposal(label=candidate.name, sort=_OF_KIND.get(candidate.kind, "variable"), detail=detail, doc=candidate.doc, rank=rank)


def column(name: str, of: Type, said: str = "column") -> Proposal:
    """Propose a column, or what is read like one."""
    return Proposal(label=name, sort="field", detail=f"{said}: {of}", rank=1)


def function(name: str) -> Proposal:
    """Propose a function of the library, its slots to be filled."""
    shown = signature(name)
    stops = ", ".join(f"${{{at}:{slot}}}" for at, slot in enumerate(shown.slots, 1))
    return Proposal(label=name, sort="function", detail=shown.label, doc=shown.help, snippet=f"{name}({stops})", plain=f"{name}(", rank=6)


def functions() -> Iterable[Proposal]:
    """Propose all functions."""
    return (function(name) for name in (*FUNCTIONS, "logprob", "record"))


def call(name: str, detail: str = "", doc: str = "") -> Proposal:
    """Propose a call that makes a value."""
    return Proposal(label=name, sort="class", detail=detail or f"{name}(...)", doc=doc, snippet=f"{name}($1)", plain=f"{name}(", rank=2)


def setting(said: Setting) -> Proposal:
    """Propose a setting with its default."""
    value = f"${{1|{','.join(said.words)}|}}" if said.words else "$1"
    if said.several:
        value = f"[{value}]"
    elif said.makers:
        value = f"{said.makers[0]}($1)"
    elif said.wants.startswith("text"):
        value = '"$1"'
    doc = said.doc or said.brief
    return Proposal(label=said.name, sort="setting", detail=said.brief, doc=doc, snippet=f"{said.name} = {value}", plain=f"{said.name} = ", rank=1 if said.required else 2)


def word(text: str, doc: str = "") -> Proposal:
    """Propose a word of the language."""
    return Proposal(label=text, sort="word", doc=doc, rank=2)
