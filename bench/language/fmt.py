"""How many lines the formatter does in a second.

python bench/language/fmt.py

CPU time, median of 5: of a long file from its text on, none of it in style, and of `synthc fmt` from the start of the process on a project of 500
files, most of them in style. Writes bench/results/language_fmt.json.
"""

from __future__ import annotations

import gc
import sys
import tempfile
from pathlib import Path

from command import ROOT, SYNTHC, environment, seconds

sys.path.insert(0, str(ROOT))

from claims import Claim, cpu, median, report  # noqa: E402
from corpus import project, spec, write  # noqa: E402

from synthc.dsl.format import format_source  # noqa: E402
from synthc.dsl.source import Source  # noqa: E402


def main() -> int:
    """Format a long file in this process, and a project by the command."""
    gc.disable()
    source = Source(path="spec.synth", text=spec(10_000).replace("  | ", "    |  "))
    lines = source.text.count("\n")
    whole = median(lambda: cpu(lambda: format_source(source)))
    with tempfile.TemporaryDirectory() as folder:
        env, there = environment(Path(folder)), Path(folder) / "project"
        paths = write(project(), there)
        written = sum(path.read_text(encoding="utf-8").count("\n") for path in paths)
        seconds([*SYNTHC, "fmt"], there, env)
        again = median(lambda: seconds([*SYNTHC, "fmt"], there, env))
    claims = [
        Claim(what="lines, of text", measured=lines / whole, limit=50_000, unit="/s", at_least=True),
        Claim(what="lines of a project of 500 files, from the start of the process", measured=written / again, unit="/s"),
    ]
    return report("fmt", claims)


if __name__ == "__main__":
    raise SystemExit(main())
