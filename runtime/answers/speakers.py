"""Who says what: `Sam: hey`, `**Person 1:** hey`, `[10:32] Sam: hey`."""

from __future__ import annotations

import re
from collections.abc import Sequence

_TIME = r"(?:[\[(]?\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?: ?[AaPp]\.?[Mm]\.?)?[\])]?\s*[-\u2013]?\s*)"
_ROLE = r"(?:(?:person|speaker|user|friend|texter|sender|participant|character|p|s|human|bot|ai|player|message|text|turn|msg)[ _#-]?(?:[A-Z]|\d{1,2})?|assistant|me|you|them|him|her|mom|mum|dad|[A-Z])"
_NAME = r"(?:[^\W\d_][\w.'\u2019-]{0,20}(?: [A-Z\d][\w.'\u2019-]{0,20}){0,2}|@\w+)"
_LABEL = re.compile(rf"\A{_TIME}?[*_]{{0,3}}(?:{_TIME})?(?P<name>(?i:{_ROLE})|{_NAME})(?:\s*\([^)\n]{{1,25}}\))?\s*[*_]{{0,3}}\s*[:\uff1a][*_]{{0,3}}\s+(?=\S)")
_ANGLED = re.compile(r"\A<(?P<name>[\w .@-]{1,25})>\s+(?=\S)")
_ROLES = re.compile(_ROLE, re.IGNORECASE)
_STAMP = re.compile(r"\A[\[(]\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?: ?[AaPp]\.?[Mm]\.?)?[\])]\s*[-:]?\s+")
_NOT_SPEAKERS = frozenset(
    """
    note notes tip reminder todo ps p.s update re fwd subject title example warning important fyi spoiler question answer edit date
    time place where when what why who how address location plan agenda menu price monday tuesday wednesday thursday friday saturday
    sunday today tomorrow tonight breakfast lunch dinner btw also fact rule step http https
    """.split()  # noqa: SIM905 - many words
)


def split_speaker(line: str) -> tuple[str, str] | None:
    """Return who says a line and what, None if it does not say who.

    >>> split_speaker("[10:32] **Sam**: hey")
    ('Sam', 'hey')
    """
    found = _LABEL.match(line) or _ANGLED.match(line)
    if found is None or found["name"].casefold() in _NOT_SPEAKERS:
        return None
    return found["name"], line[found.end() :].strip()


def without_speakers(lines: Sequence[str]) -> list[str]:
    """Return what is said on lines that all say who; others as they are, for `Note: bring milk` is a message.

    >>> without_speakers(["Sam: hey", "Mia: no lol"])
    ['hey', 'no lol']
    """
    split = [split_speaker(line) for line in lines]
    said = [pair for pair in split if pair is not None]
    if len(said) == len(lines) and (len(said) > 1 or _are_roles(said)):
        return [text for _, text in said]
    if all(_STAMP.match(line) for line in lines):
        return [_STAMP.sub("", line) for line in lines]
    return list(lines)


def joined_turns(lines: Sequence[str]) -> list[str]:
    """Return lines with those that say no speaker joined to the turn before, where it is clear that turns begin with speakers."""
    split = [split_speaker(line) for line in lines]
    names = [pair[0] for pair in split if pair is not None]
    clear = len(names) > 1 and split[0] is not None and (len(set(names)) < len(names) or all(_ROLES.fullmatch(name) for name in names))
    if not clear or len(names) == len(lines):
        return list(lines)
    turns: list[str] = []
    for line, pair in zip(lines, split, strict=True):
        if pair is None:
            turns[-1] += f" {line}"
        else:
            turns.append(line)
    return turns


def _are_roles(said: Sequence[tuple[str, str]]) -> bool:
    return all(_ROLES.fullmatch(name) for name, _ in said)
