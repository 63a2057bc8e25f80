"""One mistake is one finding: specs that are right, each with one slip."""

from __future__ import annotations

import random
import re

import pytest

from synthc.dsl.diagnostic import Diagnostic
from tests.robust.slips import SLIPS, Spec, slips, specs

SHOWN = [spec for spec in specs() if ":" not in spec.name]
MANUAL = [spec for spec in specs() if ":" in spec.name][::3]
CALLED = re.compile(r"nothing is called `([^`]+)`")


def mistakes(errors: list[Diagnostic]) -> set[str]:
    """Return what errors are about: a name that is missed in several places is one mistake."""
    return {found[1] if (found := CALLED.search(error.message)) else error.message for error in errors}


@pytest.fixture(autouse=True)
def address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the specs the address that they ask the environment for."""
    monkeypatch.setenv("SYNTH_TGI_URL", "http://localhost:8080")


@pytest.mark.parametrize("spec", SHOWN, ids=lambda spec: spec.name)
def test_a_slip_in_a_spec_that_is_shipped_is_one_finding(spec: Spec) -> None:
    """Nothing that only follows from the mistake is reported beside it."""
    made = list(slips(spec.text, random.Random(1), 3))
    several = [f"{slip.kind}, {slip.where}: {sorted(found)}" for slip in made if len(found := mistakes(spec.errors(slip.text))) > 1]

    assert several == []
    assert {slip.kind for slip in made} == set(SLIPS)


def test_slips_in_the_manual_are_nearly_always_one_finding() -> None:
    """Of a third of the examples that are right, each with one slip, at most one in fifty says two things."""
    made = [(spec, slip) for spec in MANUAL for slip in slips(spec.text, random.Random(spec.name), 1)]
    several = [(spec, slip) for spec, slip in made if len(mistakes(spec.errors(slip.text))) > 1]

    assert len(made) > 100
    assert len(several) < len(made) / 50


def test_slips_are_noticed() -> None:
    """But for items that nothing needs, words that are the author's to choose, and numbers that may be any."""
    may_pass = {"an item is gone", "an item stands twice", "a word is misspelled", "a unit is wrong", "a type is wrong"}
    spec = next(spec for spec in SHOWN if spec.name == "tour")
    missed = [slip.where for slip in slips(spec.text, random.Random(2), 8) if slip.kind not in may_pass and not spec.errors(slip.text)]

    assert missed == []
