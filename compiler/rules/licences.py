"""What the names of licences say, by SPDX and by usage."""

from __future__ import annotations

import re

KNOWN = (
    "0BSD", "AFL-3.0", "AGPL-3.0", "AGPL-3.0-only", "AGPL-3.0-or-later", "Apache-2.0", "Artistic-2.0", "BSD-2-Clause", "BSD-3-Clause",
    "BSL-1.0", "C-UDA-1.0", "CC-BY-2.0", "CC-BY-2.5", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-NC-2.0", "CC-BY-NC-3.0", "CC-BY-NC-4.0",
    "CC-BY-NC-ND-3.0", "CC-BY-NC-ND-4.0", "CC-BY-NC-SA-3.0", "CC-BY-NC-SA-4.0", "CC-BY-ND-3.0", "CC-BY-ND-4.0", "CC-BY-SA-2.0",
    "CC-BY-SA-2.5", "CC-BY-SA-3.0", "CC-BY-SA-4.0", "CC0-1.0", "CDLA-Permissive-1.0", "CDLA-Permissive-2.0", "CDLA-Sharing-1.0",
    "ECL-2.0", "EPL-2.0", "EUPL-1.2", "GFDL-1.3", "GPL-2.0", "GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0", "GPL-3.0-only",
    "GPL-3.0-or-later", "ISC", "LGPL-2.1", "LGPL-3.0", "MIT", "MIT-0", "MPL-2.0", "ODbL-1.0", "ODC-BY-1.0", "OGL-UK-3.0", "OFL-1.1",
    "PDDL-1.0", "Unlicense", "WTFPL", "Zlib",
)  # fmt: skip
"""Identifiers of SPDX that text and data stand under."""

CLOSED = r"(?i)\b(?:proprietary|all rights reserved|confidential|internal(?: use)?|no licen[cs]e)\b"
UNKNOWN = r"(?i)\s*(?:unknown|other|none|noassertion|n/?a|tbd|todo|\?+|-+)\s*"
NO_DERIVATIVES = r"(?i)\bND\b|\bno[- ]?deriv"
NO_TRADE = r"(?i)\bNC\b|\bnon[- ]?commercial|\bresearch[- ]only\b"
PIECES = r"[^a-z0-9.]+|(?<=[a-z])(?=[0-9])"


def objection(licence: str) -> str | None:
    """Return why text under a licence cannot be published just so, None if it can, or nobody knows better.

    >>> objection("CC-BY-4.0")
    >>> objection("CC-BY-NC-4.0")
    'a licence it is made under, `CC-BY-NC-4.0`, forbids commercial use'
    """
    options = [option for option in re.split(r"\s+OR\s+", licence) if option]
    if not licence or any(_refusal(option) is None for option in options):
        return None
    return f"a licence it is made under, `{licence}`, {_refusal(licence)}"


def _refusal(licence: str) -> str | None:
    if re.fullmatch(UNKNOWN, licence):
        return "is none"
    if re.search(CLOSED, licence):
        return "forbids it"
    if re.search(NO_DERIVATIVES, licence):
        return "forbids what is made from it"
    return "forbids commercial use" if re.search(NO_TRADE, licence) else None


def spelled(licence: str) -> str | None:
    """Return the identifier that was meant by something that differs in its marks and letters alone; None if there is none.

    >>> spelled("cc by 4.0"), spelled("CC-BY-4.0"), spelled("my own")
    ('CC-BY-4.0', None, None)
    """
    if licence in KNOWN:
        return None
    return next((known for known in KNOWN if _bare(known) == _bare(licence)), None)


def _bare(licence: str) -> str:
    return "".join(re.split(PIECES, licence.casefold()))
