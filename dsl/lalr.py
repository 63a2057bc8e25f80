"""Drives the tables that Lark made of the grammar, without Lark: several times as fast, for text that is in order.

Where it isn't, the tables know what would have been taken instead. So this is no more than the
driver of an LALR parser (Aho, Sethi and Ullman, "Compilers", 4.7) that passes over the unit rules of the ladder of
operators and makes syntax where Lark would make a tree first.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable
from dataclasses import dataclass, field
from sys import maxsize
from typing import Any, NamedTuple

from synthc.dsl.source import Span
from synthc.dsl.tokens import LEAF

END, UNKNOWN = "$END", "?"
NOWHERE = maxsize


class OutOfOrder(Exception):
    """Raised where the tables know no way on, with the place and the terminals that would have been taken there."""

    def __init__(self, at: int, accepts: frozenset[str]) -> None:
        super().__init__(at)
        self.at, self.accepts = at, accepts


class TooDeep(Exception):
    """Raised where the text nests too deep."""


class Rule(NamedTuple):
    """A rule of the grammar: what it makes, of how many symbols, and which of them are children of its node.

    `node` is None for what becomes part of the node around it. `children` are (index, whether it is such a part, how
    many `None` stand before it), `behind` is how many stand behind the last; a `single` rule with one child is that
    child, and a `unit` rule has nothing else. `level` is 1 for nodes that nest in the syntax.
    """

    origin: str
    node: str | None
    length: int
    children: tuple[tuple[int, bool, int], ...]
    behind: int
    single: bool
    unit: bool
    level: int
    plain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """For each state the next one by symbol, or below zero the complement of the rule to reduce by."""

    states: list[dict[str, int]]
    starts: dict[str, int]
    ends: dict[str, int]
    rules: list[Rule]
    terminals: dict[str, str]
    kept: frozenset[str]
    beyond: dict[tuple[int, str, str], int] = field(default_factory=dict)
    settled: dict[tuple[int, int, str], int] = field(default_factory=dict)
    _making: dict[type, list[Callable[..., Any] | None]] = field(default_factory=dict)

    def making(self, builder: type) -> list[Callable[..., Any] | None]:
        """Return the methods of a class that make the nodes of the rules."""
        if builder not in self._making:
            self._making[builder] = [getattr(builder, rule.node, None) if rule.node else None for rule in self.rules]
        return self._making[builder]

    def to_bytes(self) -> bytes:
        """Return them in a form that is read in a millisecond."""
        return marshal.dumps([self.states, self.starts, self.ends, [tuple(rule) for rule in self.rules], self.terminals, sorted(self.kept)])

    @staticmethod
    def from_bytes(stored: bytes) -> Tables:
        """Return what `to_bytes` wrote; raises whatever is wrong with it."""
        states, starts, ends, rules, terminals, kept = marshal.loads(stored)  # noqa: S302 - a file of this user's own cache
        return Tables(states=states, starts=starts, ends=ends, rules=[Rule(*rule) for rule in rules], terminals=terminals, kept=frozenset(kept))


class Leaf(NamedTuple):
    """A word or mark, as the builder wants it."""

    value: str
    start_pos: int
    end_pos: int


Grown = tuple[Any, int, int, int]
"""What stands on the stack for one symbol: its syntax, or the parts it consists of; where it starts and ends; how deep it nests.

