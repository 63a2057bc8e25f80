"""What a device itself writes down: each round that it joined, of whichever app, beside its text.

The server's book knows ids, and a device that comes back under another id is a new one to it; this file knows
the text. It also is the one place that knows all apps on the same person: each charges its whole promise when it is
joined first, and one that would bring their sum past the lifetime budget of its terms is not joined at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from synthc.runtime.federated.deployed.lines import add, grown
from synthc.runtime.federated.deployed.terms import Terms


class Declined(Exception):
    """Why a device does not take part, in words that the server may read: of what was typed, or where it lies, they say nothing."""


def join(text: Path, terms: Terms, round_: int, run: int) -> None:
    """Note one more round beside a device's text, whatever id the device has by now, before it trains.

    The last round may be joined again in another run: the server was stopped before that round was over, so that
    nothing of it was released. In the same run it may not, for a device that was started anew would be in the sum twice.

    Raises:
        Declined: it joined as many rounds as it may or one too short ago, the lifetime budget of its terms would be passed, or that cannot be noted.
    """
    path = text.with_name(f"{text.name}.joined")
    try:
        with grown(path) as (lines, file):
            _decide(lines, terms, round_, run)
            add(file, [{"round": round_, "run": run, **terms.charge}])
    except OSError:
        raise Declined("what it joins cannot be noted beside its text; give whoever runs the SuperNode the right to write in that folder") from None
    except (ValueError, KeyError, TypeError):
        raise Declined("the file beside its text that counts what it joined, `*.joined`, is damaged; restore it from a copy") from None


def _decide(lines: Iterable[Mapping[str, Any]], terms: Terms, round_: int, run: int) -> None:
    runs = {int(line["round"]): int(line["run"]) for line in lines if line["app"] == terms.app}
    last = max(runs, default=None)
    if last == round_ and runs[last] == run:
        raise Declined(f"it joined round {last + 1} before, under another id")
    if last not in {None, round_} and round_ - last < terms.separation:
        raise Declined(f"it joined round {last + 1}, and joins {terms.separation} rounds later at the earliest")
    if len({*runs, round_}) > terms.participations:
        raise Declined("it joined as many rounds as were promised to it")
    spent = {line["app"]: float(line["squared_mu"]) for line in lines}
    budget = terms.lifetime
    if not sum({**spent, terms.app: terms.squared_mu}.values()) <= budget["squared_mu"]:  # also where a line has a number that is none
        raise Declined(f"with the apps that it joined before, this one would pass its lifetime epsilon of {budget['epsilon']:g} at delta {budget['delta']:g}")
