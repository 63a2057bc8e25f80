"""What an answer must match, as tokens that may come next.

A regular expression is made an automaton over characters; which tokens it takes in a state is found
when the state is first reached. A token that is a part of a character is never taken.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from synthc.runtime.endpoints.embedded.passage import END, SPECIAL
from synthc.runtime.endpoints.embedded.server.bodies import Grammar
from synthc.runtime.endpoints.embedded.server.schema import NoSuchGrammar, regex_of
from synthc.runtime.endpoints.embedded.server.spelling import NAMED, UNKNOWN

T = TypeVar("T")
LARGEST = 4_000
"""Characters that a regular expression stands for, repetitions written out; a larger one takes too long to be made an automaton."""


@dataclass(slots=True, kw_only=True)
class Automaton:
    """An expression over a vocabulary."""

    start: int
    finals: frozenset[int]
    moves: dict[int, dict[int, int]]
    symbols: dict[str, int]
    other: int
    texts: tuple[str, ...]
    _allowed: dict[int, NDArray[np.bool_]] = field(default_factory=dict)

    def allowed(self, state: int) -> NDArray[np.bool_]:
        """Return which tokens may come in a state; the end may where the expression is matched."""
        if state not in self._allowed:
            found = np.array([self._writes(id_) and self.after(state, id_) is not None for id_ in range(len(self.texts))])
            found[END] = state in self.finals
            self._allowed[state] = found
        return self._allowed[state]

    def after(self, state: int, token: int) -> int | None:
        """Return the state behind a token, None where it leads nowhere."""
        found: int | None = state
        for character in self.texts[token]:
            found = self.moves[state].get(self.symbols.get(character, self.other)) if found is not None else None
            if found is None:
                return None
            state = found
        return found

    def _writes(self, token: int) -> bool:
        text = self.texts[token]
        return bool(text) and UNKNOWN not in text and (token >= len(SPECIAL) or token in NAMED)


def expression(grammar: Grammar) -> str:
    """Return the regular expression of a grammar.

    Raises:
        NoSuchGrammar: it has none.
    """
    if grammar.type == "regex":
        if not isinstance(grammar.value, str):
            raise NoSuchGrammar("the value of a regex is a text")
        return grammar.value
    schema: Any = grammar.value if grammar.value is not None else grammar.json_schema
    if isinstance(schema, str):
        try:
            schema = json.loads(schema)
        except ValueError as problem:
            raise NoSuchGrammar(str(problem)) from None
    if isinstance(schema, dict) and isinstance(schema.get("schema"), dict):
        schema = schema["schema"]
    if not isinstance(schema, dict):
        raise NoSuchGrammar("a JSON schema is an object")
    try:
        return regex_of(schema)
    except (TypeError, ValueError, AttributeError) as problem:
        raise NoSuchGrammar(str(problem)) from None


def _followed(read: Callable[[], T]) -> T:
    try:
        return read()
    except Exception as problem:  # noqa: BLE001 - the library raises whatever it likes
        raise NoSuchGrammar(f"the expression cannot be followed ({str(problem) or type(problem).__name__})") from None


def written_out(part: Any) -> int:
    """Return the characters of a parsed expression, each as often as it may be repeated by a number."""
    if hasattr(part, "base"):
        return int(max(1, part.min, part.max or 0)) * written_out(part.base)
    inner = getattr(part, "options", None) or getattr(part, "parts", None) or (getattr(part, "inner", None),)
    return 1 if inner == (None,) else sum(map(written_out, inner))


@lru_cache(maxsize=64)
def automaton(pattern: str, texts: tuple[str, ...]) -> Automaton:
    """Return the automaton of an expression.

    Raises:
        NoSuchGrammar: it is no regular expression, or of a kind that automata cannot follow.
    """
    import interegular
    from interegular.fsm import anything_else

    parsed = _followed(lambda: interegular.parse_pattern(pattern))
    if (size := written_out(parsed)) > LARGEST:
        raise NoSuchGrammar(f"written out the expression has {size:,} characters, more than {LARGEST:,}")
    machine: Any = _followed(parsed.to_fsm)
    found = machine.reduce()
    live = {state for state in found.states if found.islive(state)}
    moves = {state: {symbol: to for symbol, to in found.map.get(state, {}).items() if to in live} for state in live}
    symbols = {symbol: number for symbol, number in found.alphabet.items() if symbol is not anything_else}
    made = Automaton(start=found.initial, finals=frozenset(found.finals), moves=moves, symbols=symbols, other=found.alphabet[anything_else], texts=texts)
    if found.initial not in live or not made.allowed(found.initial).any():
        raise NoSuchGrammar("no answer of this vocabulary can match it")
    return made
