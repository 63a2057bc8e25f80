"""Near duplicates: what is found, what is left, and what it costs."""

from __future__ import annotations

import random
import tracemalloc

from synthc.runtime.steps.near import WORDS, Near
from synthc.runtime.steps.shingles import shingles

VOCABULARY = [f"word{n}" for n in range(5_000)]


def texts(count: int, words: int, seed: int = 0) -> list[list[str]]:
    """Return texts of words that have nothing to do with each other."""
    draw = random.Random(seed)
    return [draw.choices(VOCABULARY, k=words) for _ in range(count)]


def likeness(left: str, right: str) -> float:
    """Return the exact Jaccard similarity of two texts."""
    one, other = set(shingles(left, WORDS).tolist()), set(shingles(right, WORDS).tolist())
    return len(one & other) / len(one | other)


def test_of_planted_pairs_nearly_all_are_found_and_no_others() -> None:
    """At the threshold itself more than 97 of 100, and never a text that is less like than that."""
    draw, near = random.Random(1), Near(0.8)
    dropped: dict[bool, list[bool]] = {True: [], False: []}
    for words in texts(400, 104):
        place = draw.randrange(len(words) - 8)
        changed = [*words[:place], *draw.choices(VOCABULARY, k=7), *words[place + 7 :]]
        first, second = " ".join(words), " ".join(changed)
        assert near.take(first)
        dropped[likeness(first, second) >= 0.8].append(not near.take(second))

    assert len(dropped[True]) > 350
    assert sum(dropped[True]) / len(dropped[True]) > 0.97
    assert not any(dropped[False])


def test_what_is_less_alike_stays() -> None:
    """Half of the words in common are not 80 in 100."""
    near = Near(0.8)
    for words, others in zip(texts(200, 100), texts(200, 100, seed=2), strict=True):
        assert near.take(" ".join(words))
        assert near.take(" ".join(words[:50] + others[50:]))


def test_case_and_punctuation_do_not_count() -> None:
    """Nor does it matter how short a text is."""
    near = Near(0.9)

    assert [near.take(text) for text in ("See you at 8!", "see you at 8", "see you at 9", "", "...")] == [True, False, True, True, False]


def test_long_texts_are_compared_by_a_sketch() -> None:
    """Of thousands of words a change of one in a hundred is noticed as little, of every other one as much."""
    (words,) = texts(1, 5_000)
    near = Near(0.9)
    assert near.take(" ".join(words))

    slightly = [*words[:4_950], *texts(1, 50, seed=2)[0]]
    greatly = [word if n % 2 else f"other{n}" for n, word in enumerate(words)]

    assert not near.take(" ".join(slightly))
    assert near.take(" ".join(greatly))


def test_a_kept_text_costs_a_few_kilobytes_however_long_it_is() -> None:
    """So a million of them fit into the memory of a server."""
    rows = [" ".join(words) for words in texts(100, 3_000)]
    near = Near(0.8)
    near.take(rows[0])  # what is imported or cached once does not count
    for row in rows:
        shingles(row, WORDS)
    tracemalloc.start()
    try:
        for row in rows[1:]:
            near.take(row)
        cost = tracemalloc.get_traced_memory()[0] / (len(rows) - 1)
    finally:
        tracemalloc.stop()

    assert cost < 5_000
