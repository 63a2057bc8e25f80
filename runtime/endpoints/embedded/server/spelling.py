"""How tokens are written as text: special ones by a name or not at all, parts of a character when it is whole."""

from __future__ import annotations

from dataclasses import dataclass, field

from tokenizers import Tokenizer

from synthc.runtime.endpoints.embedded.passage import NO, SPECIAL, TURN, YES

NAMED = {TURN: "\n", YES: "yes", NO: "no"}
"""Special tokens that are part of an answer: turns of a chat are its lines."""
UNKNOWN = "\ufffd"
LONGEST_CHARACTER = 4


@dataclass(slots=True, kw_only=True)
class Vocabulary:
    """The tokens; `texts` is how each is written when it stands alone."""

    tokenizer: Tokenizer
    texts: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Write each token once."""
        self.texts = tuple(self.text(id_) for id_ in range(self.tokenizer.get_vocab_size()))

    def text(self, id_: int) -> str:
        """Return the text of one token."""
        if id_ < len(SPECIAL):
            return NAMED.get(id_, SPECIAL[id_])
        return str(self.tokenizer.decode([id_]))

    def special(self, id_: int) -> bool:
        """Tell whether a token is no part of the text."""
        return id_ < len(SPECIAL) and id_ not in NAMED


@dataclass(slots=True, kw_only=True)
class Spelling:
    """A text as it grows."""

    vocabulary: Vocabulary
    text: str = ""
    _open: list[int] = field(default_factory=list)

    def add(self, id_: int) -> str:
        """Return what a token adds; a part of a character adds nothing until the rest is there."""
        if id_ < len(SPECIAL):
            added = self.rest() + ("" if self.vocabulary.special(id_) else NAMED[id_])
            self.text += added
            return added
        self._open.append(id_)
        found = str(self.vocabulary.tokenizer.decode(self._open))
        if found.endswith(UNKNOWN) and len(self._open) < LONGEST_CHARACTER:
            return ""
        self._open.clear()
        self.text += found
        return found

    def rest(self) -> str:
        """Return what a character that was never finished is written as."""
        found = str(self.vocabulary.tokenizer.decode(self._open)) if self._open else ""
        self._open.clear()
        return found
