"""How long `synthc` takes from the start of the process: to say its version, and to check a spec that it has never seen.

python bench/language/start.py

CPU seconds, median of 5. Bytecode and the tables of the grammar are kept between the runs, as they are where synthc
is installed; each run checks another text, so that nothing else can be. Writes bench/results/language_start.json.
"""

from __future__ import annotations

import tempfile
from itertools import count
from pathlib import Path

from claims import Claim, median, report
from command import ROOT, SYNTHC, environment, seconds
from corpus import spec

TOUR = ROOT / "tests" / "golden" / "tour.synth"


def main() -> int:
    """Measure each command."""
    number = count()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        env = {**environment(place), "SYNTH_TGI_URL": "http://localhost:8080"}
        (place / "personas.synth").write_text((TOUR.parent / "personas.synth").read_text(encoding="utf-8"), encoding="utf-8")

        def check(text: str) -> float:
            (place / "spec.synth").write_text(f"{text}\n# run {next(number)}\n", encoding="utf-8")
            return seconds([*SYNTHC, "check", "spec.synth"], place, env)

        def version() -> float:
            return seconds([*SYNTHC, "--version"], place, env)

        long, tour = spec(1_000), TOUR.read_text(encoding="utf-8")
        check(tour)
        version()
        claims = [
            Claim(what="synthc --version", measured=1000 * median(version), limit=80, unit="ms"),
            Claim(what=f"synthc check, the tour of {tour.count(chr(10))} lines", measured=median(lambda: check(tour))),
            Claim(what=f"synthc check, a spec of {long.count(chr(10))} lines", measured=median(lambda: check(long)), limit=0.6),
        ]
    return report("start", claims)


if __name__ == "__main__":
    raise SystemExit(main())
