"""How soon a language server shows an error and clears it again, in a project of 500 files, and what memory it holds; BAML's beside it.

python bench/language/editor.py [--edits N] [--alone]

One script drives both servers over stdio, as an editor does. An error is a name that nothing is called, another in each edit; the
time runs from the change until the finding that names it arrives, and from the mending until an empty list does. Leaf files are read
by no other, shared ones by about twenty. Clock time, for that is what one waits; CPU time of the server beside it, for machines with other work.
Installs baml-py in an environment of its own, unless told `--alone`. Writes bench/results/language_editor.json.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from baml_corpus import baml_project
from claims import Claim, report
from command import SYNTHC, environment
from corpus import project, write
from lsp_client import LspClient
from peers import tool

BAML = "baml-py==0.226.3"
PATIENCE = 60.0
"""Seconds after which an editor gives up on a finding; it counts as that long."""
LIMIT = 150.0
"""Seconds after which a server gets no more edits, so that the script ends whatever a server does; how many it had is written down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A server, its project, the files that are open, and what is edited: pairs of a file and a word in it whose change is an error."""

    name: str
    language: str
    command: Sequence[str]
    folder: Path
    opened: Sequence[str]
    edits: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Seconds until errors were shown and cleared, CPU seconds of the server for each change, and memory in MB."""

    ready: float
    show: list[float]
    clear: list[float]
    cpu: float
    memory: float
    completion: list[float]


def measure(subject: Subject, env: dict[str, str], edits: int) -> Times:
    """Open the files, then make errors and mend them, one after the other."""
    with LspClient(command=subject.command, folder=subject.folder, env=env) as client:
        begun = time.perf_counter()
        for name in subject.opened:
            client.open(subject.folder / name, subject.language)
        busy = client.settle(limit=LIMIT)
        ready = time.perf_counter() - begun
        show, clear = list[float](), list[float]()
        for number in range(edits):
            if time.perf_counter() - begun > LIMIT and show:
                break
            name, word = subject.edits[number % len(subject.edits)]
            path = subject.folder / name
            text = path.read_text(encoding="utf-8")
            client.change(path, text.replace(word, f"{word}x{number}x", 1))
            show.append(_waited(client, path, lambda found, number=number: f"x{number}x" in str(found)))
            client.change(path, text)
            clear.append(_waited(client, path, lambda found: not found))
        cpu = (client.settle(limit=LIMIT) - busy) / (2 * len(show))
        completion = [_completion(client, subject, number) for number in range(edits)] if subject.language == "synth" else []
        return Times(ready=ready, show=show, clear=clear, cpu=cpu, memory=client.memory(), completion=completion)


def _waited(client: LspClient, path: Path, wanted: Callable[[list[Any]], bool]) -> float:
    try:
        return client.until(path, wanted, PATIENCE)
    except TimeoutError:
        return PATIENCE


def _completion(client: LspClient, subject: Subject, number: int) -> float:
    """Type a step into a spec and ask what may stand there, at once."""
    path = subject.folder / subject.edits[0][0]
    lines = path.read_text(encoding="utf-8").split("\n")
    at = next(index for index, line in enumerate(lines) if line.startswith("  | dedup"))
    typed = ("  | ", "  | where words(te", "  | ask more = prompts.", "  | where answer.p(")[number % 4]
    client.change(path, "\n".join((*lines[: at + 1], typed, *lines[at + 1 :])))
    position = {"line": at + 1, "character": len(typed)}
    taken, answer = client.ask("textDocument/completion", {"textDocument": {"uri": path.as_uri()}, "position": position})
    assert answer
    return taken


def synthc(folder: Path) -> Subject:
    """Return this checkout's server with its project; every file is open, for it checks no others."""
    opened = [str(path.relative_to(folder)) for path in write(project(), folder)]
    leaves = [(f"specs/team_{n % 20}/keyboard_{n}.synth", "prompts.judge") for n in (7, 108, 209, 310)]
    edits = [*leaves, ("shared/prompts_3.synth", "{{ text")]
    return Subject(name="synthc", language="synth", command=[*SYNTHC, "lsp"], folder=folder, opened=opened, edits=edits)


def baml(folder: Path) -> Subject:
    """Return BAML's server with a project of as many files and lines; it checks all of them, open or not."""
    write(baml_project(), folder)
    leaves = [(f"baml_src/teams/team_{n % 20}/functions_{n}.baml", f"-> Chat{n % 60}") for n in (7, 108, 209, 310)]
    return Subject(name="BAML", language="baml", command=[str(tool(BAML, "baml-cli")), "lsp"], folder=folder, opened=[name for name, _ in leaves], edits=leaves)


def claims(name: str, times: Times, *, limited: bool) -> list[Claim]:
    """Return what was measured, for this checkout with the limits that are claimed."""
    found = []
    for what, values in (("error shown", times.show), ("error cleared", times.clear)):
        found += [
            Claim(what=f"{name}: {what}, median", measured=1000 * statistics.median(values), unit="ms"),
            Claim(what=f"{name}: {what}, 95th percentile", measured=1000 * high(values), limit=50 if limited else None, unit="ms"),
        ]
    if times.completion:
        found.append(Claim(what=f"{name}: completion, median", measured=1000 * statistics.median(times.completion), limit=15, unit="ms"))
    return [
        *found,
        Claim(what=f"{name}: edits", measured=len(times.show), unit=""),
        Claim(what=f"{name}: CPU for a change", measured=1000 * times.cpu, unit="ms"),
        Claim(what=f"{name}: memory", measured=times.memory, limit=200 if limited else None, unit="MB"),
        Claim(what=f"{name}: until the project is known", measured=times.ready),
    ]


def high(values: list[float]) -> float:
    """Return the 95th percentile."""
    return sorted(values)[min(len(values) - 1, int(0.95 * len(values)))]


def main() -> int:
    """Measure one server after the other."""
    parser = argparse.ArgumentParser(description="Measure language servers.")
    parser.add_argument("--edits", type=int, default=100, help="edits of synthc's project; BAML's gets a tenth")
    parser.add_argument("--alone", action="store_true", help="leave BAML out")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    try:
        found = claims("synthc", measure(synthc(folder / "synthc"), environment(folder), options.edits), limited=True)
        if not options.alone:
            found += claims("BAML", measure(baml(folder / "baml"), environment(folder), max(5, options.edits // 10)), limited=False)
    finally:
        shutil.rmtree(folder)
    return report("editor", found, edits=options.edits, baml=None if options.alone else BAML)


if __name__ == "__main__":
    raise SystemExit(main())
