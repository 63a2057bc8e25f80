"""Asks the accountant in the background what takes it seconds, so that nobody who types waits for it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

Question = Callable[[], float]


@dataclass(slots=True, kw_only=True)
class Accountant:
    """The questions of each spec that wait for an answer, the newest check's only; answers are kept on disk for all."""

    asking: dict[Path, Question] = field(default_factory=dict)
    answered: Path | None = None
    _busy: bool = False

    def note(self, spec: Path, questions: list[Question]) -> None:
        """Take note of what a check of a spec left open, in the place of what an earlier one did."""
        self.asking.pop(spec, None)
        if questions:
            self.asking[spec] = questions[0]

    def start(self, done: Callable[[], None]) -> None:
        """Begin with a question if there is one and none is being answered; `done` is called from another thread."""
        if self.asking and not self._busy:
            self._busy = True
            spec, question = self.asking.popitem()
            Thread(target=self._answer, args=(spec, question, done), name="accountant", daemon=True).start()

    def take(self) -> Path | None:
        """Return the spec whose question was answered, once."""
        spec, self.answered = self.answered, None
        return spec

    def _answer(self, spec: Path, question: Question, done: Callable[[], None]) -> None:
        # A question that can't be answered is asked again by the next check, and never by itself.
        with contextlib.suppress(Exception):
            question()
            self.answered = spec
        self._busy = False
        done()
