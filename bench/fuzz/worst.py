"""The worst texts that were thought of (tests/robust/worst.py), each of 64 KiB: CPU seconds to parse, check and format it.

python bench/fuzz/worst.py

Writes bench/results/worst.json, the slowest first. A text that breaks off after half a minute is written down as such.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from synthc.dsl.format import format_source  # noqa: E402
from synthc.dsl.parse import parse  # noqa: E402
from synthc.dsl.source import Source  # noqa: E402
from tests.robust.promises import at_once  # noqa: E402
from tests.robust.worst import WORST  # noqa: E402

SIZE, LIMIT = 64 * 1024, 30


class Late(BaseException):
    """Raised when a text takes too long."""


def late(*_: object) -> None:
    """Break off."""
    raise Late


def seconds(work: Callable[[], Any]) -> float | None:
    """Return the CPU seconds of some work, None if it was broken off."""
    start = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, LIMIT)
    try:
        work()
    except Late:
        return None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return round(time.process_time() - start, 3)


def measured(name: str) -> dict[str, Any]:
    """Return how long one text takes."""
    text = WORST[name](SIZE)
    source = Source(path="spec.synth", text=text)
    found: list[int] = []
    taken = {
        "parse": seconds(lambda: parse(source)),
        "fmt": seconds(lambda: format_source(source)),
        "check": seconds(lambda: found.append(len(at_once(text)))),
    }
    return {"text": name, "characters": len(text), "findings": found[0] if found else None, **taken}


def main() -> int:
    """Measure all, and keep what was measured after each."""
    os.nice(10)
    signal.signal(signal.SIGPROF, late)
    rows: list[dict[str, Any]] = []
    for name in WORST:
        rows.append(measured(name))
        rows.sort(key=lambda row: -max(LIMIT if row[what] is None else row[what] for what in ("parse", "fmt", "check")))
        (ROOT / "bench" / "results" / "worst.json").write_text(json.dumps(rows, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
