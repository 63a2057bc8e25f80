"""The private text of the users who train, encoded once and mapped into the memory of every worker."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from synthc.runtime.rows import USER, Dataset
from synthc.runtime.training.sentences import Encoded
from synthc.runtime.training.vocab import Vocab

LONGEST_SENTENCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Users:
    """Sentences grouped by user: user i has those from `firsts[i]` to `firsts[i + 1]`.

    `numbers[i]` is user i's own, from the hashed id: what is drawn for a user is drawn by it and not
    by the place, which is another when somebody joins; else one user would change all others' updates.
    """

    encoded: Encoded
    firsts: NDArray[np.int64]
    numbers: NDArray[np.uint64]

    @classmethod
    def of(cls, rows: Dataset, part: str, column: str, vocab: Vocab) -> Users:
        """Encode the rows of a part, users in the order of their hashed ids."""
        frame = rows.part(part, [column])
        ids: list[int] = []
        starts, words, firsts, numbers = [0], list[int](), [0], list[int]()
        for (user,), group in frame.group_by(USER, maintain_order=True):
            own = Encoded.of(group[column], vocab, LONGEST_SENTENCE)
            starts.extend((own.starts[1:] + len(ids)).tolist())
            words.extend(own.words_each(np.arange(len(own))).tolist())
            ids.extend(own.ids.tolist())
            firsts.append(len(starts) - 1)
            numbers.append(int(str(user)[:16], 16))
        encoded = Encoded(ids=np.array(ids, np.int32), starts=np.array(starts, np.int64), words_of=np.array(words, np.int64))
        return cls(encoded=encoded, firsts=np.array(firsts, np.int64), numbers=np.array(numbers, np.uint64))

    def save(self, folder: Path) -> None:
        """Write all arrays; the last one tells that they are complete."""
        folder.mkdir(parents=True, exist_ok=True)
        self.encoded.save(folder)
        np.save(folder / "firsts.npy", self.firsts)
        np.save(folder / "numbers.npy", self.numbers)

    @classmethod
    def load(cls, folder: Path) -> Users:
        """Map what `save` wrote into memory."""
        return cls(encoded=Encoded.load(folder), firsts=np.load(folder / "firsts.npy"), numbers=np.load(folder / "numbers.npy"))

    def __len__(self) -> int:
        """Return the number of users."""
        return len(self.firsts) - 1

    def words(self, user: int) -> int:
        """Return how many words a user wrote."""
        return self.encoded.words_in(np.arange(self.firsts[user], self.firsts[user + 1]))

    def batches(self, user: int, *, batch: int, max_words: int, max_sentences: int | None, random: np.random.Generator) -> list[NDArray[np.int64]]:
        """Return batches of sentences, drawn until a user's words or sentences reach their bound, alike in length."""
        order = random.permutation(np.arange(self.firsts[user], self.firsts[user + 1]))
        lengths = self.encoded.words_each(order)
        order = order[np.cumsum(lengths) - lengths < max_words][:max_sentences]
        order = order[np.argsort(np.diff(self.encoded.starts)[order], kind="stable")]
        groups = [order[i : i + batch] for i in range(0, len(order), batch)]
        return [groups[i] for i in random.permutation(len(groups))]
