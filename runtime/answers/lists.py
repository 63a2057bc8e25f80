"""Lists: arrays, objects one after another, or lines."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from synthc.runtime.answers.courtesies import is_preamble, without_preamble
from synthc.runtime.answers.fences import fenced
from synthc.runtime.answers.lines import items_on_lines
from synthc.runtime.answers.loops import refuse_items_in_loop
from synthc.runtime.answers.loose_json import Found, values
from synthc.runtime.answers.records import records_on_lines, whole
from synthc.runtime.answers.refusals import is_refusal
from synthc.runtime.answers.speakers import split_speaker, without_speakers
from synthc.runtime.answers.tables import rows_in, texts_in
from synthc.runtime.answers.texts import TEXT_NAMES, text_of, unescaped, unquoted
from synthc.runtime.answers.unreadable import Refused, Unreadable
from synthc.runtime.answers.wrapping import spellings

_SPEAKER_NAMES = ("speaker", "who", "from", "name", "role", "author", "sender", "person", "by")
_BOX = re.compile(r"^\s*[-*+]\s+\Z", re.MULTILINE)
"""What stands before the box of `- [ ] hey`, which is no array."""
_BOLD = re.compile(r"\A(?P<mark>\*\*|__)[^*_]+(?P=mark)\Z")
_STARTS = re.compile(r"\A\s*(?:\[\s*[\"'\u201c\u2018{\[]|\{\s*[\"'\u201c\u2018])")
_NUMBERED_KEYS = re.compile(r"\A(?P<word>[A-Za-z _]*?)[ _-]?(?P<number>\d{1,3})\Z")


def read_items(text: str, of: Mapping[str, Any], *, cut: bool) -> list[Any]:
    """Return the items of a list as they were written; the half-finished last one is left out.

    >>> read_items('Sure: ["hey", "no lol", "are yo', {"kind": "text"}, cut=True)
    ['hey', 'no lol']

    Raises:
        Unreadable: there is none, or more than one list, or a refusal.
    """
    found = _in_json(text, of, cut=cut)
    items = meant(_on_lines(text, of, cut=cut) if found is None else found, of)
    if not items:
        raise Unreadable("cut off in its first item; raise `max_output`" if cut else "an empty list")
    return items


def meant(items: Sequence[Any], of: Mapping[str, Any]) -> list[Any]:
    """Return the items of a list without empty ones, and those of text without speakers."""
    full = [item for item in items if item not in ("", None)]
    return _texts(full) if of["kind"] == "text" else full


def _texts(items: Sequence[Any]) -> list[Any]:
    """Return items of text without speakers."""
    said = [_said(item) for item in items]
    if not all(isinstance(item, str) for item in said):
        return said
    if len(said) == 1 and is_refusal(said[0]):
        raise Refused
    said = [unquoted(text) for text in without_speakers(said)]
    refuse_items_in_loop(said)
    return [text for text in said if text]


def _said(item: Any) -> Any:
    """Return the text of an item: of an object with a text, of a speaker and a text."""
    if isinstance(item, dict):
        return text_of(item)
    if isinstance(item, list) and len(item) == 2 and all(isinstance(one, str) for one in item) and split_speaker(f"{item[0]}: x"):
        return f"{item[0]}: {item[1]}"
    return str(item) if isinstance(item, int | float) and not isinstance(item, bool) else item


def _in_json(text: str, of: Mapping[str, Any], *, cut: bool) -> list[Any] | None:
    """Return the items of the JSON in a text, None if there is none."""
    found = next(filter(None, (_fitting(spelling, of, cut=cut) for spelling in spellings(text))), [])
    if not found:
        if _STARTS.match(without_preamble((fenced(text) or [text])[0])):
            raise Unreadable("cut off in its first item; raise `max_output`" if cut else "JSON that is not well formed")
        return None
    if found[-1].broken and not cut:
        raise Unreadable("JSON that breaks off inside an item, or is not well formed")
    lists = [each.value for each in found if isinstance(each.value, list)]
    if not lists:
        return _from_objects(found, of)
    return _one_of(lists, of)


def _fitting(text: str, of: Mapping[str, Any], *, cut: bool) -> list[Found]:
    """Return the arrays and objects that may hold the items, which brackets of prose do not."""
    found = [each for each in values(text, cut=cut) if _fits(each, of, alone=each.end - each.start == len(text.strip())) and not _BOX.search(text, 0, each.start)]
    return [each for each in found if each.value or not each.whole] or found


def _fits(found: Found, of: Mapping[str, Any], *, alone: bool) -> bool:
    if isinstance(found.value, dict):
        return bool(found.value) or not found.whole
    numbers = bool(found.value) and all(isinstance(item, int | float) and not isinstance(item, bool) for item in found.value)
    return alone or not numbers or of["kind"] in {"int", "float", "share"}


def _one_of(lists: list[list[Any]], of: Mapping[str, Any]) -> list[Any]:
    """Return the list that was meant: the only one, or one a line that belong together."""
    lists = [each for place, each in enumerate(lists) if each not in lists[:place]]
    if len(lists) > 1 and all(len(each) == 1 for each in lists):
        return [each[0] for each in lists]
    if len(lists) > 1:
        raise Unreadable(f"{len(lists)} lists where one was asked for")
    inner = lists[0]
    if len(inner) == 1 and isinstance(inner[0], list) and of["kind"] != "list":
        return _one_of([inner[0]], of)
    if len(inner) == 1 and isinstance(inner[0], str) and inner[0].lstrip().startswith("["):
        again = [each.value for each in values(inner[0]) if isinstance(each.value, list)]
        return again[0] if len(again) == 1 else inner
    return inner


def _from_objects(found: Sequence[Found], of: Mapping[str, Any]) -> list[Any]:
    """Return the list in an object, or the objects themselves where each is an item."""
    objects = [each.value for each in found]
    inside = [value for value in objects[0].values() if isinstance(value, list)] if len(objects) == 1 else []
    if len(inside) == 1 and not (of["kind"] == "record" and _keys(of["fields"]) <= _keys(objects[0])):
        return list(inside[0])
    if len(objects) == 1 and _is_numbered(objects[0]):
        return list(objects[0].values())
    whole = [each.value for each in found if each.whole]
    if of["kind"] == "record" or (of["kind"] == "text" and any(_keys(TEXT_NAMES) & _keys(each) for each in objects)):
        return whole
    raise Unreadable("an object where a list was asked for")


def _keys(names: Any) -> set[str]:
    return {str(name).casefold() for name in names}


def _is_numbered(found: Mapping[str, Any]) -> bool:
    """Tell whether the names of an object count up, as in `{"1": "hey", "2": "no lol"}`, or are A, B and so on."""
    names = [str(name) for name in found]
    matched = [_NUMBERED_KEYS.match(name) for name in names]
    counted = [match for match in matched if match is not None]
    if len(counted) == len(names) and len({match["word"] for match in counted}) == 1:
        numbers = [int(match["number"]) for match in counted]
        return numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] in {0, 1}
    return len(names) > 1 and names == [chr(ord("A") + place) for place in range(len(names))]


def _on_lines(text: str, of: Mapping[str, Any], *, cut: bool) -> list[Any]:
    """Return the items on the lines of a text, or of the fence in it."""
    if is_refusal(text):
        raise Refused
    blocks = fenced(text)
    if len(blocks) > 1:
        if of["kind"] != "text" or any("\n" in block for block in blocks):
            raise Unreadable(f"in {len(blocks)} fences where one list was asked for")
        return list(blocks[:-1] if cut else blocks)
    body = unescaped(_lined(text, blocks))
    rows = rows_in(body, cut=cut)
    if rows:
        return [whole(row, list(of["fields"])) for row in rows] if of["kind"] == "record" else texts_in(rows)
    if of["kind"] == "record":
        return _turns(body, of, cut=cut) or records_on_lines(body, list(of["fields"]), cut=cut)
    items = items_on_lines(body, cut=cut)
    if len(items) == 1 and of["kind"] != "text" and ", " in items[0]:
        return items[0].rstrip(".").split(", ")
    if all(_BOLD.match(item) for item in items):
        items = [item.strip("*_") for item in items]
    return [unquoted(item.rstrip(",") if item.rstrip(",").endswith(('"', "\u201d", "'")) else item) for item in items if not is_preamble(item)]


def _lined(text: str, blocks: Sequence[str]) -> str:
    """Return the text of a fence, or all of it without a preamble; an end of line behind it tells that its last line is whole."""
    if blocks:
        return blocks[0] + ("\n" if text.rstrip().endswith(("```", "~~~")) else "")
    stripped = text.lstrip("`~ ")
    return without_preamble(stripped) if "\n" in stripped else stripped


def _turns(body: str, of: Mapping[str, Any], *, cut: bool) -> list[dict[str, str]]:
    """Return lines by speakers as records of who speaks and what is said, where the fields are named so."""
    speaker = [name for name in of["fields"] if name.casefold() in _SPEAKER_NAMES]
    said = [name for name in of["fields"] if name.casefold() in TEXT_NAMES]
    if len(of["fields"]) != 2 or len(speaker) != 1 or len(said) != 1:
        return []
    split = [split_speaker(line) for line in items_on_lines(body, cut=cut)]
    pairs = [pair for pair in split if pair is not None]
    return [{speaker[0]: who, said[0]: unquoted(what)} for who, what in pairs] if len(pairs) == len(split) else []
