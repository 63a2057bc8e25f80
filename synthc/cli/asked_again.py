"""What a run would find in the ledger and what it would ask again, as sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synthc.runtime.outlook import Outlook


def asked_again(outlooks: Mapping[str, Outlook]) -> Iterator[str]:
    """Yield a line for each node that asks and is not done, with the reason for what would be asked."""
    for name, found in outlooks.items():
        reasons = ", ".join(f"{count:,} for {why}" if len(found.reasons) > 1 else why for why, count in found.reasons.most_common())
        least = "" if found.whole else "at least "
        to_ask = f"; {least}{found.to_ask:,} to ask: {reasons}" if found.to_ask else "; none to ask"
        yield f"questions of `{name}`: {least}{found.cached:,} answered before{to_ask}"
