"""Notices that a server has another model than when the run began."""

from __future__ import annotations

from contextlib import suppress
from typing import Protocol, runtime_checkable

from synthc.runtime.endpoints.base import Endpoint, EndpointError, Identity
from synthc.runtime.errors import OutsideFault


@runtime_checkable
class Changing(Protocol):
    """An endpoint whose model may change while it is asked."""

    async def look(self) -> Identity:
        """Ask again which model answers."""
        ...


async def still_the_same(name: str, endpoint: Endpoint, before: Identity) -> None:
    """Raise if an endpoint has another model now; one that has gone has told nothing else.

    Raises:
        OutsideFault: it has.
    """
    if isinstance(endpoint, Changing):
        with suppress(EndpointError):
            same_model(f"endpoint `{name}`", before, await endpoint.look())


def same_model(where: str, before: Identity, now: Identity) -> None:
    """Raise if another model answers; another version of the server does not count.

    Raises:
        OutsideFault: it does.
    """
    if (before.model, before.revision) != (now.model, now.revision):
        raise OutsideFault(f"{where} answered with {_shown(before)} and has {_shown(now)} now; serve the first again, or repeat the command, which then asks the new one about all rows")


def _shown(identity: Identity) -> str:
    return f"{identity.model} ({identity.revision[:12]})" if identity.revision else identity.model
