"""From what the user names to a graph: compiles a spec, or reads what was compiled.

What `--set` said is kept beside the graph, so that `synthc compile --set docs=50 && synthc run` runs
what was compiled, also when the spec has changed in between.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from synthc.cli.params import add_set, params_of
from synthc.cli.specs import GRAPH, SUFFIX, choose
from synthc.cli.verdict import verdict
from synthc.compiler.compile import Rewrite, compile_spec
from synthc.compiler.graph import Graph
from synthc.compiler.graph.encoding import read_graph, to_json
from synthc.dsl.diagnostic import Diagnostic
from synthc.runtime.errors import InputError, RunError

BUILD = Path("build")


class Findings(RunError):
    """A spec with errors, which have been shown."""

    exit_code = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A graph, the `--set` values that went into it, and the passes that changed it, where it was compiled now."""

    graph: Graph
    params: Mapping[str, str]
    rewrites: tuple[Rewrite, ...] = ()


def add_spec(parser: argparse.ArgumentParser, *, graphs: bool = True, kept: bool = True) -> None:
    """Add the options that choose a spec and its parameters."""
    what = "a `.synth` file or a compiled graph" if graphs else "a `.synth` file"
    parser.add_argument("spec", nargs="?", metavar="SPEC", help=f"{what}; the only spec of the folder if left out")
    add_set(parser, "; those of the last `compile` if left out" if kept else "")


def ready(options: argparse.Namespace) -> Ready:
    """Return the graph that is meant: a compiled one as it is, a spec compiled now.

    Raises:
        Findings: the spec has errors; they have been shown on stderr.
    """
    path = choose(options.spec, graphs=True)
    given = params_of(options.set)
    if path.suffix != SUFFIX:
        if given:
            raise InputError(f"`--set` has no effect on a compiled graph; name the spec of {path} instead")
        return Ready(graph=read_graph(path), params={})
    kept = _kept(path) if not given else {}
    if kept:
        said = " ".join(f"--set {name}={value}" for name, value in kept.items())
        print(f"as it was compiled: {said}", file=sys.stderr)
    return compiled(path, given or kept)


def compiled(path: Path, params: Mapping[str, str]) -> Ready:
    """Compile a spec and show its findings on stderr."""
    result = compile_spec(path, Path(), params=params)
    if result.diagnostics:
        show(result.diagnostics)
    if result.graph is None:
        raise _refusal(path, result.diagnostics)
    return Ready(graph=result.graph, params=params, rewrites=result.rewrites)


def show(findings: tuple[Diagnostic, ...]) -> None:
    """Show findings to people, on stderr."""
    from synthc.cli.terminal import coloured
    from synthc.findings.text import text

    print(text(findings, colour=coloured(sys.stderr)), end="", file=sys.stderr)


def _refusal(path: Path, findings: tuple[Diagnostic, ...]) -> RunError:
    sentence = f"{path} has errors, so there is no graph to work from"
    return InputError(sentence) if verdict(findings) == InputError.exit_code else Findings(sentence)


def write(made: Ready, path: Path | None = None) -> Path:
    """Write a graph, by default where `run` looks for it; a file that is the same already is left alone."""
    place = path or BUILD / f"{made.graph.name}{GRAPH}"
    place.parent.mkdir(parents=True, exist_ok=True)
    text = to_json(made.graph)
    if not place.exists() or place.read_text(encoding="utf-8", errors="replace") != text:
        waiting = place.with_name(f"{place.name}.writing")
        waiting.write_text(text, encoding="utf-8")
        waiting.replace(place)
    if path is None:
        _keep(made)
    return place


def _place(name: str) -> Path:
    return BUILD / f"{name}.set.json"


def _keep(made: Ready) -> None:
    place = _place(made.graph.name)
    if made.params:
        place.write_text(json.dumps(dict(made.params), ensure_ascii=False) + "\n", encoding="utf-8")
    else:
        place.unlink(missing_ok=True)


def _kept(spec: Path) -> dict[str, str]:
    try:
        found = json.loads(_place(spec.stem).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}
