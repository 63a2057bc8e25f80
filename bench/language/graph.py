"""How long `synthc compile` and `synthc plan` take for a graph of 500 nodes, from the start of the process; two peers beside them.

python bench/language/graph.py [--alone]

CPU seconds, median of 5. Compiling solves for the noise of one mechanism, which takes the accountant some seconds the first time ever and
is then kept on the disk; the first time is shown by itself. Peers, each in an environment of its own unless told `--alone`: the dry run
of Snakemake on 500 rules that need each other, and the parse of dbt on 500 models, without and with what it keeps of the last one.
Writes bench/results/language_graph.json.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from claims import Claim, median, report
from command import SYNTHC, environment, seconds
from corpus import graph, write
from peers import tool

NODES = 500
CHAIN = 4
"""Peers get chains of so many steps, as the rows of the spec are."""

DBT_PROJECT = """\
name: bench
version: "1.0.0"
config-version: 2
profile: bench
model-paths: [models]
"""
DBT_PROFILE = """\
bench:
  target: dev
  outputs:
    dev: {type: duckdb, path: ":memory:"}
"""


def ours(folder: Path) -> list[Claim]:
    """Measure this checkout; each run compiles another text, so that nothing but the noise is known."""
    env, number = environment(folder), iter(range(1000))
    text = graph(NODES)

    def work(*command: str) -> float:
        (folder / "graph.synth").write_text(f"{text}\n# run {next(number)}\n", encoding="utf-8")
        return seconds([*SYNTHC, *command], folder, env)

    seconds([*SYNTHC, "compile", "--help"], folder, env)
    first = work("compile", "graph.synth")
    shown = subprocess.run([*SYNTHC, "plan", "--json", "graph.synth"], cwd=folder, env=env, check=True, capture_output=True, text=True).stdout
    assert shown.count('"kind"') >= NODES - 1
    return [
        Claim(what=f"synthc compile, {NODES} nodes in {text.count(chr(10))} lines, the first time ever", measured=first),
        Claim(what=f"synthc compile, {NODES} nodes", measured=median(lambda: work("compile", "graph.synth")), limit=1.0),
        Claim(what=f"synthc plan, {NODES} nodes from the spec", measured=median(lambda: work("plan", "graph.synth")), limit=1.0),
        Claim(what=f"synthc plan, {NODES} nodes from the graph", measured=median(lambda: seconds([*SYNTHC, "plan", "build/graph.graph.json"], folder, env)), limit=1.0),
    ]


def snakefile() -> Iterator[str]:
    """Yield rules in chains, and one that needs the ends of all."""
    ends = ", ".join(f'"out/{n}.txt"' for n in range(CHAIN - 1, NODES - 1, CHAIN))
    yield f"rule all:\n    input: {ends}\n"
    for n in range(NODES - 1):
        source = '"in.txt"' if n % CHAIN == 0 else f'"out/{n - 1}.txt"'
        yield f'rule step_{n}:\n    input: {source}\n    output: "out/{n}.txt"\n    params: share={n % 60}\n    shell: "head -n {{params.share}} {{input}} > {{output}}"\n'


def snakemake(folder: Path) -> list[Claim]:
    """Measure Snakemake's dry run."""
    command = [str(tool("snakemake", "snakemake")), "--dry-run", "--quiet", "all"]
    write(iter([("Snakefile", "\n".join(snakefile())), ("in.txt", "text\n")]), folder)
    env = {**os.environ, "XDG_CACHE_HOME": str(folder)}
    seconds(command, folder, env)
    return [Claim(what=f"snakemake --dry-run, {NODES} rules", measured=median(lambda: seconds(command, folder, env), 3))]


def models() -> Iterator[tuple[str, str]]:
    """Yield a project of dbt with models in chains."""
    yield "dbt_project.yml", DBT_PROJECT
    yield "profiles.yml", DBT_PROFILE
    for n in range(NODES):
        source = "(select 'text' as text) as web" if n % CHAIN == 0 else f"{{{{ ref('rows_{n - 1}') }}}}"
        yield f"models/rows_{n}.sql", f"select text, length(text) as words\nfrom {source}\nwhere length(text) > {n % 60}\n"


def dbt(folder: Path) -> list[Claim]:
    """Measure dbt's parse, from nothing and with its partial parsing."""
    command = [str(tool("dbt-core==1.10.13", "dbt", "dbt-duckdb==1.9.6")), "--quiet", "parse", "--profiles-dir", "."]
    write(models(), folder)
    env = {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    seconds(command, folder, env)
    whole = median(lambda: seconds([*command, "--no-partial-parse"], folder, env), 3)
    again = median(lambda: seconds(command, folder, env), 3)
    return [
        Claim(what=f"dbt parse, {NODES} models", measured=whole),
        Claim(what=f"dbt parse, {NODES} models, nothing changed", measured=again),
    ]


def main() -> int:
    """Measure each, a peer that can't be installed left out and said."""
    parser = argparse.ArgumentParser(description="Measure compile and plan.")
    parser.add_argument("--alone", action="store_true", help="leave the peers out")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    try:
        (folder / "synthc").mkdir()
        found = ours(folder / "synthc")
        for peer in () if options.alone else (snakemake, dbt):
            try:
                found += peer(folder / peer.__name__)
            except (subprocess.CalledProcessError, RuntimeError) as problem:
                print(f"{peer.__name__} is left out: {problem}")
    finally:
        shutil.rmtree(folder)
    return report("graph", found)


if __name__ == "__main__":
    raise SystemExit(main())
