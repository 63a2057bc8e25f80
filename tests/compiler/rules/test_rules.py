"""Every rule keeps what its page says, and a fix that is safe mends."""

from __future__ import annotations

import re
import sys
from inspect import getdoc

import pytest

from synthc.compiler.rules import RULES
from synthc.compiler.rules.rule import Rule
from synthc.dsl.diagnostic import Safety, Severity
from synthc.dsl.format import format_source
from synthc.dsl.source import Source
from tests.compiler.rules.mended import applied, findings


def page(rule: Rule) -> str:
    """Return the page of a rule."""
    look = rule.item or rule.steps or rule.conditions or rule.program
    return getdoc(sys.modules[look.__module__]) or ""


def block(rule: Rule, which: str) -> str:
    """Return the example of a page that is wrong, or right."""
    found = re.findall(rf"```synth {which}\n(.*?)```", page(rule), re.DOTALL)
    assert len(found) == 1
    return str(found[0])


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
def test_fix(rule: Rule) -> None:
    """A safe fix leaves nothing to say; one that is not safe mends this and breaks nothing; both leave the spec tidy."""
    (found,) = findings(block(rule, "wrong"))
    fixed = applied(block(rule, "wrong"), (found,))
    left = findings(fixed)

    if found.fix is None:
        assert fixed == block(rule, "wrong")
    elif found.fix.safety is Safety.SAFE:
        assert left == ()
    else:
        assert not [one for one in left if one.rule == rule.name or one.severity is Severity.ERROR]
    assert fixed == tidy(fixed)


def test_many_rules_mend() -> None:
    """What a machine can do without asking, it offers."""
    fixes = [findings(block(rule, "wrong"))[0].fix for rule in RULES]

    assert sum(fix is not None and fix.safety is Safety.SAFE for fix in fixes) >= 25
    assert len({rule.name for rule in RULES}) == len(RULES) >= 70


@pytest.mark.parametrize("rule", [rule for rule in RULES if not rule.program], ids=named)
def test_words(rule: Rule) -> None:
    """A rule that is passed over by its words has one of them in what it is about."""
    assert rule.words == ("",) or any(word in block(rule, "wrong") for word in rule.words)
