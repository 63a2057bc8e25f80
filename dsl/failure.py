"""Where the parser gave up in an item, and what stands around that place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from synthc.dsl.source import Source, Span
from synthc.dsl.tokens import CLOSERS, Token, tokens


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Where the parser gave up in a stretch of text, and what it would have taken there."""

    source: Source
    start: int
    end: int
    at: int
    accepts: frozenset[str]
    whole: str = "item"

    @cached_property
    def tokens(self) -> list[Token]:
        """All words and marks of the stretch."""
        return [token for token in tokens(self.source.text, self.start, self.end) if not token.trivial]

    @cached_property
    def before(self) -> list[Token]:
        """The words and marks that were still in order."""
        return [token for token in self.tokens if token.end <= self.at]

    @cached_property
    def found(self) -> Token:
        """What the parser stumbled over; empty at the end of the stretch."""
        rest = (token for token in self.tokens if token.end > self.at)
        return next(rest, Token("end", "", self.end))

    @cached_property
    def last(self) -> Token:
        """What stands before it."""
        return self.before[-1] if self.before else Token("start", "", self.start)

    @cached_property
    def after(self) -> Token:
        """What follows it."""
        rest = (token for token in self.tokens if token.start >= self.found.end)
        return next(rest, Token("end", "", self.end))

    @cached_property
    def open(self) -> list[Token]:
        """The brackets that are open there, outermost first."""
        stack: list[Token] = []
        for token in self.before:
            if token.kind == "mark" and token.text in CLOSERS:
                stack.append(token)
            elif token.kind == "mark" and stack and token.text == CLOSERS[stack[-1].text]:
                stack.pop()
        return stack

    @property
    def takes_value(self) -> bool:
        """Whether a value may stand there."""
        return "NUMBER" in self.accepts and "SQUARE" in self.accepts

    def span(self, token: Token) -> Span:
        """Return the place of a token."""
        return self.source.span(token.start, token.end)

    @property
    def place(self) -> Span:
        """What to point at: the stumbling block, or at the end the last thing that was there."""
        return self.span(self.found if self.found.text else self.last)
