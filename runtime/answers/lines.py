"""Items that stand on lines of their own: numbered, with bullets, by speakers, or plain."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from synthc.runtime.answers.courtesies import is_afterword, is_preamble
from synthc.runtime.answers.speakers import joined_turns
from synthc.runtime.answers.unreadable import Unreadable

_BULLET = "[-*+\u2022\u2023\u25e6\u25aa\u25ab\u25cf\u25cb\u2013\u2014\u2192\u27a4\u00b7\u2219\u2b25\u25b6>]"
_ORDINAL = r"(?P<ordinal>\d{1,3}|[a-z]|[A-Z]|[ivx]{2,4})"
_NUMBERED = (
    rf"[*_]{{0,2}}(?:[(\[]{_ORDINAL}[)\]][.:]?|(?:message|turn|text|item|step|line|option|example|#)\s?#?(?P<worded>\d{{1,3}})\s?[.:)-]?|(?P<bare>\d{{1,3}}|[a-zA-Z]|[ivx]{{2,4}})\\?(?:[.)\]]|:(?=\s))|(?P<wide>\d{{1,3}})[\uff09\uff0e\u3001]\s*(?=\S)|(?P<dashed>\d{{1,3}}) [-\u2013](?=\s)|(?P<keycap>\d)\ufe0f?\u20e3)[.:]?[*_]{{0,2}}"
)
_MARKER = re.compile(rf"\A(?P<indent>\s*)(?:(?P<bullet>{_BULLET})(?:\s+\[[ xX]\])?|(?:{_BULLET}\s+)?{_NUMBERED})(?:\s+|\Z|(?<=[\uff09\uff0e\u3001]))", re.IGNORECASE)
_RULE = re.compile(r"\A\s*(?:[-*_=]{3,}|#{1,6} .*|[*_]{2}[^*_]+:?[*_]{2}:?)\s*\Z")
_BREAK = re.compile(r"<br\s*/?>|\r\n?", re.IGNORECASE)
_IN_A_ROW = re.compile(r"(?:(?<=\s)|\A)(\d{1,2})[.)]\s+")
_A = ord("a")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One line with what it is marked by; `number` is that of a numbered one."""

    text: str
    marked: bool = False
    number: int | None = None
    indent: int = 0
    after_blank: bool = False


def items_on_lines(text: str, *, cut: bool) -> list[str]:
    r"""Return the items; the last is left out where the text was cut inside it.

    >>> items_on_lines("Here are two:\n1. hey, you up?\n2. no lol", cut=False)
    ['hey, you up?', 'no lol']

    Raises:
        Unreadable: it is more than one list.
    """
    whole_lines = text.endswith("\n")
    lines = _lines(_BREAK.sub("\n", text))
    bold = _all_marked(lines)
    lines = [line for line in lines if (line.marked and bold) or not _RULE.match(line.text)]
    marked = [line for line in lines if line.marked]
    if len(marked) == 1 and len(lines) == 1 and (in_a_row := _in_a_row(lines[0], text)):
        items = in_a_row
    elif len(marked) >= 2 or (len(marked) == 1 and lines[-1].marked and len(lines) <= 2):
        _refuse_several(marked)
        items = _marked_items(lines)
    else:
        items = _plain_items(lines)
    return items[:-1] if cut and not whole_lines else items


def _lines(text: str) -> list[_Line]:
    found: list[_Line] = []
    blank = False
    for line in text.split("\n"):
        if line.strip():
            found.append(_line(line, after_blank=blank))
        blank = not line.strip()
    return found


def _all_marked(lines: Sequence[_Line]) -> bool:
    """Tell whether all lines from the first to the last item are items, so that one in bold is one too and no heading of what stands below."""
    places = [place for place, line in enumerate(lines) if line.marked]
    return len(places) > 1 and places[-1] - places[0] == len(places) - 1


def _line(line: str, *, after_blank: bool) -> _Line:
    marker = _MARKER.match(line)
    if marker is None:
        return _Line(text=line.strip(), indent=len(line) - len(line.lstrip()), after_blank=after_blank)
    ordinal = next((marker[name] for name in ("ordinal", "worded", "bare", "wide", "dashed", "keycap") if marker[name]), None)
    rest = line[marker.end() :].strip()
    # `I: hey` and `A: hey` say who speaks; `A. hey` numbers.
    if marker["bare"] and marker["bare"].isalpha() and ":" in marker[0]:
        return _Line(text=line.strip(), indent=len(marker["indent"]), after_blank=after_blank)
    # The stars of `1. **Sam:** hey` may be opened in front of the number.
    opened = marker[0].count("**") % 2 == 1 and rest.count("**") % 2 == 1
    number = int(ordinal) if ordinal and ordinal.isdecimal() else None
    return _Line(text=f"**{rest}" if opened else rest, marked=True, number=number, indent=len(marker["indent"]), after_blank=after_blank)


def _refuse_several(marked: Sequence[_Line]) -> None:
    """Raise for two lists one after another, and for a list in a list."""
    numbers = [line.number for line in marked if line.number is not None]
    if any(second == 1 and first > 1 for first, second in pairwise(numbers)):
        raise Unreadable("several lists where one was asked for")
    outer = min(line.indent for line in marked)
    inner = [line for line in marked if line.indent >= outer + 2]
    if inner and len({line.number is None for line in marked}) == 2 and marked[0].indent == outer:
        raise Unreadable("a list in a list")


def _marked_items(lines: Sequence[_Line]) -> list[str]:
    """Return the marked lines; a line without a mark goes on with the item before, unless it stands apart at the end."""
    last = max(place for place, line in enumerate(lines) if line.marked)
    items: list[str] = []
    for place, line in enumerate(lines):
        if line.marked:
            items.append(line.text)
        elif (items and place < last) or (items and not line.after_blank and not is_afterword(line.text)):
            items[-1] = f"{items[-1]} {line.text}".strip()
        elif items:
            break
    return items


def _plain_items(lines: Sequence[_Line]) -> list[str]:
    """Return all lines but a first one that announces them and last ones that an assistant adds."""
    texts = [line.text for line in lines]
    if texts and (is_preamble(texts[0]) or (len(texts) > 1 and texts[0].rstrip(" *_").endswith((":", "\uff1a")))):
        texts = texts[1:]
    while texts and is_afterword(texts[-1]) and lines[-1].after_blank:
        texts, lines = texts[:-1], lines[:-1]
    return joined_turns(texts) if texts else []


def _in_a_row(line: _Line, text: str) -> list[str]:
    """Return the items of `1. hey 2. no lol`, none if the numbers do not count up from one."""
    found = list(_IN_A_ROW.finditer(text))
    if line.number != 1 or len(found) < 2 or [int(match[1]) for match in found] != list(range(1, len(found) + 1)):
        return []
    ends = [match.start() for match in found[1:]] + [len(text)]
    return [text[match.end() : end].strip() for match, end in zip(found, ends, strict=True)]
