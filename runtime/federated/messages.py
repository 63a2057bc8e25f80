"""What the server and a worker say to each other, as Flower records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from flwr.app import ArrayRecord, ConfigRecord, RecordDict
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One chunk of a round's cohort: the model as flat numbers, whose text it is tuned on, and the norm to which updates are clipped.

    `weights` is None where the model lies in memory that server and worker share.
    """

    weights: NDArray[np.float32] | None
    users: NDArray[np.int64]
    norm: float
    round: int
    seed: int

    def record(self) -> RecordDict:
        """Return it as the content of a message."""
        config = ConfigRecord({"norm": self.norm, "round": self.round, "seed": self.seed})
        return RecordDict({"weights": _record(self.weights), "users": ArrayRecord([self.users]), "config": config})

    @classmethod
    def read(cls, content: RecordDict) -> Task:
        """Read what `record` wrote."""
        config = content.config_records["config"]
        return cls(
            weights=_array(content, "weights"),
            users=content.array_records["users"].to_numpy_ndarrays()[0],
            norm=float(str(config["norm"])),
            round=int(str(config["round"])),
            seed=int(str(config["seed"])),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The sum of the clipped updates of a chunk, None where it lies in shared memory, and numbers for the private log alone."""

    total: NDArray[np.float64] | None
    stats: NDArray[np.float64]

    def record(self) -> RecordDict:
        """Return it as the content of a message."""
        return RecordDict({"total": _record(self.total), "stats": ArrayRecord([self.stats])})

    @classmethod
    def read(cls, content: RecordDict) -> Done:
        """Read what `record` wrote."""
        return cls(total=_array(content, "total"), stats=content.array_records["stats"].to_numpy_ndarrays()[0])


def _record(array: NDArray[Any] | None) -> ArrayRecord:
    return ArrayRecord([] if array is None else [array])


def _array(content: RecordDict, name: str) -> NDArray[Any] | None:
    return next(iter(content.array_records[name].to_numpy_ndarrays()), None)
