"""`synthc fmt`: canonical form, in place."""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path

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
    from synthc.dsl.format import formatted

    sources = [_stdin()] if options.paths == ["-"] else [_read(path) for path in every(options.paths)]
    changed = 0
    for source in sources:
        text, left = formatted(source)
        changed += text != source.text
        if options.diff:
            sys.stdout.writelines(_diff(source, text))
        elif not options.check:
            _write(source, text)
        elif text != source.text:
            print(f"{source.path}: would change")
        if left:
            print(f"{source.path}: what does not parse was left as it was; `synthc check` says what", file=sys.stderr)
    return int(options.check and changed > 0)


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
