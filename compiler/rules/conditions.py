"""The conditions of steps and tests, taken apart as they are written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from synthc.dsl import syntax
from synthc.dsl.source import Span
from synthc.dsl.tokens import tokens

S = TypeVar("S", bound=syntax.Syntax)


CONDITIONED = frozenset({"where", "let", "select", "top"})
"""Steps that hold conditions, or parts of them."""


def sides(binary: syntax.Binary) -> tuple[str, str]:
    """Return both sides of an operator as they are written, with their brackets."""
    text, words = binary.span.source.text, binary.operator.split()
    said = [token for token in tokens(text, binary.left.span.end, binary.right.span.start) if token.text in words]
    return text[binary.span.start : said[0].start].strip(), text[said[-1].end : binary.span.end].strip()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Chain:
    """`a and b and c`, or the same with `or`: all of it, and its parts in order."""

    whole: syntax.Binary
    parts: tuple[syntax.Expression, ...]

    def between(self, first: int, last: int) -> Span | None:
        """Return the stretch from one part to another; None if brackets open or close in it alone."""
        span = self.parts[first].span.to(self.parts[last].span)
        return span if balanced(span.text) else None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Conditions:
    """All pieces of the expressions of an item's steps or cases, outermost first."""

    pieces: tuple[syntax.Syntax, ...]

    def of(self, kind: type[S]) -> Iterator[S]:
        """Yield the pieces of a kind."""
        return (piece for piece in self.pieces if isinstance(piece, kind))

    def chains(self, operator: str) -> Iterator[Chain]:
        """Yield what is joined by `and`, or by `or`, each as a whole."""
        inner: set[int] = set()
        for binary in self.of(syntax.Binary):
            if binary.operator == operator and id(binary) not in inner:
                parts: list[syntax.Expression] = []
                rest: syntax.Expression = binary
                while isinstance(rest, syntax.Binary) and rest.operator == operator:
                    parts.insert(0, rest.right)
                    rest = rest.left
                    inner.add(id(rest))
                yield Chain(whole=binary, parts=(rest, *parts))


def conditions(item: syntax.Declaration | syntax.Test) -> Conditions:
    """Take the expressions of an item apart."""
    return Conditions(pieces=tuple(piece for expression in _expressions(item) for piece in syntax.walk(expression)))


def _expressions(item: syntax.Declaration | syntax.Test) -> Iterator[syntax.Expression]:
    if isinstance(item, syntax.Test):
        yield from (case.expected for case in item.cases)
        return
    for step in item.steps:
        if step.verb.name in CONDITIONED:
            yield from (argument.value for argument in step.arguments)
            yield from (clause.value for clause in step.clauses)


def balanced(text: str) -> bool:
    """Tell whether every bracket that opens in a text closes in it.

    >>> balanced("(a) and (b)"), balanced("a) and (b")
    (True, False)
    """
    depth = 0
    for character in text:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 0:
            return False
    return depth == 0


def alike(one: syntax.Syntax, other: syntax.Syntax) -> bool:
    """Tell whether two pieces are written with the same words."""
    return one.span.text.split() == other.span.text.split()


def literal(written: syntax.Expression) -> int | float | None:
    """Return the value of a number that is written out, with its sign."""
    if isinstance(written, syntax.Unary) and written.operator == "-" and isinstance(written.operand, syntax.Number):
        return -written.operand.value
    return written.value if isinstance(written, syntax.Number) else None


def calls(written: syntax.Expression, name: str) -> bool:
    """Tell whether an expression is a call of a function of the library."""
    return isinstance(written, syntax.Call) and isinstance(written.function, syntax.Name) and written.function.name == name
