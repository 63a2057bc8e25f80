"""What every strategy of ours does not do: judge on devices, and talk."""

from __future__ import annotations

from collections.abc import Iterable

from flwr.app import ArrayRecord, ConfigRecord, Message, MetricRecord
from flwr.serverapp import Grid
from flwr.serverapp.strategy import Strategy


class TrainingOnly(Strategy):
    """A strategy that trains and nothing else; what comes of it is in the plan, the report and the README of an app."""

    def configure_evaluate(self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid) -> Iterable[Message]:
        """Ask nobody: judging on devices would be a release of its own."""
        del server_round, arrays, config, grid
        return []

    def aggregate_evaluate(self, server_round: int, replies: Iterable[Message]) -> MetricRecord | None:
        """Return nothing."""
        del server_round, replies
        return None

    def summary(self) -> None:
        """Say nothing."""
