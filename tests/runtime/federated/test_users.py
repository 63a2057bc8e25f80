"""Users are read so that nobody's text or place changes what is done with another's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl

from synthc.runtime.federated.users import Users
from synthc.runtime.rows import ID, PART, USER, Dataset
from synthc.runtime.training.subwords import Subwords, learn
from synthc.runtime.training.vocab import Vocab
from tests.runtime.federated.small import VOCAB, device, flat, model

WROTE = {user * 8: [" ".join(f"w{(3 * int(user, 16) + 5 * line + word) % 40}" for word in range(6)) for line in range(9)] for user in "579"}
NEWCOMER = {"1" * 24: ["w1 w2 w3", "w4 w5"]}


def read(folder: Path, wrote: Mapping[str, list[str]], vocab: Vocab = VOCAB) -> Users:
    """Return the users of a dataset, saved and mapped back."""
    rows = [{ID: f"{user}{line}", USER: user, PART: "train", "text": text} for user, texts in wrote.items() for line, text in enumerate(texts)]
    folder.mkdir()
    pl.DataFrame(rows).write_parquet(folder / "part-00000.parquet")
    Users.of(Dataset(folder=folder), "train", "text", vocab).save(folder / "users")
    return Users.load(folder / "users")


def total_of(of: Users) -> np.ndarray:
    """Return the sum of everybody's clipped updates."""
    return device(of).clipped_sum(flat(model()), np.arange(len(of)), norm=0.3, seed=0, round_=0)[0]


def test_somebody_who_joins_changes_the_sum_by_at_most_the_clip(tmp_path: Path) -> None:
    """Also somebody who stands before all others and moves them by one place: the noise hides one update, not all."""
    without, joined = read(tmp_path / "without", WROTE), read(tmp_path / "joined", NEWCOMER | WROTE)

    assert len(joined) == len(without) + 1
    assert np.linalg.norm(total_of(joined) - total_of(without)) <= 0.3 * (1 + 1e-6)


def test_words_of_several_pieces_count_once(tmp_path: Path) -> None:
    """What bounds a user's part in a round are words, whatever the vocabulary."""
    pieces, bpe = learn({"w1": 1.0}, 260)
    users = read(tmp_path / "pieces", WROTE, Subwords(words=pieces, lowercase=True, bpe=bpe))
    first = users.batches(0, batch=4, max_words=12, max_sentences=None, random=np.random.default_rng(0))

    assert users.words(0) == 54
    assert len(users.encoded.ids) > 3 * 54
    assert sum(map(len, first)) == 2
