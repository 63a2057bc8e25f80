"""`synthc ledger`: the calls that were made, and what they took: lists, exports and prunes them, and rescues what a damaged file still has."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthc.cli.table import number, table
from synthc.runtime.errors import InputError

if TYPE_CHECKING:
    from synthc.runtime.ledger_records import Chosen

LEDGER = Path(".synth") / "ledger.sqlite"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    what = "`list` counts the calls, `export` prints them as JSON lines, `prune` deletes some, `rescue` saves what can be read of a damaged ledger"
    parser.add_argument("what", metavar="WHAT", nargs="?", choices=("list", "export", "prune", "rescue"), default="list", help=what)
    parser.add_argument("--endpoint", metavar="NAME", help="those of one endpoint")
    parser.add_argument("--model", metavar="NAME", help="those that one model answered")
    parser.add_argument("--prompt", metavar="NAME", help="those of one prompt")
    parser.add_argument("--since", type=_day, metavar="DATE", help="those of this day and later, such as 2026-11-24")
    parser.add_argument("--before", type=_day, metavar="DATE", help="those of before this day")
    parser.add_argument("--unused", action="store_true", help="of `prune`: only those that no run rests on")
    parser.add_argument("--yes", action="store_true", help="of `prune`: do not ask")
    parser.add_argument("--json", action="store_true", help="print what is listed or was deleted as JSON")


def run(options: argparse.Namespace) -> int:
    """Do what is asked with the calls that are chosen."""
    from synthc.runtime.ledger_records import Chosen

    if options.what != "prune" and (options.unused or options.yes):
        raise InputError(f"`--unused` and `--yes` belong to `prune`, not to `{options.what}`")
    if options.what == "rescue":
        return _rescue(options)
    chosen = Chosen(endpoint=options.endpoint, model=options.model, prompt=options.prompt, since=options.since, before=options.before)
    if options.what == "list":
        _list(chosen, as_json=options.json)
    elif options.what == "export":
        _export(chosen)
    else:
        _prune(chosen, options)
    return 0


def _rescue(options: argparse.Namespace) -> int:
    from synthc.runtime.ledger_records import opened
    from synthc.runtime.ledger_rescue import rescue
    from synthc.runtime.used import used_by_any

    if any((options.endpoint, options.model, options.prompt, options.since, options.before)):
        raise InputError("`rescue` saves all that it can; it takes no choice")
    found = rescue(LEDGER)
    with opened(LEDGER) as connection:
        known = {key for (key,) in connection.execute("SELECT key FROM calls")}
    missing = len(set(used_by_any(Path())) - known)
    if options.json:
        print(json.dumps({"rescued": found.kept, "altered": found.altered, "missing": missing, "damaged": str(found.damaged)}))
        return 0
    print(f"{found.kept:,} answers rescued; the damaged ledger lies in {found.damaged}")
    if missing or found.altered:
        print(f"{missing:,} answers that runs rest on are lost, and will be asked for again when they are needed" + (f"; {found.altered:,} were altered" if found.altered else ""))
    return 0


def _day(text: str) -> float:
    try:
        return dt.datetime.combine(dt.date.fromisoformat(text), dt.time()).timestamp()
    except ValueError:
        raise argparse.ArgumentTypeError(f"`{text}` is no date; write it as 2026-11-24") from None


def _list(chosen: Chosen, *, as_json: bool) -> None:
    from synthc.runtime.ledger_records import listed, opened

    with opened(LEDGER) as connection:
        groups = listed(connection, chosen)
    if as_json:
        print(json.dumps({"calls": groups}, indent=1, ensure_ascii=False))
    else:
        print(_table(groups) if groups else "no calls are meant\n", end="")


def _table(groups: Sequence[Mapping[str, Any]]) -> str:
    rows = [["endpoint", "model", "prompt", "answered", "failed", "tokens", "first", "last"]]
    for group in groups:
        days = [dt.datetime.fromtimestamp(group[name], tz=dt.UTC).astimezone().date().isoformat() for name in ("first", "last")]
        rows.append([group["endpoint"], group["model"], group["prompt"] or "(tests)", number(group["answered"]), number(group["failed"]), number(group["tokens"]), *days])
    return table(rows, right="lllrrrll")


def _export(chosen: Chosen) -> None:
    from synthc.runtime.ledger_records import exported, kept_here, opened

    with opened(LEDGER) as connection:
        for call in exported(connection, chosen):
            print(json.dumps(call, ensure_ascii=False))
        if kept := kept_here(connection, chosen):
            print(f"synthc: {kept:,} calls are not exported: nothing protects who is behind the rows they are about (private ones, or those of a pretended population)", file=sys.stderr)


def _prune(chosen: Chosen, options: argparse.Namespace) -> None:
    from synthc.runtime.ledger_records import Chosen, opened, prunable, prune
    from synthc.runtime.used import used_by_any

    if chosen == Chosen() and not options.unused:
        raise InputError("say which calls may go: `--unused`, `--before DATE`, `--endpoint`, `--model` or `--prompt`")
    with opened(LEDGER) as connection:
        count = prunable(connection, chosen, used_by_any(Path()) if options.unused else None)
        if count and not options.yes:
            _confirm(count)
        if count:
            prune(connection)
    print(json.dumps({"deleted": count}) if options.json else f"{count:,} calls deleted")


def _confirm(count: int) -> None:
    """Ask before answers that were paid for are deleted."""
    if not sys.stdin.isatty():
        raise InputError(f"this would delete {count:,} calls, whose answers were paid for; say `--yes` if that is meant")
    print(f"this deletes {count:,} calls, whose answers were paid for. Go on? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().casefold() not in {"y", "yes"}:
        raise InputError("nothing was deleted")
