"""`synthc fmt`: canonical form, in place."""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path

from synthc.cli.in_style import InStyle
from synthc.cli.specs import every
from synthc.dsl.source import Source
from synthc.runtime.errors import InputError


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files and folders, or - for stdin; this folder if left out")
    parser.add_argument("--check", action="store_true", help="change nothing, and exit with 1 if something would change")
    parser.add_argument("--diff", action="store_true", help="change nothing, and show what would")


def run(options: argparse.Namespace) -> int:
    """Format, or tell what would change."""
    if "-" in options.paths and len(options.paths) > 1:
        raise InputError("`-` stands alone; format files and stdin one after the other")
    sources = [_stdin()] if options.paths == ["-"] else [_read(path) for path in every(options.paths)]
    changed, known = 0, InStyle()
    for source in sources:
        if source.path != "-" and source.text in known:
            continue
        formatted, broken = _formatted(source)
        changed += formatted != source.text
        if not broken:
            known.add(formatted)
        if options.diff:
            sys.stdout.writelines(_diff(source, formatted))
        elif not options.check:
            _write(source, formatted)
        elif formatted != source.text:
            print(f"{source.path}: would change")
        if broken:
            print(f"{source.path}: what does not parse was left as it was; `synthc check` says what", file=sys.stderr)
    known.keep()
    return int(options.check and changed > 0)


def _formatted(source: Source) -> tuple[str, bool]:
    """Return a text in style, and whether something in it does not parse: that stays as it was."""
    from synthc.dsl.format import format_module
    from synthc.dsl.parse import parse

    module, found = parse(source)
    return format_module(module), any(one.severity == "error" for one in found)


def _read(path: Path) -> Source:
    return Source(path=str(path), text=_decoded(path.read_bytes(), str(path)))


def _stdin() -> Source:
    return Source(path="-", text=_decoded(sys.stdin.buffer.read(), "stdin"))


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise InputError(f"{name}: not UTF-8 at byte {problem.start}; save the file as UTF-8") from None


def _write(source: Source, formatted: str) -> None:
    if source.path == "-":
        sys.stdout.write(formatted)
    elif formatted != source.text:
        Path(source.path).write_bytes(formatted.encode("utf-8"))
        print(f"{source.path}: formatted", file=sys.stderr)


def _diff(source: Source, formatted: str) -> list[str]:
    before, after = source.text.splitlines(keepends=True), formatted.splitlines(keepends=True)
    lines = difflib.unified_diff(before, after, source.path, source.path)
    return [line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines]
