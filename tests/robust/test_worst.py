"""The worst texts take time in proportion to their length and to what there is to say of them."""

from __future__ import annotations

import time

import pytest

from synthc.dsl.format import format_source
from synthc.dsl.source import Source
from tests.robust.promises import checks
from tests.robust.worst import HOLES, RAW, VALUE, WORST, WRITTEN

SIZE = 3_000


@pytest.mark.parametrize("name", WORST)
def test_worst_texts_are_quick(name: str) -> None:
    """Three seconds would be long for a few thousand characters; whatever is quadratic would take them."""
    text = WORST[name](SIZE)
    start = time.process_time()

    found = checks(text)
    once = format_source(Source(path="spec.synth", text=text))

    assert time.process_time() - start < 3 + 0.002 * len(found)
    assert format_source(Source(path="spec.synth", text=once)) == once


def test_every_worst_text_is_tried() -> None:
    """Names of texts collide with none of another kind."""
    assert len(WORST) == len(RAW) + len(VALUE) + len(HOLES) + len(WRITTEN)
