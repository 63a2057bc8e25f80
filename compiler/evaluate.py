"""Evaluates what is known when a spec is compiled: constants, settings' values, calls that make values."""

from __future__ import annotations

import datetime as dt
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from synthc.compiler.catalog.functions import FUNCTIONS
from synthc.compiler.constant import AtRun, Duration, Interval, Keys, Made, Share
from synthc.compiler.expression import Expressions
from synthc.compiler.fold import AT_RUN, calls_in, fold, spelled
from synthc.compiler.refusal import no_value
from synthc.compiler.scope import Scope
from synthc.compiler.types import SHARE
from synthc.dsl import syntax
from synthc.dsl.diagnostic import error, printable
from synthc.dsl.source import Span


class NotConstant(Exception):
    """Raised after the reason was reported."""


class LeftToRun(NotConstant):
    """Raised for what only the run can work out, where that is known soon enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """`secret("X")`: the name of an environment variable, read at run and never written."""

    variable: str


@dataclass(slots=True, kw_only=True)
class Constants:
    """Evaluates expressions that need no row; with `later`, what only the run can work out is left to it, else it is refused."""

    scope: Scope
    later: bool = False

    def evaluate(self, written: syntax.Expression) -> Any:
        """Return the value.

        Raises:
            NotConstant: it is not known when the spec is compiled; the reason has been reported.
        """
        handler = EVALUATE.get(type(written))
        if handler is None:
            mend = "a sum of shares is the value of a `mix`" if isinstance(written, syntax.WeightedSum) else None
            raise self._refuse("this is not known when the spec is compiled", written.span, help=mend)
        value = handler(self, written)
        if isinstance(written, MAKING) and size(value) > LARGEST:
            raise self._refuse("this number is too large" if isinstance(value, int) else "this constant is too large", written.span)
        return value

    def _refuse(self, message: str, span: Span, *, rule: str = "wrong-value", help: str | None = None) -> NotConstant:
        self.scope.report(error(rule, message, span, help=help))
        return NotConstant(message)

    def _name(self, written: syntax.Name | syntax.Field) -> Any:
        found = self.scope.find(written)
        if found is None:
            return self._field(written)
        thing = found[0].program.thing(*found)
        if thing is None:
            raise NotConstant
        if thing.thing != "constant":
            self.scope.report(no_value(thing, written.span, "a constant"))
            raise NotConstant
        if isinstance(thing.value, AtRun):
            raise self._at_run(f"`{written.span.text}`", written.span)
        return thing.value

    def _field(self, written: syntax.Name | syntax.Field) -> Any:
        """Return the field of a record that a constant holds."""
        of = written.of if isinstance(written, syntax.Field) else None
        module = isinstance(of, syntax.Name) and self.scope.imported(of.name) is not None
        if not isinstance(written, syntax.Field) or not isinstance(of, syntax.Name | syntax.Field) or module:
            self.scope.unknown(written, "a constant")
            raise NotConstant
        record, name = self._name(of), written.name
        if not isinstance(record, dict) or name.name not in record:
            raise self._refuse(f"`{of.span.text}` has no field `{name.name}`", name.span, rule="unknown-field")
        return record[name.name]

    def _template(self, written: syntax.Template) -> str:
        return "".join(part if isinstance(part, str) else self._spelled(part.value) for part in written.parts)

    def _spelled(self, written: syntax.Expression) -> str:
        value = self.evaluate(written)
        if isinstance(value, Share | Duration) or not isinstance(value, str | int | float | dt.date):
            raise self._refuse("a hole takes a text or a number", written.span)
        return spelled(value)

    def _worked_out(self, written: syntax.Binary | syntax.Call) -> Any:
        """Return the value of what an expression of a step could say too, typed as there."""
        typed = Expressions(scope=self.scope, what="a constant").check(written)
        if typed.json is None:
            raise NotConstant
        unknown = min(AT_RUN & calls_in(typed.json), default=None)
        if unknown is not None:
            raise self._at_run(f"`{unknown}(...)`" if written.span.text.startswith(unknown) else f"this rests on `{unknown}(...)`, which", written.span)
        value = fold(typed.json)
        if value is None:
            raise self._refuse("this has no value", written.span)
        return Share(value) if typed.type == SHARE else value

    def _at_run(self, said: str, span: Span) -> NotConstant:
        if self.later:
            return LeftToRun()
        return self._refuse(f"{said} is worked out at run, and this is needed when the spec is compiled", span)

    def _binary(self, written: syntax.Binary) -> Any:
        if written.operator in LOGIC:
            return self._worked_out(written)
        left, right = self.evaluate(written.left), self.evaluate(written.right)
        if written.operator == "+" and isinstance(left, str) and isinstance(right, str):
            return left + right
        if written.operator == "+" and isinstance(left, list) and isinstance(right, list):
            return left + right
        numbers = all(isinstance(side, int | float) and not isinstance(side, bool) for side in (left, right))
        if not numbers or written.operator not in ARITHMETIC:
            raise self._refuse(f"`{written.operator}` cannot be worked out between these two when the spec is compiled", written.span)
        if written.operator == "/" and right == 0:
            raise self._refuse("this divides by zero", written.span)
        value = ARITHMETIC[written.operator](left, right)
        if isinstance(value, float) and not math.isfinite(value):
            raise self._refuse("this number is too large", written.span)
        unit, other = ((type(side) if isinstance(side, Share | Duration) else None) for side in (left, right))
        if unit != other and not (None in {unit, other} and (written.operator == "*" or (written.operator == "/" and unit))):
            said = "a share" if Share in {unit, other} else "a duration"
            raise self._refuse(f"{said} is no number, so `{written.operator}` does not apply to the two", written.span)
        made = unit or other
        return value if made is None or (unit == other and written.operator == "/") else made(value)

    def _unary(self, written: syntax.Unary) -> Any:
        operand = self.evaluate(written.operand)
        if written.operator == "not" and isinstance(operand, bool):
            return not operand
        if written.operator == "-" and isinstance(operand, int | float) and not isinstance(operand, bool):
            return -operand
        raise self._refuse(f"`{written.operator}` does not apply to this", written.span)

    def _range(self, written: syntax.Range) -> Interval:
        low, high = self.evaluate(written.low), self.evaluate(written.high)
        if any(isinstance(end, bool) or not isinstance(end, int | float) for end in (low, high)):
            raise self._refuse("the ends of a range are numbers", written.span)
        if low > high:
            raise self._refuse("this range is empty: its low end stands above its high end", written.span)
        return Interval(low=low, high=high)

    def _record(self, written: syntax.Record) -> dict[str, Any]:
        if not self.scope.all_once([(field.name.name, field.span) for field in written.fields], "the field"):
            raise NotConstant
        return {field.name.name: self.evaluate(field.value) for field in written.fields}

    def _call(self, written: syntax.Call) -> Any:
        if not isinstance(written.function, syntax.Name):
            raise self._refuse("this call is not known when the spec is compiled", written.span)
        name = written.function.name
        if name == "env":
            return self.environment(written)
        if name == "secret":
            return Secret(variable=self.words(written, 1)[0])
        if name == "record":
            return {a.name.name: self.evaluate(a.value) for a in written.arguments if a.name is not None}
        if name in FUNCTIONS or name == "logprob":
            return self._worked_out(written)
        values = [(a.name.name if a.name else None, self.evaluate(a.value), a.span) for a in written.arguments]
        return Made(
            name=name,
            positional=tuple(value for key, value, _ in values if key is None),
            named=tuple((key, value) for key, value, _ in values if key is not None),
            spans=tuple(span for key, _, span in values if key is None) + tuple(span for key, _, span in values if key is not None),
            span=written.span,
        )

    def environment(self, written: syntax.Call) -> str:
        """Return the value of `env("X", "default")`; unset without a default it is a finding."""
        words = self.words(written, 2)
        (value,) = self.scope.program.look(environment, words[0])
        value = words[1] if value is None and len(words) > 1 else value
        if value is None:
            raise self._refuse(
                f"the environment variable `{words[0]}` is not set",
                written.span,
                rule="unset-environment",
                help=printable(f"set it, or give a default: `env(\"{words[0]}\", \"...\")`"),
            )
        return value

    def words(self, written: syntax.Call, most: int) -> list[str]:
        """Return the texts that a call such as `env` is given."""
        if not self.scope.unnamed(written):
            raise NotConstant
        values = [self.evaluate(argument.value) for argument in written.arguments]
        if not 1 <= len(values) <= most or not all(isinstance(value, str) for value in values):
            raise self._refuse(f"`{written.function.span.text}` takes {'one text' if most == 1 else 'a name and perhaps a default'} in quotes", written.span)
        return values


MAKING = syntax.ListOf | syntax.Template | syntax.Binary | syntax.Record | syntax.Call
"""What makes values larger than those that stand in the text: constants made of constants could double with each line."""
LARGEST = 1_000_000
"""The size of the largest constant, in characters of text, eight for each number or item and a hundred for each field."""


def size(value: Any) -> int:
    """Return the size of a constant; a whole number of more than 300 digits has none that would do.

    >>> size("abc"), size([1, ["a"]])
    (3, 33)
    """
    if isinstance(value, str):
        return len(value)
    if isinstance(value, list):
        return sum(size(item) + 8 for item in value)
    if isinstance(value, dict):
        return sum(size(item) + 100 for item in value.values())
    return LARGEST + 1 if isinstance(value, int) and value.bit_length() > 1000 else 8


def environment(_: object, name: str) -> tuple[str | None]:
    """Look up a variable of the environment."""
    return (os.environ.get(name),)


LOGIC = frozenset({"and", "or", "in", "not in", "==", "!=", "<", "<=", ">", ">="})

ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
}

EVALUATE: Mapping[type, Callable[[Constants, Any], Any]] = {
    syntax.Text: lambda _, w: w.value,
    syntax.Number: lambda _, w: w.value,
    syntax.Boolean: lambda _, w: w.value,
    syntax.Share: lambda _, w: Share(w.value),
    syntax.Duration: lambda _, w: Duration(w.seconds),
    syntax.Nothing: lambda *_: None,
    syntax.Path: lambda _, w: Keys(keys=w.keys),
    syntax.ListOf: lambda c, w: [c.evaluate(item) for item in w.items],
    syntax.Template: Constants._template,
    syntax.Name: Constants._name,
    syntax.Field: Constants._name,
    syntax.Binary: Constants._binary,
    syntax.Unary: Constants._unary,
    syntax.Range: Constants._range,
    syntax.Record: Constants._record,
    syntax.Call: Constants._call,
}
