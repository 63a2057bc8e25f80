"""What is claimed beside what was measured: a table for people, a file for the record, and an exit code."""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parents[1] / "results"
RUNS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One number with its limit: an upper one, or with `at_least` a lower one; without a limit it is shown for comparison."""

    what: str
    measured: float
    limit: float | None = None
    unit: str = "s"
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether the limit is kept."""
        if self.limit is None:
            return True
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


def median(measure: Callable[[], float], runs: int = RUNS) -> float:
    """Return the median of several measurements."""
    return statistics.median(measure() for _ in range(runs))


def cpu(work: Callable[[], object]) -> float:
    """Return the CPU seconds that this process takes for some work."""
    before = time.process_time()
    work()
    return time.process_time() - before


def report(name: str, claims: Sequence[Claim], **more: Any) -> int:
    """Show and keep the claims, with facts of the machine; return 1 if one isn't met, else 0."""
    wide = max(len(claim.what) for claim in claims)
    for claim in claims:
        print(f"{claim.what:<{wide}}  {_number(claim.measured):>9} {claim.unit:<8} {_verdict(claim)}".rstrip())
    document = {"machine": machine(), "claims": [_json(claim) for claim in claims], **more}
    (RESULTS / f"language_{name}.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return int(not all(claim.met for claim in claims))


def machine() -> dict[str, Any]:
    """Return what numbers depend on; `loop_ms` is a fixed piece of Python, to compare machines and their load."""
    loop = min(cpu(lambda: sum(i * i for i in range(300_000))) for _ in range(RUNS))
    return {
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
        "cpu": _cpu_name(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "loop_ms": round(loop * 1000, 1),
    }


def _cpu_name() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _json(claim: Claim) -> dict[str, Any]:
    limit = {} if claim.limit is None else {"at least" if claim.at_least else "at most": claim.limit, "met": claim.met}
    return {"what": claim.what, "measured": round(claim.measured, 4), "unit": claim.unit, **limit}


def _verdict(claim: Claim) -> str:
    if claim.limit is None:
        return ""
    bound = f"{'at least' if claim.at_least else 'at most'} {_number(claim.limit)}"
    return f"({bound})" if claim.met else f"({bound}) MISSED"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
