"""Notices that a server has another model than when the run began."""

from __future__ import annotations

from synthc.runtime.endpoints.base import Identity
from synthc.runtime.errors import OutsideFault


def same_model(where: str, before: Identity, now: Identity) -> None:
    """Raise if another model answers; another version of the server does not count.

    Raises:
        OutsideFault: it does.
    """
    if (before.model, before.revision) != (now.model, now.revision):
        raise OutsideFault(f"{where} answered with {_shown(before)} and has {_shown(now)} now; serve the first again, or repeat the command, which then asks the new one about all rows")


def _shown(identity: Identity) -> str:
    return f"{identity.model} ({identity.revision[:12]})" if identity.revision else identity.model
