"""Lays out one item: where its lines break, how far they are indented, and the space between tokens.

Only white space is decided here. What the tokens mean is taken from the item's syntax, never guessed again.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, fields
from functools import cache

from synthc.dsl import syntax, template
from synthc.dsl.align import Line
from synthc.dsl.source import Source
from synthc.dsl.tokens import CLOSERS, Token

INDENT = 2
CONTINUED = 4
OPERATORS = frozenset({"+", "-", "*", "/", "==", "!=", "<", "<=", ">", ">=", "|", "and", "or", "in", "not", "vs", "else"})

_ENTRIES = (syntax.Setting, syntax.Cases, syntax.Case, syntax.Slot)
_LEAVES = (syntax.Identifier, syntax.Name, syntax.Path, syntax.Text, syntax.Template, syntax.Number, syntax.Share, syntax.NamedType)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What the syntax of an item says about the tokens at certain offsets."""

    entries: AbstractSet[int]
    broken: AbstractSet[int]
    verbs: AbstractSet[int]
    clauses: AbstractSet[int]


def places(item: syntax.AnyItem, tokens: list[Token], text: str) -> Places:
    """Return where entries of blocks, blocks of several lines, verbs of steps and clauses begin."""
    entries, verbs, clauses = set[int](), set[int](), set[int]()
    for node in _nodes(item):
        if isinstance(node, _ENTRIES):
            entries.add(node.span.start)
        elif isinstance(node, syntax.Step):
            verbs.add(node.verb.span.start)
        elif isinstance(node, syntax.Clause):
            clauses.add(node.span.start)
    return Places(entries=entries, broken=set(_broken(tokens, text)), verbs=verbs, clauses=clauses)


def _broken(tokens: list[Token], text: str) -> Iterator[int]:
    """Yield where blocks open that the author wrote on several lines, empty ones left out."""
    stack: list[int] = []
    for token in tokens:
        if token.text == "{":
            stack.append(token.start)
        elif token.text == "}":
            opened = stack.pop()
            inside = text[opened + 1 : token.start]
            if "\n" in inside and not inside.isspace():
                yield opened


def _nodes(item: syntax.AnyItem) -> Iterator[syntax.Syntax]:
    """Yield all syntax that may hold entries, steps or clauses."""
    todo: list[object] = [item]
    while todo:
        node = todo.pop()
        if isinstance(node, tuple):
            todo += node
        elif isinstance(node, syntax.Syntax) and not isinstance(node, _LEAVES):
            yield node
            kind: type = type(node)
            todo += [getattr(node, name) for name in _parts(kind)]


@cache
def _parts(cls: type) -> tuple[str, ...]:
    return tuple(each.name for each in fields(cls) if each.name != "span")


def table(item: syntax.AnyItem) -> object:
    """Return what makes one-line items a table when they stand below each other; None if they don't."""
    if isinstance(item, syntax.Budget):
        return "budget"
    if isinstance(item, syntax.Declaration) and item.value and item.settings and not item.type and not item.steps:
        return (item.visibility and item.visibility.name, item.kind.name)
    return None


@dataclass(slots=True, kw_only=True)
class _Frame:
    """An open bracket, or the item itself: how its lines are indented, and the line its current entry began on."""

    bracket: str
    indent: int
    broken: bool
    table: object = None
    entry: Line | None = None
    cells: int = 0


