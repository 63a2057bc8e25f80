"""`ask`: answers in row order, each asked once, the unreadable asked again with another seed."""

from __future__ import annotations

import asyncio
import gc
import random
import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from synthc.runtime.endpoints.base import EndpointError, Reply, Request
from synthc.runtime.endpoints.calling import derive_seed
from synthc.runtime.endpoints.fake import FakeEndpoint, chosen, written
from synthc.runtime.errors import BudgetSpent, Interrupted, OutsideFault, TooManyFailures
from synthc.runtime.ledger import Ledger
from tests.runtime.spec import Spec, spec

PROMPT = """
prompt say(text: text) -> {of} {{
  temperature = {temperature}
  ask = \"\"\"
    {{{{ text }}}}
    \"\"\"
}}
"""
ENDPOINT = 'endpoint llm = tgi("http://localhost:1") {{\n  concurrency = {concurrency}\n}}\n'


def asking(folder: Path, of: str, reply: Any, texts: list[str], steps: str = "| ask a = say(text)", *, temperature: float = 0.0, concurrency: int = 8, head: str = "filter out = web") -> Spec:
    """Return a spec that asks about each text."""
    text = PROMPT.format(of=of, temperature=temperature) + ENDPOINT.format(concurrency=concurrency) + f"{head}\n  {steps}\n"
    return spec(folder, text, texts=texts, reply=reply)


def asked(node: Spec) -> list[Request]:
    """Return the requests that reached the endpoint."""
    assert isinstance(node.endpoint, FakeEndpoint)
    return node.endpoint.asked


TYPES: dict[str, tuple[str, Any, Any]] = {
    "choice": ('"yes" | "no"', chosen(yes=0.75, no=0.25), "yes"),
    "text": ("text", "hello", "hello"),
    "list": ("list(text)", '["a", "b"]', ["a", "b"]),
    "record": ("{ name: text, age: int }", '{"name": "Tom", "age": 41}', {"name": "Tom", "age": 41}),
    "number": ("int", "41", 41),
}


@pytest.mark.parametrize("name", TYPES)
def test_answers_are_columns_of_their_type(tmp_path: Path, name: str) -> None:
    """With the value, whether it is ok, what was written and its log-probability."""
    of, reply, value = TYPES[name]

    rows = asking(tmp_path, of, lambda _: reply, ["x"]).rows("out")

    answer = rows["a"][0]
    assert answer["value"] == value
    assert answer["ok"] is True
    if name == "choice":
        assert answer["p"] == pytest.approx({"yes": 0.75, "no": 0.25})


@dataclass(slots=True, kw_only=True)
class Slow(FakeEndpoint):
    """Answers after a time that depends on the question and not on its place."""

    random: random.Random = field(default_factory=lambda: random.Random(0))
    flying: int = 0
    most: int = 0

    async def answer(self, request: Request) -> Reply:
        """Wait for a while."""
        self.flying += 1
        self.most = max(self.most, self.flying)
        await asyncio.sleep(self.random.random() * 0.02)
        self.flying -= 1
        self.asked.append(request)
        found = self.reply(request)
        return found if isinstance(found, Reply) else written(found)


@dataclass(slots=True, kw_only=True)
class Held(FakeEndpoint):
    """Answers the question `0` only once so many others are answered."""

    until: int
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: Request) -> Reply:
        """Hold the first one back."""
        if request.text == "0":
            await asyncio.wait_for(self.enough.wait(), 300)
        self.asked.append(request)
        if len(self.asked) == self.until:
            self.enough.set()
        found = self.reply(request)
        return found if isinstance(found, Reply) else written(found)


