"""Where in an item the cursor stands, read from the words before it; so it is known in an item that doesn't parse, too."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property

from synthc.dsl.items import Cut
from synthc.dsl.source import Source
from synthc.dsl.tokens import CLOSERS, Token, tokens
from synthc.lsp.outline import VISIBILITIES

CLAUSES = frozenset({"on", "over", "to", "by", "as", "using", "from"})
WITHOUT_STEPS = frozenset({"prompt", "test", "budget", "publish", "import", "synth"})
TRIPLE = '"""'
_HOLE = re.compile(r"(?<!\\)\{\{|\}\}")
_WORD = re.compile(r"\w*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """An open bracket, or the item itself (`opener` is empty) or a hole (`{{`).

    `before` are the words of the frame around it that lead up to it, `entry` those inside since the last
    separator, of which `index` came before; `clause` is the word of the clause that the entry belongs to;
    `at` is where the bracket stands.
    """

    opener: str
    before: tuple[Token, ...] = ()
    role: str = ""
    entry: tuple[Token, ...] = ()
    index: int = 0
    clause: str = ""
    at: int = 0

    @property
    def words(self) -> tuple[str, ...]:
        """The texts of its entry."""
        return tuple(token.text for token in self.entry)

    @property
    def callee(self) -> tuple[str, ...]:
        """The dotted name right before a round bracket."""
        return chain(self.before) if self.opener == "(" else ()

    @property
    def named(self) -> str:
        """The name of the setting or argument whose value is being written."""
        words = self.words
        return words[0] if len(words) > 1 and words[1] == "=" and self.entry[0].kind == "word" else ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Place:
    """What leads up to the cursor: the item's first words, its steps so far, the open brackets, and the word begun.

    `quoted` is the beginning of a text that the cursor stands in, `comment` one of a comment.
    """

    source: Source
    offset: int
    start: int
    end: int
    cut: Cut | None
    head: tuple[Token, ...] = ()
    steps: tuple[Token, ...] = ()
    frames: tuple[Frame, ...] = (Frame(opener=""),)
    quoted: Token | None = None
    comment: Token | None = None
    number: bool = False
    line_begun: bool = False

    @property
    def word(self) -> str:
        """What was typed of the word so far."""
        return self.source.text[self.start : self.offset]

    @property
    def inner(self) -> Frame:
        """The innermost open bracket."""
        return self.frames[-1]

    @cached_property
    def visibility(self) -> str:
        """`public`, `private` or nothing."""
        return self.head[0].text if self.head and self.head[0].text in VISIBILITIES and len(self.head) > 1 else ""

    @cached_property
    def kind(self) -> str:
        """The kind of the item; empty while it is being written."""
        words = self.head[1:] if self.visibility else self.head
        return words[0].text if words else ""

    @cached_property
    def name(self) -> str:
        """The name that the item declares or is about, once it is written."""
        words = self.head[2:] if self.visibility else self.head[1:]
        return words[0].text if words else ""

    @cached_property
    def made_by(self) -> str:
        """The word right behind the first `=`, which in many kinds is the call that makes the thing."""
        words = [token.text for token in self.head]
        return words[words.index("=") + 1] if "=" in words[:-1] else ""

    @property
    def verb(self) -> str:
        """The verb of the step that the cursor stands in; empty outside of steps."""
        return self._verb.text if self.steps and self._verb is not None else ""

    @property
    def _verb(self) -> Token | None:
        pipe = self.steps[-1]
        written = (token for token in tokens(self.source.text, pipe.end, self.offset) if not token.trivial)
        return next(written, None)

    @property
    def members(self) -> tuple[str, ...]:
        """The dotted name that the word being typed is a member of."""
        entry = self.inner.entry
        return chain(entry[:-1]) if entry and entry[-1].text == "." else ()

    @property
    def line_goes_on(self) -> bool:
        """Whether a whole value stands right before the word, so that only an operator or a mark can go on."""
        entry = self.inner.entry
        return bool(entry) and entry[-1].ends_value

    @property
    def after_dot(self) -> bool:
        """Whether a dot stands right before the word."""
        return bool(self.inner.entry) and self.inner.entry[-1].text == "."


def chain(before: tuple[Token, ...]) -> tuple[str, ...]:
    """Return the dotted name that some words end in, `()` standing for a call in it."""
    names: list[str] = []
    wanted = True
    for token in reversed(before):
        if wanted and token.kind == "word":
            names.append(token.text)
        elif wanted or token.text != ".":
            break
        wanted = not wanted
    return tuple(reversed(names)) if not wanted or not names else ()


def place_at(source: Source, cut: Cut | None, offset: int) -> Place:
    """Return where a cursor stands."""
    if cut is None:
        return _bare(source, None, offset)
    if offset <= cut.head:
        comment = next((t for t in tokens(source.text, cut.start, cut.head) if t.kind == "comment" and t.start < offset <= t.end), None)
        return replace(_bare(source, cut, offset), comment=comment)
    written = list(tokens(source.text, cut.head, offset))
    reader = _Reader(source=source, cut=cut, offset=offset)
    return reader.read(written)


def _bare(source: Source, cut: Cut | None, offset: int) -> Place:
    end = offset + len(_WORD.match(source.text, offset)[0])  # type: ignore[index]  # it matches everywhere
    return Place(source=source, offset=offset, start=offset, end=end, cut=cut)


@dataclass(slots=True, kw_only=True)
class _Reader:
    """Walks over the words before the cursor."""

    source: Source
    cut: Cut
    offset: int
    head: list[Token] = field(default_factory=list)
    steps: list[Token] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=lambda: [Frame(opener="")])
    last: Token | None = None
    equals: bool = False
    newline: bool = False

    def read(self, written: list[Token]) -> Place:
        for at, token in enumerate(written):
            if token.kind == "comment" and token.end == self.offset:
                return replace(self._place(), comment=token)
            if token.kind == "open":
                broken = token.text != TRIPLE and any(other.kind == "newline" for other in written[at:])
                if not broken:
                    return self._inside(token)
            elif token.kind == "newline":
                self.newline = True
            elif token.kind == "word" and token.end == self.offset:
                return self._place(token)
            elif token.kind == "number" and token.end == self.offset:
                return replace(self._place(token), number=True)
            elif not token.trivial:
                self._take(token)
        return self._place()

    def _place(self, word: Token | None = None) -> Place:
        start = word.start if word is not None else self.offset
        if self.newline and self.frames[-1].opener == "{" and self.last is not None and self.last.ends_value:
            self._next_entry()
        end = self.offset + len(_WORD.match(self.source.text, self.offset)[0])  # type: ignore[index]  # it matches everywhere
        frames = tuple(self.frames)
        return Place(
            source=self.source,
            offset=self.offset,
            start=start,
            end=end,
            cut=self.cut,
            head=tuple(self.head),
            steps=tuple(self.steps),
            frames=frames,
            line_begun=self.newline,
        )

    def _inside(self, quote: Token) -> Place:
        """Return the place in a text that is open, or in a hole of it."""
        begin = quote.start + (3 if quote.text == TRIPLE else 1)
        content = self.source.text[begin : self.offset]
        holes = list(_HOLE.finditer(content)) if quote.text == TRIPLE else []
        if not holes or holes[-1][0] == "}}":
            return replace(self._place(), quoted=Token("text", content, begin), start=self.offset)
        self.frames.append(Frame(opener="{{", before=self.frames[-1].entry, role="hole"))
        self.last, self.newline = None, False
        return self.read(list(tokens(self.source.text, begin + holes[-1].end(), self.offset)))

    def _take(self, token: Token) -> None:
        top = self.frames[-1]
        if len(self.frames) == 1 and not self.equals and len(self.head) < 5:
            self.head.append(token)
        if self.newline and top.opener == "{" and self.last is not None and self.last.ends_value and token.kind == "word":
            self._next_entry()
        self.newline = False
        if token.kind == "mark" and token.text in CLOSERS:
            self.frames.append(Frame(opener=token.text, before=self.frames[-1].entry, role=self._role(token), at=token.start))
        elif token.kind == "mark" and token.text in CLOSERS.values():
            self._close(token)
        elif token.text == "," or (token.text == "|" and self._begins_step(token)):
            self._next_entry(step=token.text == "|")
        elif token.text in CLAUSES and len(self.frames) == 1:
            self.frames[0] = Frame(opener="", clause=token.text)
        else:
            self._add(token)
            self.equals = self.equals or (token.text == "=" and len(self.frames) == 1)
        self.last = token

    def _begins_step(self, token: Token) -> bool:
        kind = self.head[1].text if len(self.head) > 1 and self.head[0].text in VISIBILITIES else self.head[0].text if self.head else ""
        begins = len(self.frames) == 1 and self.equals and kind not in WITHOUT_STEPS
        if begins:
            self.steps.append(token)
        return begins

    def _close(self, token: Token) -> None:
        if len(self.frames) > 1 and CLOSERS.get(self.frames[-1].opener) == token.text:
            self.frames.pop()
            self._add(Token("mark", f"{'{' if token.text == '}' else '('}...", token.start) if token.text != ")" else token)

    def _next_entry(self, *, step: bool = False) -> None:
        top = self.frames[-1]
        self.frames[-1] = replace(top, entry=(), index=0 if step else top.index + 1, clause="" if step else top.clause)

    def _add(self, token: Token) -> None:
        self.frames[-1] = replace(self.frames[-1], entry=(*self.frames[-1].entry, token))

    def _role(self, token: Token) -> str:
        """Return what a block is: settings, cases, a record or a type."""
        words, last = self.frames[-1].words, self.last.text if self.last is not None else ""
        typed = ":" in words and "=" not in words
        answer = len(self.frames) == 1 and "->" in words and last in {"->", "list"}
        if typed or answer or self.frames[-1].role == "type":
            return "type"
        if token.text != "{":
            return ""
        if len(self.frames) > 1:
            return "record" if last in {"=", "(", "[", ","} else "cases"
        return "cases" if self.head and self.head[0].text == "test" else "settings"
