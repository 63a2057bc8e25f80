"""The words of the language as the compiler knows them, for what editors colour."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from pydantic import BaseModel

from synthc import dsl
from synthc.compiler import catalog
from synthc.compiler.catalog.functions import FUNCTIONS
from synthc.compiler.catalog.steps import STEPS
from synthc.compiler.catalog.values import Makers, Settings
from synthc.compiler.program import CHECKERS
from synthc.compiler.types import SCALARS
from synthc.dsl import literal
from synthc.dsl.tokens import RESERVED

CONSTANTS = ("true", "false", "none")
OPERATORS = ("and", "or", "not", "in", "vs", "else")
MADE = ("sources", "endpoints", "vocabs", "models", "mechanisms", "measures", "metrics")
"""Folders of the catalog whose files are named after the call that makes the thing."""
BUILT_IN = ("env", "secret", "grid", "logprob", "record")
"""Calls that the compiler knows by itself."""


def words() -> dict[str, tuple[str, ...]]:
    """Return every list of words that has a colour of its own, sorted."""
    lists = {
        "kinds": CHECKERS,
        "items": _items(),
        "steps": STEPS,
        "settings": _settings(),
        "calls": _calls(),
        "types": (*SCALARS, "list"),
        "constants": CONSTANTS,
        "operators": OPERATORS,
        "clauses": RESERVED - {*CONSTANTS, *OPERATORS},
        "powers": literal._POWERS,
        "durations": literal._SECONDS,
    }
    return {name: tuple(sorted(found)) for name, found in lists.items()}


def _items() -> set[str]:
    """Return the words that begin an item of their own form; the grammar lists them as they may be names elsewhere."""
    listed = re.search(r"^name: NAME \| (.+)$", Path(dsl.__path__[0], "synth.lark").read_text(encoding="ascii"), re.MULTILINE)
    assert listed
    return set(listed[1].lower().split(" | "))


def _models() -> Iterator[type[BaseModel]]:
    for module in pkgutil.walk_packages(catalog.__path__, f"{catalog.__name__}."):
        for value in vars(import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, Settings):
                yield value


def _settings() -> set[str]:
    return {name for model in _models() for name in model.model_fields} | {"like", "examples"}


def _calls() -> set[str]:
    marks = (mark for model in _models() for field in model.model_fields.values() for mark in field.metadata)
    made = {name for mark in marks if isinstance(mark, Makers) for name in mark.models}
    files = {module.name for folder in MADE for module in pkgutil.iter_modules([f"{catalog.__path__[0]}/{folder}"])}
    return made | (files - {"source", "user"}) | set(FUNCTIONS) | set(BUILT_IN)
