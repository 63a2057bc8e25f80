"""What the bundled model makes of a request: one of three tasks, and the passage it is about.

It sees what any server would see, the rendered words and the kind of answer. Paragraphs are
separated by blank lines; what stands before the first blank line is taken as the instruction and
not read, for a model of this size follows none. Lines `key: value` ask it to invent; any other
passage is judged (a choice) or turned into a chat.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from synthc.runtime.endpoints.base import Request
from synthc.runtime.endpoints.embedded.passage import judged, tidy

FIELD = re.compile(r"^[a-z][a-z _-]{0,30}: \S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """`judge`, `chat` or `invent`, and what is given."""

    name: str
    given: str


def read_task(request: Request) -> Task:
    """Return the task of a request."""
    text = request.messages[-1].content if request.messages else request.prompt or ""
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", text.strip()) if part.strip()]
    passage = "\n".join(paragraphs[1:] or paragraphs)
    if request.answer["kind"] in {"choice", "bool"}:
        return Task(name="judge", given=judged(passage))
    lines = [line.strip() for line in passage.splitlines()]
    if lines and all(FIELD.match(line) for line in lines):
        return Task(name="invent", given="\n".join(tidy(line) for line in lines))
    return Task(name="chat", given=tidy(passage))
