"""Which engine a run works on, and the workers that stay warm between its nodes.

`local` works on this machine: rows on one event loop, a federation in this process or in a pool. `ray`
carries federations out in Flower's simulation on Ray, here or on a cluster; shards of rows it does not
take yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from synthc.runtime.errors import InputError

if TYPE_CHECKING:
    from synthc.runtime.federated.pool import Workers

ROWS = frozenset({"filter", "transform", "generate"})


@dataclass(slots=True, kw_only=True)
class Engine:
    """An engine by its name, and for `ray` the address of a cluster, if any."""

    name: str = "local"
    address: str | None = None
    _workers: Workers | None = None

    @classmethod
    def of(cls, said: str) -> Engine:
        """Read `local`, `ray` or `ray:ADDRESS`.

        >>> Engine.of("ray:10.0.0.5:6379").address
        '10.0.0.5:6379'
        """
        name, _, address = said.partition(":")
        if name not in {"local", "ray"} or (name == "local" and address) or said.endswith(":"):
            raise InputError(f"there is no engine `{said}`; say `local`, `ray`, or `ray:ADDRESS` of a cluster")
        return cls(name=name, address=address or None)

    def refuse(self, kind: str, name: str, place: str) -> None:
        """Raise for a node that this engine does not work; what is done already is taken from the store on any."""
        if self.name == "ray" and kind in ROWS:
            raise InputError(f"{place}: the Ray engine carries out federations and no rows yet; make `{name}` first with `synthc run --only +{name}`, which is kept, and then repeat this")

    def workers(self) -> Workers:
        """Return the pool of this run."""
        from synthc.runtime.federated.pool import Workers

        if self._workers is None:
            self._workers = Workers()
        return self._workers

    def close(self) -> None:
        """Stop the workers."""
        if self._workers is not None:
            self._workers.close()
