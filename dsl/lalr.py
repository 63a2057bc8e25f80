"""Drives the tables that Lark made of the grammar, without Lark: several times as fast, for text that is in order.

Where it isn't, the tables know what would have been taken instead. So this is no more than the
driver of an LALR parser (Aho, Sethi and Ullman, "Compilers", 4.7) that passes over the unit rules of the ladder of
operators and makes syntax where Lark would make a tree first.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterator
from dataclasses import dataclass, field
from sys import maxsize
from typing import Any, NamedTuple

from synthc.dsl.source import Source, Span
from synthc.dsl.tokens import TOKEN, TRIVIA

END = "$END"


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
    beyond: dict[tuple[int, int, str], int] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """Return them in a form that is read in a millisecond."""
        return marshal.dumps([self.states, self.starts, self.ends, [tuple(rule) for rule in self.rules], self.terminals])

    @staticmethod
    def from_bytes(stored: bytes) -> Tables:
        """Return what `to_bytes` wrote; raises whatever is wrong with it."""
        states, starts, ends, rules, terminals = marshal.loads(stored)  # noqa: S302 - a file of this user's own cache
        return Tables(states=states, starts=starts, ends=ends, rules=[Rule(*rule) for rule in rules], terminals=terminals)


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

    `builder` has a method for each node, given its span and its children; `limit` is how deep nodes may nest.

    Raises:
        OutOfOrder: the text isn't in order.
        TooDeep: nodes nest deeper than the limit.
    """
    states, rules, last, beyond = tables.states, tables.rules, tables.ends[rule], tables.beyond
    stack, grown = [tables.starts[rule]], list[Grown]()
    for type_, leaf in _leaves(tables.terminals, place.source.text, place.start, place.end):
        while (to := states[stack[-1]].get(type_)) is not None and to < 0:
            by = rules[~to]
            if by.unit:
                key = (stack[-2], stack[-1], type_)
                stack[-1] = beyond.get(key) or _past_units(tables, *key, last)
            else:
                if by.length:
                    del stack[-by.length :]
                grown.append(_reduced(by, grown, place.source, builder, limit))
                stack.append(states[stack[-1]][by.origin])
            if type_ == END and stack[-1] == last:
                return grown[-1][0]
        if to is None:
            raise OutOfOrder(leaf.start_pos, _accepted(tables, stack, last) if type_ else frozenset())
        stack.append(to)
        grown.append((leaf, leaf.start_pos, leaf.end_pos, 0))
    raise AssertionError("the end is a leaf too")


def _reduced(rule: Rule, grown: list[Grown], source: Source, builder: Any, limit: int) -> Grown:
    """Take the symbols of a rule from the stack and return what it makes of them."""
    if rule.length == 1:
        made, start, end, depth = grown.pop()
        parts = [made]
    else:
        size = len(grown) - rule.length
        taken = grown[size:]
        del grown[size:]
        parts = [each[0] for each in taken]
        start, end = min([each[1] for each in taken], default=maxsize), max([each[2] for each in taken], default=-1)
        depth = max([each[3] for each in taken], default=0)
    depth += rule.level
    if depth > limit:
        raise TooDeep
    children = parts if rule.plain else _children(rule, parts)
    if rule.node is None:
        return children, start, end, depth
    if rule.single and len(children) == 1:
        return children[0], start, end, depth
    return getattr(builder, rule.node)(source.span(start, end) if end >= 0 else source.span(0, 0), children), start, end, depth


def _past_units(tables: Tables, under: int, top: int, type_: str, last: int) -> int:
    """Return the state behind all unit rules that one symbol goes through before the next terminal."""
    first = top
    while (to := tables.states[top].get(type_)) is not None and to < 0 and tables.rules[~to].unit and top != last:
        top = tables.states[under][tables.rules[~to].origin]
    tables.beyond[under, first, type_] = top
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


def _leaves(terminals: dict[str, str], text: str, start: int, end: int) -> Iterator[tuple[str, Leaf]]:
    """Yield the words and marks with what the grammar calls them, and the end."""
    for match in TOKEN.finditer(text, start, end):
        kind = match.lastgroup or ""
        if kind in TRIVIA:
            continue
        said = match.group()
        if kind in {"word", "mark"}:
            type_ = terminals.get(said, "NAME")
        elif kind == "number":
            type_ = "SHARE" if said[-1] == "%" else "NUMBER"
        else:
            type_ = KINDS.get(kind, "")
        yield type_, Leaf(said, match.start(), match.end())
    yield END, Leaf("", end, end)


KINDS = {"text": "STRING", "template": "TEMPLATE"}
"""What the grammar calls the other kinds of tokens; the rest are mistakes."""
