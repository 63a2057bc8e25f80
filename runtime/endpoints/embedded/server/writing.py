"""One answer while it is written: which tokens may come, which one comes, and when it ends."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from synthc.runtime.endpoints.embedded.network import Array
from synthc.runtime.endpoints.embedded.passage import END, JUDGE, NO, SPECIAL, TURN, YES
from synthc.runtime.endpoints.embedded.server.grammar import Automaton
from synthc.runtime.endpoints.embedded.server.sampling import Decoding, draw, likely, logprobs
from synthc.runtime.endpoints.embedded.server.spelling import Spelling, Vocabulary


class Stuck(Exception):
    """No token may come next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One token of an answer."""

    id: int
    text: str
    logprob: float | None
    special: bool = False
    top: tuple[Token, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is to be written: the laid out prompt and the settings."""

    ids: tuple[int, ...]
    most: int
    decoding: Decoding
    seed: int
    stops: tuple[str, ...] = ()
    top_n: int = 0
    prefill: bool = False
    grammar: Automaton | None = None


@dataclass(slots=True, kw_only=True)
class Writing:
    """An answer that grows by one token at a time."""

    task: Task
    vocabulary: Vocabulary
    ids: list[int] = field(default_factory=list)
    finish: str | None = None
    _random: np.random.Generator = field(init=False)
    _spelling: Spelling = field(init=False)
    _free: NDArray[np.bool_] = field(init=False)
    _state: int = 0

    def __post_init__(self) -> None:
        """Begin."""
        self._random = np.random.default_rng(self.task.seed)
        self._spelling = Spelling(vocabulary=self.vocabulary)
        self._state = self.task.grammar.start if self.task.grammar else 0
        self._free = np.ones(len(self.vocabulary.texts), np.bool_)
        self._free[: len(SPECIAL)] = False
        self._free[[YES, NO]] = self.task.ids[0] == JUDGE

    @property
    def text(self) -> str:
        """What is written so far."""
        return self._spelling.text

    def next(self, logits: Array) -> Token:
        """Choose the next token of logits over V.

        Raises:
            Stuck: none may come.
        """
        task = self.task
        allowed = self._allowed()
        if not allowed.any():
            raise Stuck("the grammar goes on with a character that no token of the bundled model writes")
        scores = logprobs(logits, allowed, (*task.ids, *self.ids), task.decoding)
        chosen = draw(scores, self._random) if task.decoding.sampled else int(scores.argmax())
        token = self._token(chosen, scores, top=tuple(self._token(id_, scores) for id_ in likely(scores, task.top_n)))
        return self._add(token)

    def _allowed(self) -> NDArray[np.bool_]:
        grammar = self.task.grammar
        if grammar is not None:
            return grammar.allowed(self._state)
        self._free[[END, TURN]] = bool(self.ids) and self.ids[-1] != TURN  # an answer, and each turn of it, says something
        return self._free

    def _token(self, id_: int, scores: Array, top: tuple[Token, ...] = ()) -> Token:
        return Token(id=id_, text=self.vocabulary.texts[id_], logprob=float(scores[id_]), special=self.vocabulary.special(id_), top=top)

    def _add(self, token: Token) -> Token:
        task = self.task
        self.ids.append(token.id)
        added = self._spelling.add(token.id)
        if task.grammar is not None and token.id != END:
            after = task.grammar.after(self._state, token.id)
            assert after is not None, "only what the grammar allows is chosen"
            self._state = after
        if token.id == END:
            self.finish = "eos_token"
        elif any(stop and self.text.endswith(stop) for stop in task.stops):
            self.finish = "stop_sequence"
        elif len(self.ids) >= task.most:
            self.finish = "length"
        return token if token.special else Token(id=token.id, text=added, logprob=token.logprob, top=token.top)
