"""Yes or no, in the words that models find for it."""

from __future__ import annotations

import re

from synthc.runtime.answers.stated import begun, last_line, statements, undressed
from synthc.runtime.answers.unreadable import Unreadable, shown

_YES = frozenset("yes yeah yep true correct oui s\u00ed si ja da sim evet \u0434\u0430 \u662f \u662f\u7684 \u306f\u3044 \ub124 \uc608".split())  # noqa: SIM905 - words of many languages
_NO = frozenset("no nope nah false incorrect non nein nee n\u00e3o nie hay\u0131r \u043d\u0435\u0442 \u5426 \u4e0d \u4e0d\u662f \u3044\u3044\u3048 \uc544\ub2c8\uc694".split())  # noqa: SIM905 - words of many languages
_SURELY = r"(?:(?:definitely|certainly|absolutely|clearly|probably|likely|most likely|most definitely|well|hmm+|um+|honestly|overall)[, ]+)?"
_WORD = re.compile(rf"\A(?:[-*\u2022]\s+)?\W*{_SURELY}(?P<word>[^\W\d_]+)(?P<rest>.*)", re.DOTALL | re.IGNORECASE)
_BUT = re.compile(r"\A\W*(?:(?:and|or|but|also|y|et|und|e|maybe|perhaps|as well as)\W+)*(?P<word>[^\W\d_]+)(?P<rest>.*)", re.DOTALL | re.IGNORECASE)
_NO_IDEA = re.compile(r"\A\W*(?:idea|clue|way (?:to|of) (?:tell|know)|information|opinion|context|data|answer|one (?:knows|can)|text|comment|response|preference|definite|clear|definitive|single|doubt|question|problem|worries|need)\b", re.IGNORECASE)
_LINE = re.compile(r"^[^\n:]{1,30}:\s*(?P<said>[^\n]+)$", re.MULTILINE)


def read_bool(text: str) -> bool:
    """Return what was answered, wherever it says so.

    >>> read_bool("**No**, nobody types like that.")
    False

    Raises:
        Unreadable: it says neither, or both.
    """
    said = [begun(text), *statements(text)]
    # A last line that is one word is a verdict too; one with more words may begin with `no` by chance.
    last = undressed(last_line(text)).rstrip(".!")
    verdicts = {found for each in [*said, *([last] if " " not in last else []), *_by_line(text)] if (found := _verdict(each)) is not None}
    if len(verdicts) == 2:
        raise Unreadable("both yes and no")
    if not verdicts:
        raise Unreadable(f"neither yes nor no: {shown(text)}")
    return verdicts.pop()


def _by_line(text: str) -> list[str]:
    """Return what stands behind the colons of several lines, each of which may be a verdict of its own."""
    found = [undressed(match["said"]).rstrip(".!") for match in _LINE.finditer(text)]
    return [said for said in found if " " not in said] if len(found) > 1 else []


def _verdict(text: str) -> bool | None:
    """Return what a statement begins with."""
    found = _WORD.match(text)
    if found is None:
        return None
    said = _polarity(found["word"])
    if said is None or (not said and _NO_IDEA.match(found["rest"])):
        return None
    other = _BUT.match(found["rest"])
    between = found["rest"][: other.start("word")] if other else ""
    if other is not None and _polarity(other["word"]) is (not said) and len(between) < 12 and not _NO_IDEA.match(other["rest"]) and _stands_alone(other["rest"]):
        raise Unreadable("both yes and no")
    return said


def _stands_alone(rest: str) -> bool:
    """Tell whether a second verdict is one, and not the beginning of a sentence such as `No doubt about it`."""
    return not re.match(r" [a-z]", rest)


def _polarity(word: str) -> bool | None:
    folded = word.casefold()
    return True if folded in _YES else False if folded in _NO else None
