"""Findings as a terminal shows them, below the example that they are about."""

from __future__ import annotations

from collections.abc import Sequence

from docs.builders.markdown import fenced
from synthc.dsl.diagnostic import Diagnostic
from synthc.findings.text import summary, text


def shown(findings: Sequence[Diagnostic]) -> str:
    """Return findings in a block, without the line that counts them."""
    return fenced(text(findings).removesuffix(f"{summary(findings)}\n"), "text")


def links(findings: Sequence[Diagnostic], *, to: str) -> str:
    """Return a line that leads to the pages of some findings."""
    rules = dict.fromkeys(found.rule for found in findings)
    return "More on " + ", ".join(f"[`{rule}`]({to}/{rule}.md)" for rule in rules) + "."
