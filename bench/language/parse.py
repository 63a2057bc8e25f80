"""How long parsing takes, and whether it grows in line with the text.

python bench/language/parse.py

CPU seconds, median of 5, of whole files with syntax and positions. Writes bench/results/language_parse.json.
"""

from __future__ import annotations

import gc
import sys

from command import ROOT

sys.path.insert(0, str(ROOT))

from claims import Claim, cpu, median, report  # noqa: E402
from corpus import spec  # noqa: E402

from synthc.dsl.parse import parse  # noqa: E402
from synthc.dsl.source import Source  # noqa: E402


def seconds(text: str) -> float:
    """Parse a text and return the CPU seconds, asserting that there was nothing wrong with it."""

    def work() -> None:
        assert not parse(Source(path="spec.synth", text=text))[1]

    gc.collect()
    return cpu(work)


def main() -> int:
    """Parse files of three lengths, with no garbage collected, as `synthc check` does; the numbers per 10,000 lines tell whether it is linear."""
    gc.disable()
    texts = {lines: spec(lines) for lines in (1_000, 10_000, 100_000)}
    seconds(texts[1_000])
    taken = {lines: median(lambda text=text: seconds(text)) * lines / text.count("\n") for lines, text in texts.items()}
    claims = [
        Claim(what="1,000 lines", measured=taken[1_000]),
        Claim(what="10,000 lines", measured=taken[10_000], limit=0.7),
        Claim(what="100,000 lines", measured=taken[100_000]),
        Claim(what="100,000 lines, as a multiple of 10,000", measured=taken[100_000] / taken[10_000], limit=12, unit="times"),
    ]
    return report("parse", claims)


if __name__ == "__main__":
    raise SystemExit(main())