@pytest.mark.parametrize("concurrency", [1, 3, 40])
def test_rows_keep_their_order_whatever_the_concurrency(tmp_path: Path, concurrency: int) -> None:
    """Rows, failures and their order are the same; no more questions are in flight than allowed."""
    texts = [str(n) for n in range(100)]
    node = asking(tmp_path, "int", None, texts, concurrency=concurrency, head="filter out = web {\n  max_failures = 20%\n}")
    node.endpoint = slow = Slow(reply=lambda request: "none" if request.text.endswith("7") else request.text)

    rows = node.rows("out")

    expected = [text for text in texts if not text.endswith("7")]
    assert rows["text"].to_list() == [str(value) for value in rows["a"].struct.field("value")] == expected
    assert [failure["raw"] for failure in node.failures("out")] == ["none"] * 10
    ids = dict(zip(rows["_id"], rows["text"], strict=True))
    assert not {failure["row"] for failure in node.failures("out")} & set(ids)
    assert slow.most <= concurrency


def test_equal_questions_are_asked_once_at_temperature_0(tmp_path: Path) -> None:
    """Also while the first is still in flight."""
    node = asking(tmp_path, "text", lambda request: request.text, ["a", "b"] * 30)

    assert node.rows("out")["a"].struct.field("value").to_list() == ["a", "b"] * 30
    assert Counter(request.text for request in asked(node)) == {"a": 1, "b": 1}
    assert (node.usage["out"].requests, node.usage["out"].cached_requests) == (2, 58)


def test_sampled_questions_have_seeds_of_their_own(tmp_path: Path) -> None:
    """Equal texts in different rows are asked with different seeds."""
    node = asking(tmp_path, "text", lambda request: str(request.seed), ["a"] * 20, temperature=0.7)

    assert len(set(node.rows("out")["a"].struct.field("value"))) == 20


def test_seeds_do_not_depend_on_names_of_nodes(tmp_path: Path) -> None:
    """Renaming a node buys nothing again."""
    seeds = []
    for name in ("out", "other"):
        node = asking(tmp_path / name, "text", lambda _: "x", ["a", "b"], temperature=0.7, head=f"filter {name} = web")
        node.make(name)
        seeds.append([request.seed for request in asked(node)])

    assert seeds[0] == seeds[1]
    assert len({derive_seed(0, "p", "r", 0), derive_seed(1, "p", "r", 0), derive_seed(0, "q", "r", 0), derive_seed(0, "p", "s", 0), derive_seed(0, "p", "r", 1)}) == 5


def test_an_unreadable_answer_is_asked_for_again_with_another_seed(tmp_path: Path) -> None:
    """Up to `retries` times."""
    seeds: list[int | None] = []

    def reply(request: Request) -> str:
        seeds.append(request.seed)
        return "41" if len(seeds) == 3 else "no idea"

    node = asking(tmp_path, "int", reply, ["a"], temperature=0.7)

    assert node.rows("out")["a"].struct.field("value").to_list() == [41]
    assert len(set(seeds)) == 3


def test_a_row_without_an_answer_is_set_aside(tmp_path: Path) -> None:
    """With the reason and what was written; at temperature 0 it is not asked twice."""
    node = asking(tmp_path, "int", lambda request: "many" if request.text == "a" else "1", ["a", *["b"] * 99])

    assert len(node.rows("out")) == 99
    assert [(f["place"], f["reason"], f["raw"]) for f in node.failures("out")] == [("spec.synth:16:5", "the answer is without a number: `many`", "many")]
    assert len(asked(node)) == 2


def test_kept_failures_say_that_they_are_not_ok(tmp_path: Path) -> None:
    """The row stays and its answer is empty."""
    node = asking(tmp_path, "int", lambda request: request.text, ["a", "1"], "| ask a = say(text) { on_fail = keep }")

    rows = node.rows("out")["a"].to_list()

    assert [(row["ok"], row["raw"], row["value"]) for row in rows] == [(False, "a", None), (True, "1", 1)]


def test_too_many_failures_stop_the_asking(tmp_path: Path) -> None:
    """Long before the last row is asked about."""
    node = asking(tmp_path, "int", lambda request: request.text, [f"word {'x' * n}" for n in range(2000)])

    with pytest.raises(TooManyFailures, match=r"`out` set aside .*, more than `max_failures = 1%`"):
        node.make("out")
    assert len(asked(node)) < 400


