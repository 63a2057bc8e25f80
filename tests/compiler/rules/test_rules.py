"""Every rule keeps what its page says, and a fix that is safe mends."""

from __future__ import annotations

import re
import sys
from functools import cache
from inspect import getdoc
from pathlib import Path

import pytest

from synthc.compiler.compile import check
from synthc.compiler.rules import RULES
from synthc.compiler.rules.rule import Rule
from synthc.dsl.diagnostic import Diagnostic, Safety, Severity
from synthc.dsl.format import format_source
from synthc.dsl.source import Source

FOLDER = Path("/a-folder-that-is-not-there")


def page(rule: Rule) -> str:
    """Return the page of a rule."""
    look = rule.item or rule.steps or rule.conditions or rule.program
    return getdoc(sys.modules[look.__module__]) or ""


def block(rule: Rule, which: str) -> str:
    """Return the example of a page that is wrong, or right."""
    found = re.findall(rf"```synth {which}\n(.*?)```", page(rule), re.DOTALL)
    assert len(found) == 1
    return str(found[0])


@cache
def findings(text: str) -> tuple[Diagnostic, ...]:
    """Return what is found in a spec that stands alone."""
    return check(FOLDER / "spec.synth", FOLDER, texts={FOLDER / "spec.synth": text})


def mended(text: str, found: tuple[Diagnostic, ...]) -> str:
    """Return a spec with all safe fixes in it."""
    edits = [edit for one in found if one.fix and one.fix.safety is Safety.SAFE for edit in one.fix.edits]
    for edit in sorted(edits, key=lambda edit: -edit.span.start):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def tidy(text: str) -> str:
    """Return a spec in our style."""
    return format_source(Source(path="spec.synth", text=text))


def named(rule: Rule) -> str:
    """Return the name that a test is shown under."""
    return rule.name


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_page(rule: Rule) -> None:
    """The wrong example has this one finding, a warning; the right one has none; both are in our style."""
    found = findings(block(rule, "wrong"))

    assert [(one.rule, one.severity) for one in found] == [(rule.name, Severity.WARNING)]
    assert findings(block(rule, "right")) == ()
    assert block(rule, "wrong") == tidy(block(rule, "wrong"))
    assert block(rule, "right") == tidy(block(rule, "right"))


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_file(rule: Rule) -> None:
    """A rule is known by the name of its file, and its page begins with one sentence."""
    look = rule.item or rule.steps or rule.conditions or rule.program

    assert look.__module__.rpartition(".")[2] == rule.name.replace("-", "_")
    assert re.fullmatch(r"\S.*\.", page(rule).split("\n")[0])


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_message(rule: Rule) -> None:
    """What is found is said in lower case, without a full stop, and always with something to do about it."""
    (found,) = findings(block(rule, "wrong"))

    assert found.help
    for text in (found.message, found.help, *(label.text for label in found.labels), *([found.fix.title] if found.fix else [])):
        assert text[:1] == text[:1].lower()
        assert not text.endswith(".")


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_safe_fix(rule: Rule) -> None:
    """A safe fix leaves a tidy spec without any finding."""
    wrong = block(rule, "wrong")
    (found,) = findings(wrong)
    if found.fix is None or found.fix.safety is Safety.UNSAFE:
        pytest.skip("this rule has no safe fix")
    fixed = mended(wrong, (found,))

    assert findings(fixed) == ()
    assert fixed == tidy(fixed)


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_unsafe_fix(rule: Rule) -> None:
    """Any other fix leaves a tidy spec without that finding and without an error."""
    wrong = block(rule, "wrong")
    (found,) = findings(wrong)
    if found.fix is None or found.fix.safety is Safety.SAFE:
        pytest.skip("this rule has no unsafe fix")
    fixed = wrong
    for edit in sorted(found.fix.edits, key=lambda edit: -edit.span.start):
        fixed = fixed[: edit.span.start] + edit.text + fixed[edit.span.end :]
    left = findings(fixed)

    assert not [one for one in left if one.rule == rule.name or one.severity is Severity.ERROR]
    assert fixed == tidy(fixed)
