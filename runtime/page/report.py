"""Writes the report of a run: one page that answers in order what a researcher and a reviewer ask."""

from __future__ import annotations

import os
from pathlib import Path

from synthc.runtime.page.data import data
from synthc.runtime.page.evaluation import evaluation
from synthc.runtime.page.facts import read_facts
from synthc.runtime.page.layout import page
from synthc.runtime.page.privacy import privacy
from synthc.runtime.page.settings import settings
from synthc.runtime.page.training import training
from synthc.runtime.page.verdict import header, verdicts

SECTIONS = (verdicts, privacy, evaluation, data, training, settings)


def write_report(folder: Path) -> Path:
    """Write `report.html` into a run's folder, whole or not at all, and return where it is."""
    facts = read_facts(folder)
    text = page(f"{facts.graph.name}: run report", header(facts), [section(facts) for section in SECTIONS])
    path = folder / "report.html"
    waiting = folder / f"report.html.{os.getpid()}"
    waiting.write_text(text, encoding="utf-8", errors="replace")
    waiting.replace(path)
    return path
