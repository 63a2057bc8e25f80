"""The conditions of steps and tests, taken apart as they are written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from synthc.dsl import syntax
from synthc.dsl.source import Span
from synthc.dsl.tokens import tokens

S = TypeVar("S", bound=syntax.Syntax)


def expressions(item: syntax.Declaration | syntax.Test, *words: str) -> Iterator[syntax.Expression]:
    """Yield the expressions of the steps or cases that hold any of some words; most hold none, and are not looked into."""
    if isinstance(item, syntax.Test):
        yield from (case.expected for case in item.cases if any(word in case.span.text for word in words))
        return
    for step in item.steps:
        text = step.span.text
        if any(word in text for word in words):
            yield from (argument.value for argument in step.arguments)
            yield from (clause.value for clause in step.clauses)


def pieces(item: syntax.Declaration | syntax.Test, kind: type[S], *words: str) -> Iterator[S]:
    """Yield the pieces of a kind in those expressions."""
    for expression in expressions(item, *words):
        yield from (piece for piece in syntax.walk(expression) if isinstance(piece, kind))


def sides(binary: syntax.Binary) -> tuple[str, str]:
    """Return both sides of an operator as they are written, with their brackets."""
    text, words = binary.span.source.text, binary.operator.split()
    said = [token for token in tokens(text, binary.left.span.end, binary.right.span.start) if token.text in words]
    return text[binary.span.start : said[0].start].strip(), text[said[-1].end : binary.span.end].strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """`a and b and c`, or the same with `or`: all of it, and its parts in order."""

    whole: syntax.Binary
    parts: tuple[syntax.Expression, ...]

    def between(self, first: int, last: int) -> Span | None:
        """Return the stretch from one part to another; None if brackets open or close in it alone."""
        span = self.parts[first].span.to(self.parts[last].span)
        return span if balanced(span.text) else None


def chains(item: syntax.Declaration | syntax.Test, operator: str) -> Iterator[Chain]:
    """Yield what is joined by `and`, or by `or`, each as a whole."""
    inner: set[int] = set()
    for binary in pieces(item, syntax.Binary, operator):
        if binary.operator == operator and id(binary) not in inner:
            parts: list[syntax.Expression] = []
            rest: syntax.Expression = binary
            while isinstance(rest, syntax.Binary) and rest.operator == operator:
                parts.insert(0, rest.right)
                rest = rest.left
                inner.add(id(rest))
            yield Chain(whole=binary, parts=(rest, *parts))


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
