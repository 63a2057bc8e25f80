"""Several endpoints with one model: each request goes to the one with the fewest in flight, and one that keeps failing is left alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from synthc.runtime.endpoints.base import Endpoint, EndpointError, Identity, Limited, Reply, Request
from synthc.runtime.endpoints.same_model import Changing
from synthc.runtime.errors import InputError, OutsideFault


@dataclass(slots=True, kw_only=True)
class Member:
    """One endpoint of a pool: how many requests it has, how often it failed in a row, until when it is left alone."""

    name: str
    endpoint: Endpoint
    most: int
    flying: int = 0
    failures: int = 0
    closed_until: float = 0.0
    checked: bool = False


@dataclass(slots=True, kw_only=True)
class PoolEndpoint:
    """Its members; after `trip` failures in a row one is left alone for `rest` seconds, and then tried with one request."""

    name: str
    members: Sequence[Member]
    trip: int = 5
    rest: float = 10.0
    clock: Callable[[], float] = time.monotonic
    _first: tuple[str, Identity] | None = None

    @property
    def remote(self) -> bool:
        """Whether any request may leave this machine."""
        return any(member.endpoint.remote for member in self.members)

    @property
    def at_once(self) -> int | None:
        """How many requests the members take together."""
        told = [member.endpoint.at_once if isinstance(member.endpoint, Limited) else None for member in self.members]
        return sum(min(member.most, limit or member.most) for member, limit in zip(self.members, told, strict=True))

    async def identity(self) -> Identity:
        """Return which model answers; a member that is not there now is asked when it is back.

        Raises:
            InputError: two members have different models.
            OutsideFault: no member is there.
        """
        if self._first is None:
            problems = await asyncio.gather(*map(self._absent, self.members))
            if self._first is None:
                raise OutsideFault("; ".join(str(problem) for problem in problems if problem is not None))
        return self._first[1]

    async def look(self) -> Identity:
        """Ask all members again which model they have, and return that which differs, if any does."""
        known = await self.identity()
        for member in self.members:
            if member.checked and isinstance(member.endpoint, Changing):
                found = await member.endpoint.look()
                if (found.model, found.revision) != (known.model, known.revision):
                    return found
        return known

    async def _absent(self, member: Member) -> OutsideFault | None:
        """Ask a member which model it has, and return why it does not say."""
        try:
            await self._check(member)
        except OutsideFault as problem:
            member.failures, member.closed_until = self.trip, self.clock() + self.rest
            return problem
        return None

    async def _check(self, member: Member) -> None:
        found = await member.endpoint.identity()
        if self._first is None:
            self._first = (member.name, found)
        name, first = self._first
        if (first.model, first.revision) != (found.model, found.revision):
            raise InputError(
                f"endpoint `{self.name}` is a pool of one model, and `{name}` has {_shown(first)} where `{member.name}` has {_shown(found)};"
                " serve the same on both, or take one out"
            )
        member.checked = True

    async def answer(self, request: Request) -> Reply:
        """Return the answer of the member that has the fewest requests in flight.

        Raises:
            EndpointError: it failed, or all are left alone.
        """
        member = self._next()
        member.flying += 1
        try:
            reply = await self._asked(member, request)
        except EndpointError as problem:
            # A question that is wrong in itself, and a server that asks to slow down, say nothing against a member.
            if (problem.retry or problem.gone) and not problem.overloaded:
                self._failed(member)
            alone = problem.gone and self._open_now()
            raise EndpointError(str(problem), retry=True, overloaded=problem.overloaded, gone=False) if alone else problem from None
        else:
            member.failures = 0
            return reply
        finally:
            member.flying -= 1

    async def close(self) -> None:
        """Close all members."""
        for member in self.members:
            await member.endpoint.close()

    async def _asked(self, member: Member, request: Request) -> Reply:
        """Return the answer of a member, after asking one that was not there at first which model it has."""
        if not member.checked and (absent := await self._absent(member)) is not None:
            raise EndpointError(str(absent), retry=True)
        return await member.endpoint.answer(request)

    def _next(self) -> Member:
        open_now = self._open_now()
        if not open_now:
            soonest = min(member.closed_until for member in self.members)
            named = ", ".join(f"`{member.name}`" for member in self.members)
            raise EndpointError(f"no endpoint of the pool `{self.name}` answers ({named})", retry=True, gone=True, after=max(0.05, soonest - self.clock()))
        return min(open_now, key=lambda member: member.flying / member.most)

    def _open_now(self) -> list[Member]:
        """Return the members that may be asked; one that was left alone gets a single request at first."""
        now = self.clock()
        return [member for member in self.members if member.failures < self.trip or (now >= member.closed_until and not member.flying)]

    def _failed(self, member: Member) -> None:
        member.failures += 1
        if member.failures >= self.trip:
            member.closed_until = self.clock() + self.rest


def _shown(identity: Identity) -> str:
    return f"{identity.model} ({identity.revision[:12]})" if identity.revision else identity.model
