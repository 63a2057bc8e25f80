"""Rows that were set aside are tried again, with what depends on them; all others stay as they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from synthc.runtime import run as running
from synthc.runtime.endpoints.base import EndpointError, Request
from synthc.runtime.errors import InputError, NotMeant
from synthc.runtime.federated.charges import ledger_file
from synthc.runtime.outcome import Outcome
from synthc.runtime.retry import options_of, retried
from tests.runtime.asked import Asked, asked
from tests.runtime.project import DECLARED, Project, project


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


def test_at_temperature_0_there_is_nothing_to_ask_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same question has the same answer, which the ledger knows: that is said, and what rests on the rows stays."""
    made = asked(tmp_path, monkeypatch, lambda request: "none" if request.text.endswith("text 3") else "1").changed("  temperature = 0.8\n", "")
    first = made.run()
    made.endpoint.asked.clear()
    told: list[str] = []
    settings = options_of(made.folder, first.folder, retried(made.graph, first.folder, None), {})
    second = running.run(made.graph, settings, listeners=(lambda event: told.append(event["text"]) if event["event"] == "note" else None,))

    assert not made.endpoint.asked
    assert told == [
        "nothing to ask again: at temperature 0 a question has one answer, and it is in the ledger; change the prompt or set a temperature",
        "its rows are the same as before, so that what rests on them stays",
    ]
    assert statuses(second) == {"web": "cached", "counted": "done", "longer": "cached"}


def statuses(outcome: Outcome) -> dict[str, str]:
    """Return what became of each node."""
    return {node["name"]: node["status"] for node in outcome.document["nodes"]}


class Charged:
    """A run on real people of which one public row had no answer."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made: Project = project(folder, monkeypatch, population=DECLARED)
        self.made.text = self.made.text.replace("filter typed = web\n", "filter typed = web { max_failures = 50% }\n").replace("epsilon = 4, delta = 1e-8", "epsilon = 9, delta = 1e-8")
        reply, self.broken = self.made.endpoint.reply, True

        def broken(request: Request) -> object:
            if self.broken and request.answer["kind"] == "choice" and request.text == self.row:
                raise EndpointError("endpoint `embedded` answered 422: no")
            return reply(request)

        self.row = ""
        self.made.run(only="+typed")
        self.row = next(request.text for request in self.made.endpoint.asked if len(request.text) % 3)
        (folder / ".synth/ledger.sqlite").unlink()
        self.made.endpoint.reply = broken  # type: ignore[assignment]
        self.first = self.made.run(fresh=True, only="+tuned")
        assert self.first.problem is None

    def charges(self) -> int:
        """Return how many rounds were charged."""
        return len(ledger_file(self.made.folder, "some people").read_text().splitlines())

    def retry(self, consent: list[list[str]], *, refuse: bool = False) -> Outcome:
        """Try the row again; what is asked stands in `consent`."""

        def ask(mechanisms: list[str]) -> None:
            consent.append(mechanisms)
            if refuse:
                raise NotMeant("nothing was spent")

        options = options_of(self.made.folder, self.first.folder, retried(self.made.graph, self.first.folder, None), {})
        return running.run(self.made.graph, replace(options, consent=ask))


def test_rows_that_did_not_change_spend_no_privacy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The row fails again, so that nothing below it runs, nobody is asked about it, and the next run finds all as it was."""
    case, consent = Charged(tmp_path, monkeypatch), list[list[str]]()
    second = statuses(case.retry(consent))

    assert {name for name, status in second.items() if status == "done"} == {"typed", "keyboard"}
    assert second["tuned"] == "cached"
    assert consent == []
    assert case.charges() == 4
    assert statuses(case.made.run(only="+tuned"))["tuned"] == "cached"
    assert statuses(case.retry(consent))["tuned"] == "cached"


def test_rows_that_changed_spend_privacy_if_that_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked before anything below them is made; without consent all is as it was, with it the model is tuned anew."""
    case, consent = Charged(tmp_path, monkeypatch), list[list[str]]()
    case.broken = False
    rows = sorted(path.read_bytes() for path in (case.first.folder / "datasets/typed").glob("part-*"))
    result = (case.first.folder / "result.json").read_text()
    with pytest.raises(NotMeant):
        case.retry(consent, refuse=True)

    assert consent == [["tuned"]]
    assert case.charges() == 4
    assert rows == sorted(path.read_bytes() for path in (case.first.folder / "datasets/typed").glob("part-*"))
    assert result == (case.first.folder / "result.json").read_text()
    again = statuses(case.made.run(only="+tuned"))
    assert (again["typed"], again["tuned"]) == ("cached", "cached")

    meant = statuses(case.retry(consent))
    assert (meant["typed"], meant["corpus"], meant["tuned"]) == ("cached", "done", "done")
    assert case.charges() == 8
    assert statuses(case.made.run(only="+tuned"))["tuned"] == "cached"
