"""No test passes by chance: what a run draws from the system's entropy is, in a test, the same each time."""

from __future__ import annotations

import random
import secrets

from tests.conftest import ENTROPY


def drawn() -> list[object]:
    """Draw in each way in which the product does."""
    return [secrets.token_bytes(8), secrets.token_hex(8), secrets.randbits(63), random.SystemRandom().random()]


def test_what_comes_from_the_system_is_drawn_from_the_stream_of_a_test() -> None:
    """And goes on, so that two keys of a test differ."""
    ENTROPY.seed("a test")
    first, next_ = drawn(), drawn()
    ENTROPY.seed("a test")

    assert drawn() == first
    assert drawn() == next_ != first
