"""Questions that begin alike are sent together, and nothing else depends on it."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import pytest

from synthc.runtime.endpoints.fake import FakeEndpoint
from tests.runtime.spec import Spec, spec, write_jsonl

TOPICS = [f"topic {name} " + "x" * 40 for name in "abcd"]
TEXT = """
public source web = files("web.jsonl") {{
  text  = .text
  topic = .topic
}}
prompt say(topic: text, text: text) -> text {{
  ask = \"\"\"
    Write about {{{{ {first} }}}}, beginning with {{{{ {second} }}}}.
    \"\"\"
}}
endpoint llm = tgi("http://localhost:1") {{ concurrency = 8 }}
filter out = web
  | ask a = say(topic, text)
"""


def asking(folder: Path, first: str, second: str, rows: int = 160) -> Spec:
    """Return a spec over rows whose topics come in no order."""
    folder.mkdir(exist_ok=True)
    drawn = random.Random(1)
    write_jsonl(folder / "web.jsonl", [{"text": f"word{n}", "topic": drawn.choice(TOPICS)} for n in range(rows)])
    node = spec(folder, TEXT.format(first=first, second=second), reply=lambda request: request.text.upper())
    assert isinstance(node.endpoint, FakeEndpoint)
    node.endpoint.delay = 0.001
    return node


def sent(node: Spec) -> list[str]:
    """Return the questions in the order in which they reached the server."""
    assert isinstance(node.endpoint, FakeEndpoint)
    return [request.text for request in node.endpoint.asked]


def changes(texts: list[str]) -> int:
    """Return how often a question was of another topic than the one before."""
    topics = [next(topic for topic in TOPICS if topic in text) for text in texts]
    return sum(before != after for before, after in pairwise(topics))


def test_questions_with_the_same_beginning_reach_the_server_together(tmp_path: Path) -> None:
    """Of 160 in no order about 120 would be of another topic than the one before; in windows of 16 rows few are."""
    node = asking(tmp_path, "topic", "text")

    rows = node.rows("out")

    assert changes(sent(node)) <= 4 * 160 / 16
    assert changes([f"{topic}" for topic in rows["topic"]]) > 100


def test_the_order_of_rows_and_answers_is_that_of_the_input(tmp_path: Path) -> None:
    """Whichever question was sent first."""
    node = asking(tmp_path, "topic", "text")

    rows = node.rows("out")

    assert rows["text"].to_list() == [f"word{n}" for n in range(160)]
    assert all(f"BEGINNING WITH {row['text'].upper()}." in row["a"]["value"] for row in rows.to_dicts())


def test_questions_that_begin_otherwise_are_sent_in_order(tmp_path: Path) -> None:
    """Nothing waits for anything where it saves nothing."""
    node = asking(tmp_path, "text", "topic")

    node.make("out")

    assert [text.split(",")[0] for text in sent(node)] == [f"Write about word{n}" for n in range(160)]


@pytest.mark.parametrize("rows", [1, 7, 16, 17, 33])
def test_no_row_is_left_behind(tmp_path: Path, rows: int) -> None:
    """However many there are beside the windows."""
    assert len(asking(tmp_path, "topic", "text", rows).rows("out")) == rows
