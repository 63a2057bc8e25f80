"""Which rules the sources can raise: the words with hyphens that are given to what makes findings."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from synthc.compiler.rules import RULES

ROOT = Path(__file__).parents[2]
FOLDERS = ("dsl", "compiler")
RULE = re.compile(r"[a-z]+(-[a-z]+)+")
NOT_RULES = {"dp-accounting"}
"""What is written with hyphens and is something else: the name of a package."""


def raised() -> set[str]:
    """Return the names of all rules: those that the parser and the checks write out, and those of `RULES`."""
    files = (path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py")) if path.parent.name != "rules")
    return {name for path in files for name in _written(ast.parse(path.read_text(encoding="utf-8")))} - NOT_RULES | {rule.name for rule in RULES}


def _written(tree: ast.Module) -> Iterator[str]:
    for call in ast.walk(tree):
        if isinstance(call, ast.Call):
            for value in (*call.args, *(keyword.value for keyword in call.keywords)):
                if isinstance(value, ast.Constant) and isinstance(value.value, str) and RULE.fullmatch(value.value):
                    yield value.value
