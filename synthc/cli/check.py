"""`synthc check`: all findings of all files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from synthc.cli.kept import Findings, keep, kept
from synthc.cli.params import add_set, params_of
from synthc.cli.specs import every
from synthc.cli.verdict import verdict

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
    paths, params = every(options.paths), params_of(options.set)

    def found() -> Findings:
        return _chosen(_checked(paths, params), options)

    known = kept(paths, params)
    findings = found() if known is None else _chosen(known, options)
    if options.fix:
        from synthc.cli.fix import mend

        findings = mend(findings, found)
    print(_shown(findings, options.format), end="")
    return verdict(findings)


def _rules(text: str) -> frozenset[str]:
    """Return the rules that an option names.

    Raises:
        InputError: there is no such rule, so that nothing would be chosen by it.
    """
    from synthc.compiler.pages import names

    rules, known = [rule.strip() for rule in text.split(",") if rule.strip()], names()
    for rule in rules:
        if rule not in known:
            from synthc.cli.explain import no_rule

            raise no_rule(rule)
    return frozenset(rules)


def _checked(paths: Sequence[Path], params: dict[str, str]) -> Findings:
    """Return the findings of several specs, those of a file that they share once."""
    from synthc.cli.specs import roots
    from synthc.compiler.session import Session

    session = Session(project=Path(), params=params)
    found = {finding for path in roots(paths, session) for finding in session.analyse(path).diagnostics}
    findings = tuple(sorted(found, key=lambda finding: finding.sort_key))
    keep(paths, params, findings, session.inputs)
    return findings


def _chosen(findings: Findings, options: argparse.Namespace) -> Findings:
    wanted = (f for f in findings if options.select is None or f.rule in options.select)
    return tuple(f for f in wanted if f.rule not in options.ignore)


def _shown(findings: Findings, format_: str) -> str:
    from importlib import import_module

    function: Callable[..., str] = getattr(import_module(f"synthc.findings.{format_}"), format_)
    if format_ == "text":
        from synthc.cli.terminal import coloured

        return function(findings, colour=coloured(sys.stdout))
    return function(findings)
