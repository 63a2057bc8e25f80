"""How a prompt is laid out for the bundled model: a token for the task, the passage, and the end of it.

`/generate` sets the two tokens around a text as it is sent, as other tokenizers do with theirs; a text
that begins with a task's token is left alone. The routes of chats read the last message as the
in-process endpoint does: what stands before its first blank line is an instruction, and not read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tokenizers import Tokenizer

from synthc.runtime.endpoints.base import Message, Request
from synthc.runtime.endpoints.embedded.decode import LONGEST_GIVEN
from synthc.runtime.endpoints.embedded.passage import CHAT, INVENT, JUDGE, SEP, SPECIAL
from synthc.runtime.endpoints.embedded.reading import read_task

TASKS = (JUDGE, CHAT, INVENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A token of a prompt, and where it stands in the text as sent; one that was set around it stands nowhere."""

    id: int
    start: int = 0
    stop: int = 0


def lay_out(tokenizer: Tokenizer, text: str, *, judged: bool = False) -> list[Piece]:
    """Return the tokens of a text as sent, offsets in characters."""
    found = tokenizer.encode(text, add_special_tokens=False)
    pieces = [Piece(id=id_, start=start, stop=stop) for id_, (start, stop) in zip(found.ids, found.offsets, strict=True)]
    if pieces and pieces[0].id in TASKS:
        return pieces
    return [Piece(id=JUDGE if judged else CHAT), *pieces, Piece(id=SEP)]


def as_text(messages: Sequence[Message], tokenizer: Tokenizer, *, judged: bool) -> str:
    """Return a chat as the text that the model reads, cut to what it was trained on."""
    asked = Request(
        messages=tuple(messages),
        prompt=None,
        answer={"kind": "choice" if judged else "text"},
        max_input=None,
        max_output=1,
        temperature=0.0,
        top_p=None,
        stop=(),
        seed=None,
    )
    task = read_task(asked)
    found = tokenizer.encode(task.given, add_special_tokens=False)
    end = found.offsets[LONGEST_GIVEN - 1][1] if len(found.ids) > LONGEST_GIVEN else len(task.given)
    return f"<|{task.name}|>{task.given[:end]}{SPECIAL[SEP]}"
