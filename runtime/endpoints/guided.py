"""What a server can be told an answer must look like, by its type: JSON, a pattern, or one of some texts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synthc.runtime.endpoints.base import Request
from synthc.runtime.endpoints.json_schema import json_schema

MOST_DIGITS = 18
"""So that a model that goes on and on ends; a number with more is none of 64 bits."""
DIGITS = f"[0-9]{{1,{MOST_DIGITS}}}"
TAIL = "[^0-9]{0,16}"
"""What may stand behind a number, for a model that would go on with a unit or a new line and may not would write more digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One of a JSON schema, a pattern (as a regular expression, and as the rule of a GBNF grammar), and texts of which the answer is one."""

    schema: Mapping[str, Any] | None = None
    regex: str | None = None
    rule: str | None = None
    options: Sequence[str] = ()

    @property
    def pattern(self) -> str:
        """The regular expression of a pattern or of options."""
        return self.regex or "|".join(re.escape(option) for option in self.options)

    @property
    def grammar(self) -> str:
        """The GBNF grammar of a pattern or of options."""
        return f"root ::= {self.rule or ' | '.join(json.dumps(option, ensure_ascii=False) for option in self.options)}"

    @property
    def what(self) -> str:
        """How people call it."""
        return "JSON" if self.schema is not None else "one of its options" if self.options else "a pattern"


PATTERNS = {
    "int": Form(regex=f" ?-?{DIGITS}{TAIL}", rule=f'" "? "-"? {DIGITS} {TAIL}'),
    "float": Form(regex=rf" ?-?{DIGITS}(\.{DIGITS})?{TAIL}", rule=f'" "? "-"? {DIGITS} ("." {DIGITS})? {TAIL}'),
}


def form_of(answer: Mapping[str, Any], text: str) -> Form | None:
    """Return what an answer to a text must look like; None where it is free.

    Lists are free unless the text asks for JSON, as `{{ answer_format }}` does: it may ask for lines,
    and a server that holds a model to JSON would be at odds with it. Verdicts are free for the words
    of many languages, and a choice is scored, not written.
    """
    if answer["kind"] == "record" or (answer["kind"] == "list" and "JSON" in text):
        return Form(schema=json_schema(answer))
    return PATTERNS.get(answer["kind"])


def form_for(request: Request) -> Form | None:
    """Return what the answer to a request must look like."""
    return form_of(request.answer, request.text)