@dataclass(slots=True, kw_only=True)
class Layout:
    """Takes the tokens of an item one by one, trivia left out but for comments."""

    source: Source
    places: Places
    table: object
    lines: list[Line] = field(default_factory=list)
    _frames: list[_Frame] = field(default_factory=list)
    _last: Token | None = None
    _tight: bool = False
    _commented: bool = False
    _in_step: bool = False

    def start(self, token: Token, *, blank: bool) -> None:
        """Begin the item with its first word."""
        frame = _Frame(bracket="", indent=0, broken=False, table=self.table, cells=2)
        self._frames.append(frame)
        frame.entry = self._begin(0, blank=blank)
        self._write(token)

    def comment(self, token: Token, *, newlines: int, done: bool) -> None:
        """Put a comment behind the line or on a line of its own; `done` says that the item's last token is out."""
        if not newlines:
            self.lines[-1].text += "  " + token.text.rstrip()
            self._commented = True
            return
        inside = len(self._frames) > 1
        column = self.source.position(token.start).column
        indent = self._frames[-1].indent + INDENT if inside else INDENT
        blank = newlines > 1 and (self._commented or not self._opened_last)
        line = self._begin(0 if done and column == 1 else indent, blank=blank)
        line.text, line.comment, self._commented = token.text.rstrip(), True, True

    def token(self, token: Token, following: Token | None, *, newlines: int) -> None:
        """Put the next word or mark on this line or on a new one."""
        piped = token.text == "|" and following is not None and following.start in self.places.verbs
        frame = self._frames[-1]
        entry = frame.broken and token.start in self.places.entries
        closes = token.kind == "mark" and token.text == CLOSERS.get(frame.bracket)
        if piped or entry or (closes and frame.broken) or self._commented or (newlines and self._may_break(token)):
            self._new_line(piped=piped, entry=entry, closes=closes, blank=newlines > 1)
        else:
            self.lines[-1].text += self._space(token)
        if closes:
            self._frames.pop()
        self._commented = False
        self._write(token)

    @property
    def _opened_last(self) -> bool:
        return self._last is not None and self._last.text in CLOSERS

    def _may_break(self, token: Token) -> bool:
        """Say whether the author's line break before a token is kept."""
        last = self._last
        if last is None or token.start in self.places.verbs:
            return False
        if self._frames[-1].bracket in {"(", "["} and (last.text in {"(", "[", ","} or token.text in {")", "]"}):
            return True
        if token.start in self.places.clauses or token.text == "{":
            return False
        return token.text in OPERATORS or last.text in OPERATORS

    def _new_line(self, *, piped: bool, entry: bool, closes: bool, blank: bool) -> None:
        frame = self._frames[-1]
        last = self._last.text if self._last else ""
        fresh = entry or (bool(frame.bracket) and not closes and last in {*CLOSERS, ","})
        indent = frame.indent
        if piped:
            indent, self._in_step = INDENT, True
        elif not closes:
            indent += INDENT if frame.bracket else 0
            indent += 0 if fresh else CONTINUED
            indent += INDENT if self._in_step and not frame.bracket else 0
        line = self._begin(indent, blank=blank and fresh and (self._commented or not self._opened_last))
        for outer in self._frames[:-1] if entry or closes else self._frames:
            self._spoil(outer)
        if entry:
            frame.entry, frame.cells = line, 1
            self._last = None

    @staticmethod
    def _spoil(frame: _Frame) -> None:
        """Take an entry that goes on over a new line out of its table."""
        if frame.entry:
            frame.entry.cells.clear()
        frame.cells = 0

    def _begin(self, indent: int, *, blank: bool) -> Line:
        line = Line(indent=indent, blank=blank)
        self.lines.append(line)
        return line

    def _write(self, token: Token) -> None:
        line, frame = self.lines[-1], self._frames[-1]
        if frame.cells and frame.entry is line and self._is_cell(token, frame):
            line.table = frame.table
            line.cells.append(len(line.text))
            frame.cells -= 1
        line.text += self._reindented(token, line.indent + INDENT) if token.kind == "template" else token.text
        self._tight = token.text in {"(", "[", ".", ".."} or (token.text == "-" and not self._is_value(self._last))
        if token.kind == "mark" and token.text in CLOSERS:
            self._frames.append(self._opened(token, line))
        self._last = token

    def _is_cell(self, token: Token, frame: _Frame) -> bool:
        if frame.bracket:
            return token.text in {"=", "->"}
        return frame.table is not None and token.text in {"=", "{"}

    def _opened(self, token: Token, line: Line) -> _Frame:
        broken = token.start in self.places.broken
        return _Frame(bracket=token.text, indent=line.indent, broken=broken, table=token.start)

    def _space(self, token: Token) -> str:
        """Return what stands between the last token and this one on the same line."""
        last = self._last
        if last is None or self._tight or token.text in {",", ":", ")", "]", ".."}:
            return ""
        if token.text == "(":
            called = self._is_value(last) or (last.text == "by" and last.start not in self.places.clauses)
            return "" if called and last.kind == "word" else " "
        if token.text == ".":
            return "" if self._is_value(last) else " "
        if token.text == "}" and last.text == "{":
            return ""
        return " "

    def _is_value(self, token: Token | None) -> bool:
        return token is not None and token.ends_value and token.start not in self.places.verbs

    def _reindented(self, token: Token, indent: int) -> str:
        """Return a text with its lines moved to an indent; its value stays what it was."""
        span = self.source.span(token.start, token.end)
        place = template.layout(span)
        if "\n" not in token.text or place is None:
            return token.text
        lines = self.source.text[place.start : place.end].split("\n") if place.start < place.end else []
        moved = [line[len(place.indent) :].rstrip("\r") if line.strip(template.BLANK) else "" for line in lines]
        margin = " " * indent
        return "\n".join(['"""', *(margin + line if line else "" for line in moved if moved != [""]), margin + '"""'])
