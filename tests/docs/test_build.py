"""The built pages of the manual are those that the sources make."""

from __future__ import annotations

import doctest
from pathlib import Path

from docs.build import committed, pages
from docs.builders import markdown
from synthc.compiler.catalog.described import described
from synthc.compiler.pages import names
from synthc.findings.place import page
from tests.docs.models import models

ROOT = Path(__file__).parents[2]


def test_the_manual_is_up_to_date() -> None:
    """What is committed is what `python docs/build.py` writes."""
    built, there = pages(), committed()
    stale = sorted(path for path in {**built, **there} if built.get(path) != there.get(path))

    assert stale == [], "run `python docs/build.py` and commit what it writes"


def test_the_examples_of_the_builders() -> None:
    """What they say of themselves is so."""
    assert doctest.testmod(markdown) == (0, 2)


def test_findings_lead_to_their_pages() -> None:
    """What JSON, SARIF and editors name as the page of a rule is where the manual has it."""
    assert [rule for rule in names() if not (ROOT / page(rule)).is_file()] == []


def test_every_setting_says_what_it_is() -> None:
    """A setting without a word about it is no use in an editor or a reference."""
    silent = [f"{model.__name__}.{setting.name}" for model in models() for setting in described(model) if not setting.help.endswith(".")]

    assert silent == []
