"""What is sent of a prompt's turns and examples."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthc.runtime.endpoints.fake import FakeEndpoint
from tests.runtime.spec import Spec, spec, write_jsonl


def sent(node: Spec) -> list[list[tuple[str, str]]]:
    """Return role and content of the messages of each question that reached the endpoint."""
    assert isinstance(node.endpoint, FakeEndpoint)
    return [[(message.role, message.content) for message in request.messages or ()] for request in node.endpoint.asked]


def test_turns_stand_between_the_system_and_what_is_asked(tmp_path: Path) -> None:
    """The user's and the model's alternately, with their holes filled."""
    text = """
let tone = "Be brief."
prompt casual(text: text) -> text {
  system = tone
  turns  = ["Shout: hi", "HI", \"\"\"Shout: {{ text }}\"\"\", "which words?"]
  ask    = \"\"\"{{ text }}, all\"\"\"
}
filter out = web
  | ask a = casual(text)
"""
    node = spec(tmp_path, text, texts=["so"], reply=lambda _: "SO")
    node.make("out")

    assert sent(node) == [
        [("system", "Be brief."), ("user", "Shout: hi"), ("assistant", "HI"), ("user", "Shout: so"), ("assistant", "which words?"), ("user", "so, all")],
    ]


HISTORY = """
public source chats = files("chats.jsonl") {
  turns: list(text) = .turns
}
prompt next(history: list(text)) -> text {
  turns = history
  ask   = "And?"
}
filter out = chats {
  max_failures = 50%
}
  | ask a = next(turns) { on_fail = KEEP }
"""


@pytest.mark.parametrize("on_fail", ["set_aside", "keep"])
def test_a_chat_of_a_row_is_continued(tmp_path: Path, on_fail: str) -> None:
    """However long it is; one that ends with the user's message cannot be."""
    write_jsonl(tmp_path / "chats.jsonl", [{"turns": ["hi", "hello", "bye", "see you"]}, {"turns": []}, {"turns": ["hi"]}])
    node = spec(tmp_path, HISTORY.replace("KEEP", on_fail), reply=lambda _: "ok")

    rows = node.rows("out")

    assert sent(node) == [[("user", "hi"), ("assistant", "hello"), ("user", "bye"), ("assistant", "see you"), ("user", "And?")], [("user", "And?")]]
    assert [answer["ok"] for answer in rows["a"]] == ([True, True] if on_fail == "set_aside" else [True, True, False])
    assert [each["reason"] for each in node.failures("out")] == (["its turns end with the user's, and `ask` is the user's too"] if on_fail == "set_aside" else [])


def test_examples_show_answers_as_they_are_read(tmp_path: Path) -> None:
    """Records and lists as JSON, with their slots filled in the words of what is asked."""
    text = """
param who: text = "Ann"
prompt described(text: text, since: date) -> { who: text, words: list(text) } {
  examples {
    ("hi", date("2024-12-31")) -> (record(who = who, words = ["hi"]))
  }
  ask = \"\"\"{{ since }} {{ text }} ({{ words(text) }})\"\"\"
}
filter out = web
  | ask a = described(text, date("2025-01-01"))
"""
    node = spec(tmp_path, text, texts=["a b"], reply=lambda _: '{"who": "Tom", "words": []}')

    assert node.rows("out")["a"][0]["value"] == {"who": "Tom", "words": []}
    assert sent(node) == [[("user", "2024-12-31 hi (1)"), ("assistant", '{"who": "Ann", "words": ["hi"]}'), ("user", "2025-01-01 a b (2)")]]