def test_a_bad_beginning_does_not_stop_the_asking(tmp_path: Path) -> None:
    """Three failures early on may be all there are."""
    node = asking(tmp_path, "int", lambda request: request.text, ["x", "y", "z", *map(str, range(400))])

    assert len(node.rows("out")) == 400


def test_failures_of_an_earlier_question_are_not_held_against_the_first_rows_of_a_later(tmp_path: Path) -> None:
    """Ten of a thousand are few, also when the second question begins."""
    steps = "| ask a = say(text) | sample 900 | ask b = say(text)"
    node = asking(tmp_path, "int", lambda request: request.text, [*(str(n) for n in range(990)), *["x"] * 10], steps)

    assert len(node.rows("out")) == 900


def test_take_stops_the_asking(tmp_path: Path) -> None:
    """No more is asked than is taken, where every row has its answer."""
    node = asking(tmp_path, "text", lambda request: request.text, [str(n) for n in range(5000)], "| ask a = say(text) | take 20 | where words(text) > 0", concurrency=64)

    assert node.rows("out")["text"].to_list() == [str(n) for n in range(20)]
    assert len(asked(node)) == 20


@pytest.mark.parametrize(("kept", "most"), [(2, 60), (10, 330)])
def test_take_behind_a_condition_stops_the_asking_soon(tmp_path: Path, kept: int, most: int) -> None:
    """One row in two or in ten comes through: about as many are asked about as that takes, however many may be in flight."""
    texts = [str(n) for n in range(5000)]
    node = asking(tmp_path, '"yes" | "no"', lambda request: chosen(yes=0.9 if int(request.text) % kept == 0 else 0.1, no=0.5), texts, '| ask a = say(text) | where a == "yes" | take 20', concurrency=128)

    assert node.rows("out")["text"].to_list() == [str(n) for n in range(0, 20 * kept, kept)]
    assert 20 * kept - kept < len(asked(node)) <= most


def test_what_makes_several_of_one_asks_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody knows how many rows an answer will be; those in flight are given up without a word once there are enough."""
    node = asking(tmp_path, "list(text)", lambda _: '["a", "b"]', [str(n) for n in range(500)], "| ask a = say(text) | explode a as text | take 20", concurrency=8, head="transform out = web")

    assert len(node.rows("out")) == 20
    assert 10 <= len(asked(node)) <= 10 + 8 * 3
    gc.collect()
    assert caplog.messages == []


def test_rows_behind_one_that_waits_long_are_answered(tmp_path: Path) -> None:
    """A server stays busy though the first row waits for its answer: many times as many rows as requests may be in flight."""
    node = asking(tmp_path, "text", None, [str(n) for n in range(400)], concurrency=32)
    node.endpoint = held = Held(reply=lambda request: request.text, until=399)

    assert node.rows("out")["text"].to_list() == [str(n) for n in range(400)]
    assert [request.text for request in held.asked][-1] == "0"


def test_a_second_run_asks_nothing(tmp_path: Path) -> None:
    """All is in the ledger."""
    texts = [str(n) for n in range(50)]
    first = asking(tmp_path, "text", lambda request: request.text.upper(), texts).rows("out")
    (tmp_path / ".synth/store").rename(tmp_path / "before")
    node = asking(tmp_path, "text", lambda _: "other", texts)

    assert node.rows("out").equals(first)
    assert asked(node) == []
    assert (node.usage["out"].requests, node.usage["out"].cached_requests, node.usage["out"].tokens_out) == (0, 50, 0)


def test_an_interrupt_ends_the_asking_though_no_answer_comes(tmp_path: Path) -> None:
    """And leaves no unfinished artefact."""
    node = asking(tmp_path, "text", lambda request: request.text, [str(n) for n in range(50)])
    assert isinstance(node.endpoint, FakeEndpoint)
    node.endpoint.delay = 60
    node.make("web")
    node.stopping = lambda: bool(asked(node))

    with pytest.raises(Interrupted) as found:
        node.make("out")
    assert found.value.exit_code == 130
    assert [path.name for path in (tmp_path / ".synth/store").iterdir()] == ["web"]


def test_a_server_that_is_gone_stops_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to do; the rows that were answered are kept in the ledger."""

    def reply(request: Request) -> str:
        if int(request.text) >= 10:
            raise EndpointError("endpoint `llm` is not answering", retry=True, gone=True)
        return request.text

    monkeypatch.setattr("synthc.runtime.endpoints.calling.LONGEST_WAIT", 0.001)
    node = asking(tmp_path, "text", reply, [str(n) for n in range(50)])

    with pytest.raises(OutsideFault, match=r"^endpoint `llm` is not answering; see to the server and repeat the command, which goes on from here$"):
        node.make("out")
    node.endpoint = FakeEndpoint(reply=lambda request: request.text)
    assert node.rows("out")["text"].to_list() == [str(n) for n in range(50)]
    assert {int(request.text) for request in asked(node)} == set(range(10, 50))


