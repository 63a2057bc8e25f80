"""What one user can change is bounded, whatever that user's text is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthc.runtime.federated.users import Users
from tests.runtime.federated.small import device, flat, model, some_users, users

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
