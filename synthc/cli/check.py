"""`synthc check`: all findings of all files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from synthc.cli.graphs import add_set, params_of, verdict
from synthc.cli.specs import every, roots
from synthc.compiler.compile import check
from synthc.dsl.diagnostic import Diagnostic

FORMATS = ("text", "concise", "json", "sarif", "github")


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files and folders; this folder if left out")
    parser.add_argument("--format", choices=FORMATS, default="text", help="how findings are shown")
    parser.add_argument("--fix", action="store_true", help="apply the fixes that are safe, and show what is left")
    parser.add_argument("--select", type=_rules, metavar="RULES", help="only these rules, separated by commas")
    parser.add_argument("--ignore", type=_rules, default=frozenset(), metavar="RULES", help="all but these rules")
    add_set(parser)


def run(options: argparse.Namespace) -> int:
    """Check, mend if asked, and show what was found."""
    paths, params = roots(every(options.paths)), params_of(options.set)

    def found() -> tuple[Diagnostic, ...]:
        return _chosen(_findings(paths, params), options)

    findings = found()
    if options.fix:
        from synthc.cli.fix import mend

        findings = mend(findings, found)
    print(_shown(findings, options.format), end="")
    return verdict(findings)


def _rules(text: str) -> frozenset[str]:
    return frozenset(rule.strip() for rule in text.split(",") if rule.strip())


def _findings(paths: Sequence[Path], params: dict[str, str]) -> tuple[Diagnostic, ...]:
    """Return the findings of several specs, those of a file that they share once."""
    found = {finding for path in paths for finding in check(path, Path(), params=params)}
    return tuple(sorted(found, key=lambda finding: finding.sort_key))


def _chosen(findings: tuple[Diagnostic, ...], options: argparse.Namespace) -> tuple[Diagnostic, ...]:
    wanted = (f for f in findings if options.select is None or f.rule in options.select)
    return tuple(f for f in wanted if f.rule not in options.ignore)


def _shown(findings: tuple[Diagnostic, ...], format_: str) -> str:
    from importlib import import_module

    function: Callable[..., str] = getattr(import_module(f"synthc.findings.{format_}"), format_)
    if format_ == "text":
        from synthc.cli.terminal import coloured

        return function(findings, colour=coloured(sys.stdout))
    return function(findings)
