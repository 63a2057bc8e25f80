"""What a device of an exported app does by itself: where its text is, what it sends, what it counts and declines."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from flwr.app import Context, RecordDict

from synthc.compiler.graph.accounting import largest_squared_mu
from synthc.runtime.errors import InputError
from synthc.runtime.federated.deployed.apps import client
from synthc.runtime.federated.deployed.book import Book
from synthc.runtime.federated.deployed.joined import Declined, join
from synthc.runtime.federated.deployed.terms import Terms, terms
from synthc.runtime.federated.deployed.text import text_file, texts
from synthc.runtime.federated.flat import flat
from synthc.runtime.federated.grid import RUN
from synthc.runtime.federated.messages import Done, Task
from synthc.runtime.training.checkpoint import load_model
from tests.runtime.federated.phones import ADAPTIVE, TREE, app, graph, lines, phones


def joins(text: Path, of: Terms, *rounds: int, run: int = RUN) -> list[bool]:
    """Tell of each round whether a device joins it."""
    found = []
    for round_ in rounds:
        try:
            join(text, of, round_, run)
            found.append(True)
        except Declined:
            found.append(False)
    return found


def test_a_device_that_comes_back_under_another_id_joins_no_more_than_was_promised(tmp_path: Path) -> None:
    """A SuperNode without keys of its own has a new id after each start; the device itself counts, also behind a line that a kill cut off."""
    of, text = app(tmp_path, participations=2), tmp_path / "typed.jsonl"

    assert joins(text, of, 0) == [True]
    with (tmp_path / "typed.jsonl.joined").open("a") as file:
        file.write('{"app": "' + of.app + '", "rou')
    assert joins(text, of, 1, 2, 1) == [True, False, False]
    (tmp_path / "typed.jsonl.joined").write_text((tmp_path / "typed.jsonl.joined").read_text().rstrip())
    assert joins(text, of, 2) == [False]
    assert [(line["round"], line["federation"], line["epsilon"]) for line in lines(tmp_path / "typed.jsonl.joined")] == [(0, "tuned", of.epsilon), (1, "tuned", of.epsilon)]


def test_server_and_device_both_hold_the_separation(tmp_path: Path) -> None:
    """A server that lost its book, or a device that comes back under another id, does not bring a user back too soon."""
    of, text = app(tmp_path, dp=TREE, rounds=9), tmp_path / "typed.jsonl"
    book = Book(folder=tmp_path, terms=of)
    book.take([1, 2], 0)
    book.take([3], 1)

    assert book.may([1, 2, 3], 1) == [3]
    assert book.may([1, 2, 3], 2) == [1, 2]
    assert Book(folder=tmp_path, terms=of).may([1, 2, 3], 3) == [1, 2, 3]
    assert joins(text, of, 3, 3, 4, 2, 5, 0) == [True, False, False, False, True, False]


def test_a_round_that_a_stopped_server_left_open_is_joined_again(tmp_path: Path) -> None:
    """In another run, once more for nothing; in the same run a device that was started anew would be in the sum twice."""
    of, text = app(tmp_path, participations=2), tmp_path / "typed.jsonl"
    book = Book(folder=tmp_path, terms=of)
    book.take([1], 0)
    book.take([1], 1)

    assert (book.may([1], 1), book.may([1], 0), book.may([1], 2)) == ([1], [], [])
    assert joins(text, of, 0, 0, 1) == [True, False, True]
    assert joins(text, of, 0, 1, 1, 2, run=2) == [False, True, False, False]


def test_all_apps_on_a_text_share_the_lifetime_budget_of_their_terms(tmp_path: Path) -> None:
    """Each charges its whole promise at once, whatever it is called; the one that would be too much is not joined, and the others go on."""
    text, first = tmp_path / "typed.jsonl", app(tmp_path / "first", participations=2)
    second, tight = app(tmp_path / "second", dp=TREE, rounds=5), replace(first, app="tight", lifetime={**first.lifetime, "epsilon": 5, "squared_mu": largest_squared_mu(epsilon=5, delta=1e-6)})

    assert joins(text, first, 0) + joins(text, second, 0) == [True, True]
    with pytest.raises(Declined, match="with the apps that it joined before, this one would pass its lifetime epsilon of 5 at delta 1e-06"):
        join(text, tight, 0, RUN)
    assert joins(text, first, 1) + joins(text, second, 2) == [True, True]
    assert joins(tmp_path / "other.jsonl", tight, 0) == [True]
    charged = {line["app"]: line["squared_mu"] for line in lines(tmp_path / "typed.jsonl.joined")}
    assert charged == {first.app: first.squared_mu, second.app: second.squared_mu}


def test_an_app_that_fits_its_budget_by_itself_is_joined_and_a_second_one_not(tmp_path: Path) -> None:
    """Also where nothing at all is left over."""
    of = graph(tmp_path).by_name["tuned"]
    whole = replace(of, settings={**of.settings, "dp": {**of.settings["dp"], "delta": 1e-6}, "budget": {"epsilon": 4.0, "delta": 1e-6}})

    assert joins(tmp_path / "typed.jsonl", terms(whole, 1), 0) == [True]
    assert joins(tmp_path / "typed.jsonl", terms(whole, 1), 0) == [False]


def test_a_damaged_count_is_not_taken_for_none(tmp_path: Path) -> None:
    """What cannot be read may hold anything."""
    of, text = app(tmp_path), tmp_path / "typed.jsonl"
    strange = json.dumps({"app": "other", "round": 0, "run": 1, "squared_mu": float("nan")})
    for damaged in ("scribble\n", "[]\n", '{"app": "other"}\n', "[]"):
        (tmp_path / "typed.jsonl.joined").write_text(damaged)
        with pytest.raises(Declined, match="is damaged; restore it from a copy"):
            join(text, of, 0, RUN)
    (tmp_path / "typed.jsonl.joined").write_text(f"{strange}\n")
    assert joins(text, of, 0) == [False]
    (tmp_path / "participations.jsonl").write_text("scribble\n")
    with pytest.raises(InputError, match="is damaged; restore it from a copy"):
        Book(folder=tmp_path, terms=of)


def test_a_device_sends_a_clipped_sum_and_nothing_that_it_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither how much it holds nor what a mistake says of it, nor an update longer than was promised, whatever it is asked."""
    of = app(tmp_path)
    there = phones(tmp_path, 3)
    weights = flat(load_model(tmp_path / "app" / "state" / "start").model)
    asked = Task(weights=weights, users=np.zeros(9, np.int64), norm=1e9, round=0, seed=0).record()
    done = Done.read(there._answer(there.create_message(asked, "train", 1, "0")).content)

    assert done.total is not None
    assert 0 < np.linalg.norm(done.total) <= of.dp["clip"] * (1 + 1e-6)
    assert done.stats.tolist() == [0.0]

    def mistaken(path: Path, column: str) -> list[str]:
        raise KeyError(path.read_text(), column)

    monkeypatch.setattr("synthc.runtime.federated.deployed.apps.texts", mistaken)
    assert there._answer(there.create_message(asked, "train", 2, "0")).error.reason == "this device does not take part: KeyError"


