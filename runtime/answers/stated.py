"""Finds what an answer states among what is said about it: `The answer is "yes", because ...`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from synthc.runtime.answers.courtesies import without_preamble
from synthc.runtime.answers.fences import fenced, unticked
from synthc.runtime.answers.loose_json import values

_STATES = re.compile(
    r"\b(?:answer(?: here)?(?: is| would be| must be|\W{0,3}:)|i(?:'d|\u2019d| would)(?: have to)? (?:say|answer|go with|choose|pick)|(?:verdict|conclusion|label|category|rating|score|result|classification|output|response|total|date)\W{0,3}:"
    r"|my (?:verdict|rating|choice|pick|score) (?:is|would be))\W{0,4}?[:=]?[ *_]*\s*(?P<said>[^\n]+)|\\boxed\{(?:\\text\{)?(?P<boxed>[^}\n]*)\}",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"\A\W*(?:the )?[A-Za-z][\w ]{0,24}?(?: is)?\W{0,2}:\s*(?P<said>[^\n]+)\Z", re.IGNORECASE)
_NAMES = ("answer", "value", "result", "label", "verdict", "output", "response", "choice", "rating", "score", "category", "final_answer")
_DRESS = " \t\n*_`\"'\u201c\u201d\u2018\u2019()[]{}<>#>"


def statements(text: str) -> Iterator[str]:
    """Yield each place where an answer says what it is; all of it if there is none.

    >>> list(statements('I looked twice. The answer is "no".'))
    ['"no".']
    """
    body = begun(text)
    found = [match["said"] if match["said"] is not None else match["boxed"] for match in _STATES.finditer(body)]
    labelled = None if found else _LABELLED.match(body)
    yield from [labelled["said"]] if labelled else found or [body]


def begun(text: str) -> str:
    """Return an answer from where it begins: behind courtesies, and inside its fence."""
    body = without_preamble(unticked(text.strip()))
    blocks = fenced(body)
    return blocks[0] if len(blocks) == 1 else body


def last_line(text: str) -> str:
    """Return the last line of several, nothing of one alone."""
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if len(lines) > 1 else ""


def only_value(text: str) -> object:
    """Return the one value of an answer in JSON, or that which is called an answer; None if there is none."""
    if not text.lstrip("`json \n").startswith(("{", "[")):
        return None
    found = [each.value for each in values(text) if each.whole]
    while len(found) == 1 and isinstance(found[0], dict | list):
        inside = found[0]
        if isinstance(inside, dict):
            named = [value for name, value in inside.items() if str(name).casefold().strip() in _NAMES]
            found = named or list(inside.values())
        else:
            found = inside
    return found[0] if len(found) == 1 else None


def undressed(text: str) -> str:
    """Return a text without quotes, brackets and marks of Markdown around it.

    >>> undressed("**Yes**")
    'Yes'
    """
    return text.strip(_DRESS)
