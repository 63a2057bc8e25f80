"""How long the compiler's own session takes, as the language server asks it: a spec of 1,000 lines, and each edit of one item.

python bench/language/engine.py

CPU milliseconds in one process. The whole is the median of 5 sessions that know nothing yet, each given a text of its own; an edit
is the median of 200, each of another item. Writes bench/results/language_engine.json.
"""

from __future__ import annotations

import gc
import re
import statistics
import sys
from itertools import count
from pathlib import Path
from random import Random

from command import ROOT

sys.path.insert(0, str(ROOT))

from claims import Claim, cpu, median, report  # noqa: E402
from corpus import spec  # noqa: E402

from synthc.compiler.session import Session  # noqa: E402

PLACE = Path("/spec.synth")
EDITS = 200
NUMBER = re.compile(r"(?<=in )[0-9]+(?=\.\.)|(?<=sample )[0-9]+(?=%)|(?<=max_input = )[0-9]+|(?<=tells a )(?:friend|neighbour)")
"""What is edited: a bound of a `where`, a share, a setting of a prompt, a word of a prompt."""


def whole(text: str, number: int) -> float:
    """Check a text in a new session."""
    session = Session(project=PLACE.parent)
    session.put(PLACE, f"{text}\n# text {number}\n")

    def work() -> None:
        assert not session.analyse(PLACE).diagnostics

    return cpu(work)


def edits(text: str) -> list[float]:
    """Edit one item after the other, each time checking the whole text."""
    session = Session(project=PLACE.parent)
    session.put(PLACE, text)
    session.analyse(PLACE)
    chance, found = Random(1), []
    for _ in range(EDITS):
        place = chance.choice(list(NUMBER.finditer(text)))
        new = str(chance.randint(8, 60)) if place.group().isdigit() else chance.choice(("friend", "neighbour"))
        text = text[: place.start()] + new + text[place.end() :]
        found.append(cpu(lambda text=text: edit(session, text)))
    return found


def edit(session: Session, text: str) -> None:
    """Put a text and check it."""
    session.put(PLACE, text)
    assert not session.analyse(PLACE).diagnostics


def main() -> int:
    """Measure, with the garbage collector as the command sets it."""
    gc.set_threshold(100_000)
    text, number = spec(1_000), count()
    lines = text.count("\n")
    whole(text, next(number))
    found = sorted(edits(text))
    claims = [
        Claim(what=f"a spec of {lines} lines, whole", measured=1000 * median(lambda: whole(text, next(number))), limit=60, unit="ms"),
        Claim(what="after an edit of one item, median", measured=1000 * statistics.median(found), limit=10, unit="ms"),
        Claim(what="after an edit of one item, 95th percentile", measured=1000 * found[int(0.95 * len(found))], unit="ms"),
    ]
    return report("engine", claims)


if __name__ == "__main__":
    raise SystemExit(main())
