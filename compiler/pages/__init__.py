"""The page of every finding, in Markdown: what it is, why it matters, what to do, and examples that are tested.

A page is named after its rule. What the parser and the checks say has its page in this folder; a rule of
`compiler/rules` carries its own, as the docstring of its file.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from pathlib import Path

_PAGES = Path(__file__).parent
_RULES = _PAGES.parent / "rules"


@cache
def names() -> tuple[str, ...]:
    """Return the names of all rules; nothing is read for it."""
    return tuple(sorted({path.stem for path in _PAGES.glob("*.md")} | _of_rules()))


def page(name: str) -> str | None:
    """Return the page of a rule, None if there is no such rule.

    >>> page("wrong-sum").splitlines()[0]
    'Shares of a mix that do not make 100%.'
    """
    if name in _of_rules():
        return import_module(f"synthc.compiler.rules.{name.replace('-', '_')}").__doc__
    path = _PAGES / f"{name}.md"
    return path.read_text(encoding="utf-8") if name in names() and path.exists() else None


@cache
def _of_rules() -> frozenset[str]:
    # Names of rules are two words or more; files of one word are what rules share.
    files = (path.stem for path in _RULES.glob("*.py"))
    return frozenset(file.replace("_", "-") for file in files if "_" in file.strip("_"))


def summary(page: str) -> str:
    r"""Return the first sentence of a page.

    >>> summary("A bracket that is never\nclosed.\n\nClose it.")
    'A bracket that is never closed.'
    """
    return re.sub(r"\s+", " ", page.strip().partition("\n\n")[0])
