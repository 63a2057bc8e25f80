"""The built pages of the manual are those that the sources make."""

from __future__ import annotations

from docs.build import committed, pages
from synthc.compiler.catalog.described import described
from tests.docs.models import models


def test_the_manual_is_up_to_date() -> None:
    """What is committed is what `python docs/build.py` writes."""
    built, there = pages(), committed()
    stale = sorted(path for path in {**built, **there} if built.get(path) != there.get(path))

    assert stale == [], "run `python docs/build.py` and commit what it writes"


def test_every_setting_says_what_it_is() -> None:
    """A setting without a word about it is no use in an editor or a reference."""
    silent = [f"{model.__name__}.{setting.name}" for model in models() for setting in described(model) if not setting.help.endswith(".")]

    assert silent == []