def test_what_was_not_promised_is_declined_before_it_is_counted(tmp_path: Path) -> None:
    """A round that does not exist, or a clip norm that is none."""
    app(tmp_path, dp=ADAPTIVE)
    there = phones(tmp_path, 1)
    weights = flat(load_model(tmp_path / "app" / "state" / "start").model)
    for norm, round_, says in ((0.1, 3, "asks for round 3, and there are 3 from 0"), (float("inf"), 0, "an update of any length"), (float("nan"), 0, "an update of any length")):
        asked = Task(weights=weights, users=np.zeros(1, np.int64), norm=norm, round=round_, seed=0).record()
        assert says in there._answer(there.create_message(asked, "train", 1, "0")).error.reason
    assert not (tmp_path / "1.jsonl.joined").exists()


@pytest.mark.parametrize(
    ("config", "written", "says"),
    [
        ({}, b"", "nobody told it where its text is; start its SuperNode with `--node-config 'text=\"/path/of/texts.jsonl\"'`"),
        ({"text": "typed.jsonl"}, b"", "the path of its text is relative, and nobody knows to what; start its SuperNode with"),
        ({"text": "HERE/none.jsonl"}, b"", "there is no file where it was told that its text is; start its SuperNode with"),
        ({"text": "HERE"}, b"", "what it was told to be its text is no file; start"),
        ({"text": "HERE/typed.jsonl"}, b"", "its file has no text: no line is JSON with `text` in it, as in {\"text\": \"see you at eight\"}"),
        ({"text": "HERE/typed.jsonl"}, b"secret words\n", "its file has no text: no line is JSON with `text` in it"),
        ({"text": "HERE/typed.txt"}, b" \n", "its file has no text"),
        ({"text": "HERE/typed.txt"}, b"secret \xff\n", "its text is not UTF-8; write it anew in that encoding"),
    ],
)
def test_a_device_without_text_says_what_to_do(tmp_path: Path, config: dict[str, str], written: bytes, says: str) -> None:
    """In words that the server may read, which gets them: no path, and nothing of what was typed. It has joined nothing then."""
    app(tmp_path)
    for name in ("typed.jsonl", "typed.txt"):
        (tmp_path / name).write_bytes(written)
    asked = Task(weights=np.zeros(1, np.float32), users=np.zeros(1, np.int64), norm=1.0, round=0, seed=0).record()
    context = Context(run_id=RUN, node_id=1, node_config={name: value.replace("HERE", str(tmp_path)) for name, value in config.items()}, state=RecordDict(), run_config={})
    reason = client(tmp_path / "app" / "device_app")(phones(tmp_path, 1).create_message(asked, "train", 1, "0"), context).error.reason

    assert f"this device does not take part: {says}" in reason
    assert "secret" not in reason
    assert str(tmp_path) not in reason
    assert not list(tmp_path.glob("*.joined"))


def test_a_text_by_two_names_is_one_text(tmp_path: Path) -> None:
    """What was joined stands beside the file itself."""
    (tmp_path / "typed.jsonl").write_text("{}")
    (tmp_path / "link.jsonl").symlink_to("typed.jsonl")

    assert text_file({"text": str(tmp_path / "link.jsonl")}) == tmp_path / "typed.jsonl"


def test_lines_of_a_device_that_are_none_are_left_out(tmp_path: Path) -> None:
    """Nothing of them is shown."""
    (tmp_path / "a.jsonl").write_text('{"text": "hi"}\nnot json\n{"other": 1}\n{"text": 3}\n')
    (tmp_path / "a.txt").write_text("hi\nyou\n")

    assert (texts(tmp_path / "a.jsonl", "text"), texts(tmp_path / "a.txt", "text")) == (["hi"], ["hi", "you"])
    (tmp_path / "a.jsonl").write_text('\ufeff{"text": "hi\u2028you"}\r\n', encoding="utf-8")
    assert texts(tmp_path / "a.jsonl", "text") == ["hi\u2028you"]