What covers no text starts behind everything and ends before it.
"""


def _children(rule: Rule, parts: list[Any]) -> list[Any]:
    """Return the parts of a rule that are children of its node."""
    children: list[Any] = []
    for index, inside, before in rule.children:
        if before:
            children += [None] * before
        if inside:
            # The first takes in the others, so that a list of n costs n and not its square.
            if children:
                children += parts[index]
            else:
                children = parts[index]
        else:
            children.append(parts[index])
    if rule.behind:
        children += [None] * rule.behind
    return children


def drive(tables: Tables, rule: str, place: Span, builder: Any, limit: int) -> Any:
    """Return what a builder makes of the text in a place.

    `builder` has the source, and a method for each node, given its span and its children; `limit` is how deep nodes may nest.

    Raises:
        OutOfOrder: the text isn't in order.
        TooDeep: nodes nest deeper than the limit.
    """
    states, rules, last, beyond, terminals = tables.states, tables.rules, tables.ends[rule], tables.beyond, tables.terminals
    making, top = tables.making(type(builder)), tables.starts[rule]
    stack, grown = [top], list[Grown]()
    for match in LEAF.finditer(place.source.text, place.start, place.end):
        kind = match.lastgroup or ""
        said = match[kind]
        type_ = terminals.get(said) or ("NAME" if kind == "word" else "SHARE" if kind == "number" and said[-1] == "%" else KINDS[kind])
        while (to := states[top].get(type_, NOWHERE)) < 0:
            by = rules[~to]
            if by.length:
                del stack[-by.length :]
            if not by.unit:
                grown.append(_reduced(by, grown, builder, making[~to], limit))
            under = stack[-1]
            top = beyond.get((under, by.origin, type_)) or _past_units(tables, under, by.origin, type_, last)
            if top == last and type_ == END:
                return grown[-1][0]
            stack.append(top)
        start, end = match.span(kind)
        if to == NOWHERE:
            raise OutOfOrder(start, _accepted(tables, stack, last) if type_ != UNKNOWN else frozenset())
        top = to
        stack.append(to)
        grown.append((Leaf(said, start, end) if type_ in tables.kept else None, start, end, 0))
    raise AssertionError("the end is a leaf too")


def _reduced(rule: Rule, grown: list[Grown], builder: Any, make: Callable[..., Any] | None, limit: int) -> Grown:
    """Take the symbols of a rule from the stack and return what it makes of them."""
    if rule.length == 1:
        made, start, end, depth = grown.pop()
        parts = [made]
    elif rule.length:
        taken = grown[-rule.length :]
        del grown[-rule.length :]
        parts = [each[0] for each in taken]
        start, end, depth = taken[0][1], taken[-1][2], max([each[3] for each in taken])
        if start == maxsize or end < 0:
            start, end = min([each[1] for each in taken]), max([each[2] for each in taken])
    else:
        parts, start, end, depth = [], maxsize, -1, 0
    depth += rule.level
    if depth > limit:
        raise TooDeep
    children = parts if rule.plain else _children(rule, parts)
    if rule.node is None:
        return children, start, end, depth
    if rule.single and len(children) == 1:
        return children[0], start, end, depth
    source = builder.source
    span = Span(source=source, low=start - source.base, high=end - source.base) if end >= 0 else source.span(0, 0)
    assert make is not None
    return make(builder, span, children), start, end, depth


def _past_units(tables: Tables, under: int, origin: str, type_: str, last: int) -> int:
    """Return the state behind a symbol and all unit rules that it goes through before the next terminal."""
    top = tables.states[under][origin]
    while (to := tables.states[top].get(type_)) is not None and to < 0 and tables.rules[~to].unit and top != last:
        top = tables.states[under][tables.rules[~to].origin]
    tables.beyond[under, origin, type_] = top
    return top


def _accepted(tables: Tables, stack: list[int], last: int) -> frozenset[str]:
    """Return the terminals that may follow what is on the stack."""
    return frozenset(type_ for type_ in tables.states[stack[-1]] if (type_.isupper() and _accepts(tables, stack, last, type_)))


def _accepts(tables: Tables, stack: list[int], last: int, type_: str) -> bool:
    """Tell whether a terminal is shifted in the end, by the same steps with states alone."""
    left, above = len(stack), list[int]()
    while True:
        top = above[-1] if above else stack[left - 1]
        to = tables.states[top].get(type_)
        if to is None or to >= 0:
            return to is not None
        rule = tables.rules[~to]
        taken = min(rule.length, len(above))
        del above[len(above) - taken :]
        left -= rule.length - taken
        above.append(tables.states[above[-1] if above else stack[left - 1]][rule.origin])
        if type_ == END and above[-1] == last:
            return True


KINDS = {"number": "NUMBER", "text": "STRING", "template": "TEMPLATE", "end": END, "open": UNKNOWN, "other": UNKNOWN}
"""What the grammar calls tokens whose spelling doesn't say it."""
