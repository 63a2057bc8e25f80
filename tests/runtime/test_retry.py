"""Rows that were set aside are tried again, with what depends on them; all others stay as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthc.runtime import run as running
from synthc.runtime.endpoints.base import EndpointError, Request
from synthc.runtime.errors import InputError
from synthc.runtime.outcome import Outcome
from synthc.runtime.retry import options_of, retried
from tests.runtime.asked import Asked, asked


def counts(outcome: Outcome) -> dict[str, int]:
    """Return the rows of each node."""
    return {node["name"]: node["rows"] for node in outcome.document["nodes"]}


def retry(made: Asked, outcome: Outcome, name: str | None = None) -> Outcome:
    """Try again what was set aside."""
    names = retried(made.graph, outcome.folder, name)
    return running.run(made.graph, options_of(made.folder, outcome.folder, names, {}))


def test_an_answer_that_could_not_be_read_is_asked_for_with_other_seeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of that row alone; what depends on it is made again, and the same command finds it."""
    bad = [True]
    made = asked(tmp_path, monkeypatch, lambda request: "none" if bad[0] and request.text.endswith("text 3") else "1")
    first = made.run()
    seeds = {request.seed for request in made.endpoint.asked}
    bad[0] = False
    made.endpoint.asked.clear()
    second = retry(made, first)

    assert (counts(first)["longer"], counts(second)["longer"]) == (9, 10)
    assert [request.text.rpartition(" ")[2] for request in made.endpoint.asked] == ["3"]
    assert made.endpoint.asked[0].seed not in seeds
    assert second.folder == first.folder
    assert not (second.folder / "failures" / "counted.jsonl").exists()
    assert counts(made.run()) == counts(second)


def test_a_request_that_failed_is_sent_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, for that row."""
    broken = [True]

    def reply(request: Request) -> str:
        if broken[0] and request.text.endswith("text 5"):
            raise EndpointError("endpoint `llm` answered 422: no")
        return "1"

    made = asked(tmp_path, monkeypatch, reply)
    first = made.run()
    broken[0] = False
    made.endpoint.asked.clear()

    assert counts(retry(made, first, "counted")) == {"web": 10, "counted": 10, "longer": 10}
    assert len(made.endpoint.asked) == 1


def test_where_nothing_was_set_aside_there_is_nothing_to_try(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a node that asks nobody is said to be one."""
    made = asked(tmp_path, monkeypatch)
    outcome = made.run()

    with pytest.raises(InputError, match="no row of this run was set aside for want of an answer"):
        retry(made, outcome)
    with pytest.raises(InputError, match="`longer` has no questions to try again: it asks nobody; there are `counted`"):
        retry(made, outcome, "longer")
