"""Tells whether an item is in order and what its words begin, without making syntax of it: all that a formatter needs.

The tables are those that `lalr` drives; here they are driven with bare states. What the grammar can't see, such as a
number spelled wrong, is only suspected: `doubtful` items are for the parser to judge.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from synthc.dsl.grammar import driven
from synthc.dsl.lalr import END, KINDS, NOWHERE, Rule, Tables
from synthc.dsl.source import Source
from synthc.dsl.template import BLANK, hole_end, layout
from synthc.dsl.tokens import CLOSERS, LEAF, RESERVED
from synthc.dsl.tree import EDITION, NESTING_LIMIT, VISIBILITIES

_NUMBER = re.compile(r"[0-9]{1,99}(?:\.[0-9]{1,99})?(?:%|k|M|B|s|min|h)?")
_KEYED = RESERVED | {"->", "..", "==", "!=", "<=", ">=", *"-+*/<>=|.,:()[]{}"}
_ENTRIES = frozenset({"setting", "examples", "case", "slot"})
_MARKED = _ENTRIES | {"step", "clause", "list_type"}


@dataclass(slots=True, kw_only=True)
class Words:
    """The words and marks of one item, by their number.

    `keys` are what the layout goes by: reserved words and marks are their own, the others `word number text template`.
    `gaps` is the trivia before each and, as one more, behind the last. `entries` begin settings, cases and slots; `verbs` follow the
    pipe of a step; `clauses` begin one; `broken` open a block that the author wrote on several lines.
    """

    keys: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    entries: set[int] = field(default_factory=set)
    verbs: set[int] = field(default_factory=set)
    clauses: set[int] = field(default_factory=set)
    broken: set[int] = field(default_factory=set)
    doubtful: bool = False

    @property
    def table(self) -> object:
        """What makes items of one line a table when they stand below each other; None if they don't."""
        if self.said[0] == "budget":
            return "budget"
        head = self.keys.index("=") if "=" in self.keys else 0
        if not head or self.verbs or self.keys[-1] != "}" or any(key != "word" for key in self.keys[:head]):
            return None
        return tuple(self.said[: head - 1])


def recognise(source: Source, start: int, end: int, rule: str = "item") -> Words | None:
    """Return the words of what stands between two offsets; None if it isn't in order."""
    tables, text, words = driven(), source.text, Words()
    states, rules, terminals = tables.states, tables.rules, tables.terminals
    top, last, levels = tables.starts[rule], tables.ends[rule], 0
    stack, firsts = [top], [0]
    for match in LEAF.finditer(text, start, end):
        kind = match.lastgroup or ""
        said, begins = match[kind], match.start(kind)
        type_ = terminals.get(said) or ("NAME" if kind == "word" else "SHARE" if kind == "number" and said[-1] == "%" else KINDS[kind])
        while (to := states[top].get(type_, NOWHERE)) < 0:
            by = rules[~to]
            if by.length == 1:
                stack.pop()
                top = tables.settled.get((stack[-1], top, type_)) or _settled(tables, stack[-1], top, type_, last)
                stack.append(top)
            else:
                first = firsts[-by.length] if by.length else len(words.said)
                if by.length:
                    del stack[-by.length :], firsts[-by.length :]
                if by.level or by.node in _MARKED:
                    levels += by.level
                    _mark(words, by, first)
                top = states[stack[-1]][by.origin]
                stack.append(top)
                firsts.append(first)
            if top == last and type_ == END:
                words.gaps.append(text[match.start() : begins])
                return _judged(source, words, levels)
        if to == NOWHERE:
            return None
        top = to
        stack.append(to)
        firsts.append(len(words.said))
        words.keys.append(said if said in _KEYED else kind)
        words.said.append(said)
        words.starts.append(begins)
        words.gaps.append(text[match.start() : begins])
    raise AssertionError("the end is a leaf too")


def _settled(tables: Tables, under: int, top: int, type_: str, last: int) -> int:
    """Return the state behind all rules of one symbol that a symbol goes through before the next terminal."""
    first = top
    while (to := tables.states[top].get(type_, NOWHERE)) < 0 and tables.rules[~to].length == 1 and top != last:
        top = tables.states[under][tables.rules[~to].origin]
    tables.settled[under, first, type_] = top
    return top


def _mark(words: Words, rule: Rule, first: int) -> None:
    """Write down what begins at a word."""
    if rule.node in _ENTRIES:
        words.entries.add(first)
    elif rule.node == "step":
        words.verbs.add(first + 1)
    elif rule.node == "clause":
        words.clauses.add(first)
    elif rule.node == "list_type" and words.said[first] != "list":
        words.doubtful = True


def _judged(source: Source, words: Words, levels: int) -> Words:
    """Look for what the grammar can't see."""
    text, opened = source.text, list[int]()
    words.doubtful |= levels > NESTING_LIMIT or _strange_head(words)
    for at, key in enumerate(words.keys):
        if key in CLOSERS:
            words.doubtful |= key == "{" and any(words.keys[outer] == "[" for outer in opened)
            opened.append(at)
        elif key in {"}", "]", ")"}:
            opening = opened.pop()
            inside = text[words.starts[opening] + 1 : words.starts[at]]
            if key == "}" and "\n" in inside and not inside.isspace():
                words.broken.add(opening)
        elif key == "number":
            words.doubtful |= not _NUMBER.fullmatch(words.said[at])
        elif key == "text":
            words.doubtful |= "\\" in words.said[at]
        elif key == "template":
            words.doubtful |= not _plain(source, words.starts[at], words.starts[at] + len(words.said[at]))
        if at in words.entries and "\n" not in words.gaps[at] and words.keys[at - 1] not in {",", "{", "("}:
            words.doubtful = True
    return words


def _strange_head(words: Words) -> bool:
    """Say whether this is another edition, or has a first word too many."""
    if words.said[0] == "synth":
        return words.said[1:] != [str(EDITION)]
    return words.keys[1:3] == ["word", "word"] and words.said[0] not in VISIBILITIES


def _plain(source: Source, start: int, end: int) -> bool:
    """Say whether a triple-quoted text is surely well laid out and its holes are in order."""
    place, text = layout(source.span(start, end)), source.text
    if place is None:
        return False
    if place.indent and any(not line.startswith(place.indent) and line.strip(BLANK) for line in text[place.start : place.end].split("\n")):
        return False
    at = place.start
    while (opens := text.find("{{", at, place.end)) >= 0:
        closes = hole_end(text, opens + 2, place.end)
        if text[opens - 1] == "\\" or closes is None:
            return False
        inside = recognise(source, opens + 2, closes - 2, "expression")
        if inside is None or inside.doubtful or not inside.said:
            return False
        at = closes
    return True
