"""Free text: what is left without courtesies, fences and quotes around all of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from synthc.runtime.answers.courtesies import is_preamble, without_afterword, without_preamble
from synthc.runtime.answers.fences import around, fenced, unticked
from synthc.runtime.answers.loops import refuse_loop
from synthc.runtime.answers.loose_json import values
from synthc.runtime.answers.refusals import is_refusal
from synthc.runtime.answers.unreadable import Refused, Unreadable
from synthc.runtime.answers.wrapping import plain

TEXT_NAMES = ("text", "message", "content", "msg", "body", "utterance", "line", "reply", "says", "said", "say", "turn", "sentence", "answer", "response", "output", "value")
_PAIRS = {'"': '"', "\u201c": "\u201d", "\u201e": "\u201c", "\u00ab": "\u00bb", "\u300c": "\u300d", "'": "'", "\u2018": "\u2019"}
_APOSTROPHES = "'\u2019"
_QUOTE = re.compile(r"(?<!\w)['\u2018]|['\u2019](?!\w)")


def read_text(text: str) -> str:
    r"""Return what was meant.

    >>> read_text('Sure, here is a message:\n\n"hello"')
    'hello'

    Raises:
        Unreadable: nothing was written, a refusal, or a loop.
    """
    if is_refusal(text):
        raise Refused
    said = _said(text)
    if not said:
        raise Unreadable("empty but for what stands around it")
    return leaf(said)


def _said(text: str) -> str:
    """Return a text without preamble, afterword and fence."""
    if is_preamble(text):
        return ""
    body = without_afterword(without_preamble(text))
    blocks = fenced(body)
    before, after = around(body)
    if text.count("```") + text.count("~~~") > 0 and not blocks and not body.strip("`~\n "):
        return ""
    if len(blocks) == 1 and not before and not after:
        body = without_afterword(without_preamble(blocks[0]))
    return unquoted(unescaped(_from_object(unticked(body.strip()))))


def leaf(text: str) -> str:
    """Return a text as it goes into a row.

    Raises:
        Unreadable: it goes round in a loop.
    """
    refuse_loop(text)
    return plain(text).strip()


def _from_object(text: str) -> str:
    """Return the text of an answer that is an object with a text and nothing else."""
    if not text.startswith("{"):
        return text
    try:
        found = [each.value for each in values(text)]
    except Unreadable:  # it is free text, and may well be such JSON
        return text
    if len(found) == 1 and isinstance(found[0], dict) and len(found[0]) == 1:
        name, value = next(iter(found[0].items()))
        return value if str(name).casefold() in TEXT_NAMES and isinstance(value, str) else text
    return text


def unescaped(text: str) -> str:
    r"""Return a text that wrote its new lines as `\n`, with new lines.

    >>> unescaped("hey\\nyou")
    'hey\nyou'
    """
    if "\\n" not in text or "\n" in text or re.search(r"[A-Za-z]:\\", text):
        return text
    return text.replace("\\r", "").replace("\\n", "\n").replace("\\t", "\t").replace('\\"', '"')


def unquoted(text: str) -> str:
    """Return a text without the quotes around all of it.

    >>> unquoted('"hey"'), unquoted('"hey" or "hi"')
    ('hey', '"hey" or "hi"')
    """
    text = text.strip()
    closing, inside = _PAIRS.get(text[:1]), text[1:-1]
    if closing is None or not inside or not text.endswith(closing):
        return text
    # A quote inside says that these two may not belong together; an apostrophe says nothing.
    apart = _QUOTE.search(inside) if closing in _APOSTROPHES else closing in inside or text[0] in inside
    return text if apart else inside.strip()


def text_of(value: Mapping[str, Any]) -> str:
    """Return the text of an object that stands where a text was wanted.

    >>> text_of({"speaker": "A", "message": "hey"})
    'hey'

    Raises:
        Unreadable: nobody knows which of its values that is.
    """
    named = [value[name] for name in value if str(name).casefold() in TEXT_NAMES and isinstance(value[name], str)]
    found = named if len(named) == 1 else list(value.values()) if len(value) == 1 else []
    if len(found) != 1 or not isinstance(found[0], str):
        raise Unreadable(f"an object with {', '.join(f'`{name}`' for name in list(value)[:4])} where a text was wanted" if value else "an empty object where a text was wanted")
    return found[0]
