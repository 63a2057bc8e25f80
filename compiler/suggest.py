"""Did you mean."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import SequenceMatcher, get_close_matches
from functools import lru_cache
from posixpath import commonprefix

from synthc.dsl.diagnostic import Edit, Fix, Safety
from synthc.dsl.source import Span

LONGEST = 100
SLIP = 0.8
"""How alike a word and what is meant are where letters were left out, doubled or swapped."""
MANY, FEW = 500, 20
"""A longer word is not looked for, and among so many names only in a few that begin alike: each is compared letter by letter."""


def closest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the one name that was probably meant.

    >>> closest("filtr", ["filter", "federate"]), closest("GRU", ["lstm", "gru"])
    ('filter', 'gru')
    """
    return _closest(word, frozenset(candidates)) if len(word) <= LONGEST else None


@lru_cache(maxsize=256)
def _closest(word: str, candidates: frozenset[str]) -> str | None:
    """Look once: a word that is wrong once is often wrong again."""
    known = sorted(candidates)
    if other_case := [one for one in known if one.casefold() == word.casefold() and one != word]:
        return other_case[0]
    if len(known) > MANY:
        alike = (one for one in known if one[:1] == word[:1] and abs(len(one) - len(word)) < 3)
        known = sorted(alike, key=lambda one: (-len(commonprefix((one, word))), one))[:FEW]
    found = get_close_matches(word, known, n=1, cutoff=0.65)
    return found[0] if found else None


def spelling(word: str, candidates: Iterable[str], span: Span, safety: Safety = Safety.SAFE) -> tuple[str | None, Fix | None]:
    """Return a help sentence and a fix that replaces a word of the language, or nothing if none is close.

    The fix is safe where the word is a slip of the finger away; what is only somewhat alike is asked about.
    """
    meant = closest(word, candidates)
    if meant is None:
        return None, None
    safety = safety if SequenceMatcher(None, word.casefold(), meant.casefold()).ratio() >= SLIP else Safety.UNSAFE
    return f"did you mean `{meant}`?", Fix(
        title=f"replace `{word}` by `{meant}`", edits=(Edit(span=span, text=meant),), safety=safety
    )


ELSEWHERE = {
    "lr": "learning_rate",
    "eps": "epsilon",
    "bs": "batch",
    "batch_size": "batch",
    "num_epochs": "epochs",
    "noise_multiplier": "noise",
    "sigma": "noise",
    "max_grad_norm": "clip",
    "clip_norm": "clip",
    "num_rounds": "rounds",
    "vocab_size": "size",
    "hidden_size": "hidden",
    "embedding_dim": "embedding",
    "max_tokens": "max_output",
    "max_new_tokens": "max_output",
}
"""How other tools call what is a setting here."""


def setting_meant(word: str, candidates: Collection[str], span: Span) -> tuple[str | None, Fix | None]:
    """Like `spelling`, for a setting, which other tools may call otherwise; `span` is that of the word."""
    meant = ELSEWHERE.get(word)
    if meant is None or meant not in candidates:
        return spelling(word, candidates, span)
    return f"did you mean `{meant}`?", Fix(title=f"replace `{word}` by `{meant}`", edits=(Edit(span=span, text=meant),), safety=Safety.SAFE)


def guess(word: str, candidates: Iterable[str], span: Span) -> tuple[str | None, Fix | None]:
    """Like `spelling`, for a name that the author gave: which data or model is meant is for them to say."""
    return spelling(word, candidates, span, Safety.UNSAFE)