def test_a_refused_question_is_set_aside_with_the_server_s_words(tmp_path: Path) -> None:
    """It is not asked again."""

    def reply(request: Request) -> str:
        if request.text == "5":
            raise EndpointError("endpoint `llm` answered 422: too long")
        return request.text

    node = asking(tmp_path, "text", reply, [str(n) for n in range(100)])

    assert len(node.rows("out")) == 99
    assert [failure["reason"] for failure in node.failures("out")] == ["endpoint `llm` answered 422: too long"]
    assert len(asked(node)) == 100


def test_a_budget_of_tokens_is_not_passed(tmp_path: Path) -> None:
    """The run stops with the numbers and the mend; what was answered is there next time and costs nothing."""
    budget = "budget llm {{\n  tokens = {tokens}\n}}\n"
    node = asking(tmp_path, "text", lambda request: request.text, [str(n) for n in range(100)], "| ask a = say(text) { max_output = 11 }")
    text, node.text = node.text, node.text + budget.format(tokens=500)

    with pytest.raises(BudgetSpent, match=r"^`budget llm` allows 500 tokens; 495 were spent in this project and the next question may take 11; raise the budget or ask less") as found:
        node.make("out")

    assert found.value.exit_code == 1
    assert len(asked(node)) == 45  # of eleven tokens each
    node.text = text + budget.format(tokens=1100)
    assert node.make("out").rows == 100


def test_a_budget_is_for_all_nodes_that_ask(tmp_path: Path) -> None:
    """The second node stops, for the first has spent the budget."""
    node = asking(tmp_path, "text", lambda request: request.text, ["1", "2"])
    node.text += 'filter more = out\n  | ask b = say(text + "!") { max_output = 10 }\nbudget llm {\n  tokens = 300\n}\n'
    Ledger(path=tmp_path / "ledger.sqlite").close()
    with sqlite3.connect(tmp_path / "ledger.sqlite") as other:
        other.execute("INSERT INTO spent VALUES ('llm', 295)")
    ledger = node.ledger = Ledger(path=tmp_path / "ledger.sqlite")

    with pytest.raises(BudgetSpent):
        node.make("more")
    ledger.close()


@pytest.mark.parametrize("texts", [[], ["a"]])
def test_few_rows_are_no_trouble(tmp_path: Path, texts: list[str]) -> None:
    """None, for example, after a filter."""
    node = asking(tmp_path, "text", lambda request: request.text, ["x", *texts], '| where text != "x" | ask a = say(text)')

    assert node.rows("out")["text"].to_list() == texts


def test_memory_is_flat(tmp_path: Path) -> None:
    """No question is asked that is further ahead than the queue is long, however slow one answer is."""
    texts = [str(n) for n in range(400)]
    node = asking(tmp_path, "text", None, texts, concurrency=4)
    node.endpoint = slow = Slow(reply=lambda request: request.text)

    node.make("out")

    assert max(int(request.text) - index for index, request in enumerate(slow.asked)) <= 4 * 4
