"""One way to turn a value into a name: BLAKE2b over canonical JSON."""

from __future__ import annotations

import json
from hashlib import blake2b


def fingerprint(value: object) -> str:
    """Return 32 hexadecimal digits that stand for a JSON value.

    >>> fingerprint({"b": 1, "a": [2]}) == fingerprint({"a": [2], "b": 1})
    True
    """
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return blake2b(text.encode(errors="surrogatepass"), digest_size=16).hexdigest()
