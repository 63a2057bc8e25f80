"""What one user can change is bounded, whatever that user's text is."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from synthc.runtime.federated.device import Device
from synthc.runtime.federated.users import Users
from synthc.runtime.training.repeatable import be_repeatable
from synthc.runtime.training.sentences import Encoded
from tests.runtime.federated.small import SETTINGS, VOCAB, device, flat, model, some_users, users

CLIP = 0.3
PLAIN = [["w1 w2 w3", "w4 w5"], ["w6 w7 w8 w9"], ["w2 w2 w2"]]


def total_of(of: Users, which: list[int], **local: float) -> np.ndarray:
    """Return the sum of clipped updates of some users."""
    return device(of, **local).clipped_sum(flat(model()), np.array(which, np.int64), norm=CLIP, seed=0, round_=0)[0]


@pytest.mark.parametrize(
    "odd",
    [["w1 " * 50] * 2_000, [], ["zzz qqq " * 30], ["w3"], ["w39 w0 " * 400]],
    ids=["twice a hundred thousand words", "no text", "unknown words alone", "one word", "one long line"],
)
@pytest.mark.parametrize("learning_rate", [0.5, 1e6], ids=["usual", "diverging"])
def test_one_user_changes_the_sum_by_at_most_the_clip(odd: list[str], learning_rate: float) -> None:
    """The sum with a user and without differ by at most the clip norm; nothing a user writes breaks the round."""
    of = users(*PLAIN, odd)
    with_user, without = (total_of(of, which, learning_rate=learning_rate) for which in ([0, 1, 2, 3], [0, 1, 2]))

    assert np.isfinite(with_user).all()
    assert np.linalg.norm(with_user - without) <= CLIP * (1 + 1e-6)


def test_a_million_sentences_of_one_user_change_no_more() -> None:
    """Whoever typed without end is one user."""
    few = users(*PLAIN)
    ids, starts = few.encoded.ids, few.encoded.starts
    many = Encoded(ids=np.concatenate([ids, np.tile(ids[:4], 1_000_000)]), starts=np.concatenate([starts, starts[-1] + 4 * np.arange(1, 1_000_001)]))
    of = Users(encoded=many, firsts=np.append(few.firsts, len(many.starts) - 1), numbers=np.arange(4, dtype=np.uint64))
    with_user, without = (total_of(of, which) for which in ([0, 1, 2, 3], [0, 1, 2]))

    assert 0 < np.linalg.norm(with_user - without) <= CLIP * (1 + 1e-6)


sentence = st.lists(st.sampled_from([*(f"w{word}" for word in range(40)), "zzz", "\u4f60", ""]), max_size=60).map(" ".join)


@given(st.lists(st.lists(sentence, max_size=6), min_size=1, max_size=4), st.sampled_from([1e-6, 0.5, 1e6, 1e30]), st.data())
@settings(max_examples=30, deadline=None)
def test_no_texts_let_a_user_who_is_there_or_drops_out_change_more(texts: list[list[str]], learning_rate: float, data: st.DataObject) -> None:
    """Random people, steps small and huge: whoever is taken out, of all or of those who did not drop out, the sum moves by at most the clip."""
    of = users(*texts)
    there = data.draw(st.lists(st.sampled_from(range(len(texts))), unique=True, min_size=1).map(sorted))
    out = data.draw(st.sampled_from(there))
    with_user, without = (total_of(of, which, learning_rate=learning_rate) for which in (there, [user for user in there if user != out]))

    assert np.isfinite(with_user).all()
    assert np.linalg.norm(with_user - without) <= CLIP * (1 + 1e-6)


def test_others_are_not_changed_by_a_user() -> None:
    """What a user contributes does not depend on who else is in the chunk."""
    of = some_users(3)

    assert np.allclose(total_of(of, [0, 1, 2]), sum(total_of(of, [user]) for user in range(3)), atol=1e-12)


class Keeping(torch.nn.Module):
    """A model of another package: it remembers what it read, and leaves some of it out by chance."""

    read: torch.Tensor

    def __init__(self) -> None:
        """Have a weight, a memory that is not saved, and a weight that is fixed."""
        super().__init__()
        self.out = torch.nn.Embedding(VOCAB.size, VOCAB.size)
        self.fixed = torch.nn.Parameter(torch.zeros(1), requires_grad=False)
        self.register_buffer("read", torch.zeros(1), persistent=False)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Return logits that rest on all that was ever read."""
        with torch.no_grad():
            self.read += ids.sum()
            self.fixed += 1
        kept: torch.Tensor = torch.nn.functional.dropout(self.out(ids), 0.5, self.training)
        return kept * (1 + self.read + self.fixed)


def test_nothing_that_a_model_keeps_goes_from_one_user_to_the_next() -> None:
    """Else one user's text would change the updates of all who follow, and the noise hides one update."""
    of, worker = some_users(3), Keeping()
    settings = {**SETTINGS, "local": {**SETTINGS["local"], "learning_rate": 1e-3}}
    lent = Device(model=worker, users=of, settings=settings)
    start = flat(worker)
    state = torch.random.get_rng_state()
    alone, behind = (lent.clipped_sum(start, np.array(who, np.int64), norm=1e9, seed=0, round_=0)[0] for who in ([2], [0, 1, 2]))
    others = lent.clipped_sum(start, np.array([0, 1], np.int64), norm=1e9, seed=0, round_=0)[0]

    assert np.linalg.norm(alone) > 0
    assert np.allclose(behind - others, alone, atol=1e-9)
    assert torch.equal(torch.random.get_rng_state(), state)


def test_an_empty_chunk_is_a_sum_of_nothing() -> None:
    """A worker without users answers zero."""
    assert not total_of(some_users(2), []).any()


def test_a_round_reads_at_most_max_words_of_a_user() -> None:
    """However much a user wrote, a round reads about `max_words` of it."""
    of = users(["w1 w2 w3 w4 w5"] * 100)
    _, stats = device(of, max_words=50).clipped_sum(flat(model()), np.array([0]), norm=CLIP, seed=0, round_=0)

    words, end_marks = 50, 10
    assert stats[2] == words + end_marks


def test_training_on_a_device_lowers_its_loss() -> None:
    """The update points to where the user's text is more likely."""
    of = users(["w1 w2 w3 w4"] * 8)
    tuned, start = device(of, epochs=5), flat(model())
    first = tuned.clipped_sum(start, np.array([0]), norm=CLIP, seed=0, round_=0)
    after = (start + 20 * first[0]).astype(np.float32)
    second = tuned.clipped_sum(after, np.array([0]), norm=CLIP, seed=0, round_=1)

    assert second[1][3] < first[1][3]


def test_what_would_give_other_numbers_each_time_is_refused() -> None:
    """A round that is tried again has to be the same; memory that is written anyway is not filled before."""
    be_repeatable()

    with pytest.raises(RuntimeError, match="does not have a deterministic implementation"):
        torch.zeros(3).put_(torch.tensor([0, 0]), torch.ones(2))
    assert not torch.utils.deterministic.fill_uninitialized_memory
