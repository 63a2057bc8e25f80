"""How long `check` takes on a project of 500 files, from the start of the process: for the first time, after one change, and when nothing has changed.

python bench/language/project.py [--alone]

CPU seconds; the first time and after a change the median of 3, each on a copy of the project in which every file is another. Beside it `baml-cli
check` on as many files with as many lines, installed in an environment of its own unless told `--alone`. Writes bench/results/language_project.json.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from baml_corpus import baml_project
from claims import Claim, median, report
from command import SYNTHC, environment, seconds
from corpus import project, write
from peers import tool

BAML = "baml-py==0.226.3"
RUNS = 3


def cold(command: Sequence[str], files: Callable[[], Iterator[tuple[str, str]]], mark: str, folder: Path, env: dict[str, str]) -> float:
    """Check a project of which every text is new."""
    number = iter(range(100))

    def once() -> float:
        run = next(number)
        write(((name, f"{text}\n{mark} run {run}\n") for name, text in files()), folder)
        return seconds(command, folder, env)

    return median(once, RUNS)


def changed(command: Sequence[str], path: Path, folder: Path, env: dict[str, str]) -> float:
    """Check a project of which one file is new."""
    number = iter(range(100))

    def once() -> float:
        path.write_text(f"{path.read_text(encoding='utf-8')}\n# change {next(number)}\n", encoding="utf-8")
        return seconds(command, folder, env)

    return median(once, RUNS)


def ours(folder: Path) -> list[Claim]:
    """Measure this checkout."""
    env, place, command = environment(folder), folder / "specs", [*SYNTHC, "check"]
    lines = sum(text.count("\n") for _, text in project())
    (folder / "one.synth").write_text("synth 1\n", encoding="utf-8")
    seconds([*command, "one.synth"], folder, env)
    first = cold(command, project, "#", place, env)
    again = median(lambda: seconds(command, place, env), RUNS)
    leaf, shared = place / "specs" / "team_7" / "keyboard_7.synth", place / "shared" / "prompts_3.synth"
    return [
        Claim(what=f"synthc check, 500 files with {lines:,} lines", measured=first, limit=3.0),
        Claim(what="synthc check, nothing changed", measured=again, limit=0.5),
        Claim(what="synthc check, one spec changed", measured=changed(command, leaf, place, env)),
        Claim(what="synthc check, a file changed that many import", measured=changed(command, shared, place, env)),
    ]


def baml(folder: Path) -> list[Claim]:
    """Measure BAML's check."""
    command = [str(tool(BAML, "baml-cli")), "check"]
    lines = sum(text.count("\n") for _, text in baml_project())
    place = folder / "baml"
    first = cold(command, baml_project, "//", place, dict(os.environ))
    return [
        Claim(what=f"baml-cli check, 500 files with {lines:,} lines", measured=first),
        Claim(what="baml-cli check, nothing changed", measured=median(lambda: seconds(command, place, dict(os.environ)), RUNS)),
    ]


def main() -> int:
    """Measure one after the other."""
    parser = argparse.ArgumentParser(description="Measure check on a project.")
    parser.add_argument("--alone", action="store_true", help="leave BAML out")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    try:
        found = ours(folder) + ([] if options.alone else baml(folder))
    finally:
        shutil.rmtree(folder)
    return report("project", found)


if __name__ == "__main__":
    raise SystemExit(main())
