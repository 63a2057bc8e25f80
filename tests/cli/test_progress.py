"""What a run says while it goes on."""

from __future__ import annotations

import pytest

from synthc.cli.progress import Lines


def test_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing can move, a node that goes on has a line every half minute; one that is private, of which nothing is counted, has none."""
    now = [0.0]
    lines = Lines(clock=lambda: now[0])
    lines({"event": "node_started", "node": "typed", "kind": "filter"})
    for second, done in ((10.0, 5), (30.0, 60), (40.0, 70), (61.0, 0), (62.0, 124)):
        now[0] = second
        lines({"event": "progress", "node": "typed", "done": done, "total": None, "unit": "answers", "requests": 3})

    assert capsys.readouterr().err == "typed: filter\ntyped: 60 answers, 2.0/s, requests 3\ntyped: 124 answers, 2.0/s, requests 3\n"
