"""`synthc run`: carries a spec or graph out; the same command goes on where a run stopped."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from synthc.cli.endpoints import add_endpoint, endpoints_of
from synthc.cli.graphs import add_spec, ready, write
from synthc.compiler.graph import Graph
from synthc.runtime.errors import InputError, NotMeant

THOUSANDS = {"k": 1_000, "M": 1_000_000}

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from synthc.runtime.outcome import Outcome
    from synthc.runtime.run import Options


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_spec(parser)
    add_endpoint(parser)
    parser.add_argument("--seed", type=_natural, default=0, metavar="N", help="the seed of all that is drawn in the open; 0 if left out")
    parser.add_argument("--test-noise", type=_natural, metavar="SEED", help="draw cohorts and noise from a seed; what comes out is not private")
    parser.add_argument("--only", metavar="NAME", help="one node; `+NAME` with all it needs, `NAME+` with all that needs it")
    parser.add_argument("--limit", type=_positive, metavar="N", help="read at most N rows of each source; what comes out is not private")
    parser.add_argument("--engine", default="local", metavar="ENGINE", help="where federations are tuned: `local`, in processes of this machine, or `ray[:ADDRESS]`, in Flower's simulation on Ray")
    parser.add_argument("--fresh", action="store_true", help="do again what was done already")
    parser.add_argument("--yes", action="store_true", help="do not ask where `--fresh` spends privacy again")
    parser.add_argument("--replay", action="store_true", help="rebuild what `synthc lock` locked from the ledger, with every endpoint off")
    parser.add_argument("--json", action="store_true", help="print what the run came to as JSON")


def run(options: argparse.Namespace) -> int:
    """Run, and show what came of it."""
    _refuse_useless(options)
    made = ready(options)
    if options.spec is None or not options.spec.endswith(".json"):
        write(made)
    settings = _settings(options, made.graph)
    _ask_before(made.graph, settings, yes=options.yes)
    code = finish(carry_out(made.graph, settings), as_json=options.json)
    if settings.replay is not None and not options.json:
        print(_replayed(made.graph, settings.replay))
    return code


def _replayed(graph: Graph, lock: Mapping[str, Any]) -> str:
    """Return the verdict of a replay, which stops at the first dataset that is another."""
    from synthc.runtime.folder import ROWS

    many = len(lock["datasets"])
    beside = [f"`{n.name}`" for n in graph.nodes if n.kind in ROWS and not n.private and n.name not in lock["datasets"]]
    rest = f"; no lock covers {', '.join(beside)}, as the noise that they rest on cannot be drawn again" if beside else ""
    return f"replay: {many} of {many} datasets are the same as when they were locked{rest}"


def finish(outcome: Outcome, *, as_json: bool) -> int:
    """Show what a run came to, and raise what stopped it."""
    if as_json:
        print(json.dumps(outcome.document, indent=1, ensure_ascii=False))
    else:
        _show(outcome)
    if outcome.problem is not None:
        raise outcome.problem
    return 0


def _refuse_useless(options: argparse.Namespace) -> None:
    _engine(options.engine)
    for name in ("only", "limit", "test_noise", "fresh", "endpoint"):
        told = getattr(options, name)
        if options.replay and told is not None and told is not False and told != []:
            raise InputError(f"`--{name.replace('_', '-')}` has no place beside `--replay`, which rebuilds what is locked and asks nobody")


def _engine(said: str) -> None:
    """Raise for an engine that there is not, before anything is done."""
    from synthc.runtime.engines.engine import Engine

    if Engine.of(said).name == "ray":
        from synthc.runtime.engines.ray import require_ray

        require_ray()


def _settings(options: argparse.Namespace, graph: Graph) -> Options:
    endpoints = endpoints_of(options.endpoint, graph)
    from synthc.runtime.run import Options

    if options.replay:
        return _replay(graph, options.seed)
    return Options(
        project=Path.cwd(),
        seed=options.seed,
        test_noise=options.test_noise,
        limit=options.limit,
        only=options.only,
        fresh=options.fresh,
        endpoints=endpoints,
        engine=options.engine,
    )


def _replay(graph: Graph, seed: int) -> Options:
    from synthc.runtime.lock import read_lock
    from synthc.runtime.replay import check_sources, replayed
    from synthc.runtime.run import Options

    lock = read_lock(Path.cwd(), graph)
    if seed not in {0, lock["seed"]}:
        raise InputError(f"the lock is of a run with `--seed {lock['seed']}`; leave `--seed` out")
    check_sources(graph, Path.cwd(), lock)
    return Options(project=Path.cwd(), seed=lock["seed"], nodes=replayed(graph, lock), replay=lock)


def _ask_before(graph: Graph, settings: Options, *, yes: bool) -> None:
    from synthc.runtime import run as walker

    if settings.fresh and not yes:
        ask_to_spend("`--fresh`", walker.spends_again(graph, settings))


def carry_out(graph: Graph, settings: Options) -> Outcome:
    """Carry a graph out under a view of what it is doing; Ctrl-C stops it cleanly."""
    from synthc.cli.progress import view
    from synthc.cli.stop import stoppable
    from synthc.runtime import run as walker

    bars = view()

    def consent(mechanisms: list[str]) -> None:
        bars.pause()  # a question under moving bars would be painted over
        settings.consent(mechanisms)

    with stoppable(bars.close) as stopping:
        try:
            return walker.run(graph, replace(settings, consent=consent), listeners=(bars,), stopping=stopping)
        finally:
            bars.close()


def ask_to_spend(what: str, mechanisms: list[str]) -> None:
    """Ask before real people are charged once more."""
    if not mechanisms:
        return
    names = ", ".join(f"`{name}`" for name in mechanisms)
    if not sys.stdin.isatty():
        raise NotMeant(f"{what} would spend privacy again, for {names}; say `--yes` if that is meant")
    print(f"this spends privacy again, for {names}. Go on? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().casefold() not in {"y", "yes"}:
        raise NotMeant("nothing was spent, and what rests on it stays as it is")


def _show(outcome: Outcome) -> None:
    from synthc.cli.results import results

    for line in results(outcome.document):
        print(line)
    report = outcome.folder / "report.html"
    if report.exists():
        print(f"report: {report.relative_to(Path.cwd()) if report.is_relative_to(Path.cwd()) else report}")


def _natural(text: str) -> int:
    """Read a whole number as it stands in a spec, such as 20, 10k or 1M."""
    digits, times = (text[:-1], THOUSANDS[text[-1]]) if text[-1:] in THOUSANDS else (text, 1)
    if not (digits.isascii() and digits.isdecimal()):
        raise argparse.ArgumentTypeError(f"`{text}` is no whole number; write it as 20, 10k or 1M")
    return int(digits) * times


def _positive(text: str) -> int:
    number = _natural(text)
    if number == 0:
        raise argparse.ArgumentTypeError("at least 1 is wanted")
    return number
