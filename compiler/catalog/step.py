"""What every step of the catalog is, and what it is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Flag, auto
from typing import Any, TypeVar

from pydantic import BaseModel

from synthc.compiler.constant import Share
from synthc.compiler.evaluate import Constants, NotConstant
from synthc.compiler.expression import Expressions
from synthc.compiler.privacy import PUBLIC, Flow
from synthc.compiler.scope import Scope
from synthc.compiler.settings import read_settings
from synthc.compiler.types import Type
from synthc.dsl import syntax
from synthc.dsl.diagnostic import error
from synthc.dsl.source import Span

M = TypeVar("M", bound=BaseModel)


class Marks(Flag):
    """What a step does to rows."""

    NONE = 0
    DROPS = auto()
    ADDS = auto()
    CHANGES = auto()
    MULTIPLIES = auto()
    LOOKS_ACROSS = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is known behind a step: columns, the step's settings in the graph, what it read."""

    columns: Mapping[str, Type]
    settings: Mapping[str, Any]
    flow: Flow = PUBLIC
    inputs: tuple[str, ...] = ()
    marks: Marks = Marks.NONE
    kept: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCall:
    """One step as written, with the columns before it."""

    step: syntax.Step
    entry: StepEntry
    columns: Mapping[str, Type]
    kept: frozenset[str]
    scope: Scope
    rows_flow: Flow = PUBLIC

    @property
    def expressions(self) -> Expressions:
        """A checker of expressions over the columns here."""
        return Expressions(scope=self.scope, columns=self.columns, kept=self.kept, what="a column or a constant", step=True)

    def settings(self, model: type[M]) -> M | None:
        """Read the step's block of settings."""
        return read_settings(model, self.step.settings, self.scope, owner=self.step.verb)

    def clause(self, word: str) -> syntax.Expression | None:
        """Return the value behind a word such as `as` or `by`."""
        return next((clause.value for clause in self.step.clauses if clause.word == word), None)

    @property
    def only(self) -> syntax.Expression | None:
        """The one argument, if there is just one and it has no name."""
        one = self.step.arguments[0] if len(self.step.arguments) == 1 else None
        return one.value if one is not None and one.name is None else None

    def name(self, written: syntax.Expression | None) -> str | None:
        """Return a bare name."""
        return written.name if isinstance(written, syntax.Name) else None

    def wrong(self, message: str | None = None, span: Span | None = None) -> Outcome | None:
        """Report a step that is not written as it should be; there is no outcome then."""
        text = message or f"`{self.step.verb.name}` is not written like this"
        self.scope.report(error("wrong-step", text, span or self.step.span, help=f"write `{self.entry.usage}`"))
        return None

    def amount(self) -> dict[str, Any] | None:
        """Read the first argument as a number of rows or a share."""
        written = self.only
        if written is None:
            self.wrong()
            return None
        try:
            value = Constants(scope=self.scope).evaluate(written)
        except NotConstant:
            return None
        if isinstance(value, Share) and "a share" in self.entry.amounts and 0 < value <= 1:
            return {"share": float(value)}
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return {"count": value}
        if isinstance(value, float) and "a share" in self.entry.amounts and 0 < value < 1:
            message = f"`{self.step.verb.name}` wants {' or '.join(self.entry.amounts)}, and {value:g} is neither"
            self.scope.report(error("wrong-step", message, written.span, help=f"a share is written `{100 * value:g}%`"))
            return None
        self.wrong(f"`{self.step.verb.name}` wants {' or '.join(self.entry.amounts)}", written.span)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEntry:
    """A step of the catalog: its usage in one line, its help, its marks and its check."""

    usage: str
    help: str
    marks: Marks
    apply: Callable[[StepCall], Outcome | None]
    clauses: tuple[str, ...] = ()
    settings: type[BaseModel] | None = None
    amounts: tuple[str, ...] = ("a number of rows",)
