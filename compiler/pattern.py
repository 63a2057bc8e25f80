"""Regular expressions: what a run could not read is found when the spec is compiled."""

from __future__ import annotations

import re
import warnings

ELSEWHERE = re.compile(r"\\[pPzx](?:\{[^{}\\]*\})?")
"""What only the engine of the run knows, such as `\\p{L}`."""


def wrong_pattern(pattern: str) -> str | None:
    """Return why a text is no regular expression, None if it is one.

    >>> wrong_pattern("(a"), wrong_pattern("a(?=b)"), wrong_pattern("(" * 9999 + ")" * 9999)
    ('missing ), unterminated subpattern', 'there is no looking ahead or behind', 'it nests too deep')
    """
    bare = re.sub(r"\[[^]]*+\]?", "a", pattern.replace("\\\\", ""))
    if re.search(r"\(\?<?[=!]", bare):
        return "there is no looking ahead or behind"
    if re.search(r"\\[1-9]|\(\?P=|\(\?>|[*+?]\+|[0-9,]\}\+", bare):
        return "there is no referring back, and no atomic group"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(ELSEWHERE.sub("a", pattern))
    except re.error as problem:
        return problem.msg
    except RecursionError:
        return "it nests too deep"
    except (OverflowError, ValueError):
        return "it repeats too often"
    return None
