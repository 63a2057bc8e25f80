"""What a run says while it goes on."""

from __future__ import annotations

from typing import Any

import pytest

from synthc.cli.progress import Lines


def test_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing can move, a node that goes on has a line every half minute; one that is private, of which nothing is counted, has none."""
    now = [0.0]
    lines = Lines(clock=lambda: now[0])
    lines({"event": "node_started", "node": "typed", "kind": "filter"})
    for second, done in ((10.0, 5), (30.0, 60), (40.0, 70), (61.0, 0), (62.0, 124)):
        now[0] = second
        lines({"event": "progress", "node": "typed", "done": done, "total": None, "unit": "rows", "loss": 3})

    assert capsys.readouterr().err == "typed: filter\ntyped: 60 rows, 2.0/s, loss 3\ntyped: 124 rows, 2.0/s, loss 3\n"


def asking(**more: Any) -> dict[str, Any]:
    """Return an event of a step that asks."""
    event = {"event": "progress", "node": "typed", "step": "judge", "unit": "rows", "done": 1200, "total": 20000, "about": False, "rate": 48.2, "left": 390.0}
    took = {"flying": 64, "requests": 1264, "retries": 2, "cached": 0, "tokens_in": 152_000, "tokens_out": 1264, "usd": 0.1234}
    return event | took | more


def test_asking_has_a_line_with_all_that_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    """Also while no answer comes, for then the retries are of interest."""
    now = [0.0]
    lines = Lines(clock=lambda: now[0])
    lines({"event": "node_started", "node": "typed", "kind": "filter"})
    now[0] = 31.0
    lines(asking())
    lines(asking(step="second", total=None))
    now[0] = 62.0
    lines(asking(done=0, about=True, rate=None, left=None, cached=7, usd=None))

    assert capsys.readouterr().err.splitlines()[1:] == [
        "typed (judge): 1,200/20,000 rows, 48.2/s, 6 min 30 s left, 64 in flight, $0.12, 2 asked again, tokens 152k in, 1,264 out",
        "typed (second): 1,200 rows, 48.2/s, 6 min 30 s left, 64 in flight, $0.12, 2 asked again, tokens 152k in, 1,264 out",
        "typed (judge): 0 of about 20,000 rows, 64 in flight, 2 asked again, tokens 152k in, 1,264 out, 7 answered before",
    ]
