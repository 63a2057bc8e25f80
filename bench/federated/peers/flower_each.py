"""Flower's simulation as its tutorials show it: a node a user, a message a user, its clipping on the client and its noise on the server."""

from __future__ import annotations

import logging
import os
import tempfile
from functools import cache
from typing import Any

import numpy as np
import torch
from work import CLIP, COHORT, NOISE, RATE, Clock, Work

os.environ.update(FLWR_TELEMETRY_ENABLED="0", FLWR_DISABLE_UPDATE_CHECK="1", RAY_USAGE_STATS_ENABLED="0", FLWR_HOME=os.environ.get("FLWR_HOME", tempfile.mkdtemp()))

from flwr.app import ArrayRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp
from flwr.clientapp.mod import fixedclipping_mod
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import DifferentialPrivacyClientSideFixedClipping, FedAvg
from peers.by_hand import batches

from synthc.runtime.training.checkpoint import load_model, weights
from synthc.runtime.training.loop import loss_sum


class Ticking(FedAvg):
    """FedAvg that is timed."""

    def __init__(self, clock: Clock, **more: Any) -> None:
        super().__init__(**more)
        self.clock = clock

    def aggregate_train(self, server_round: int, replies: Any) -> Any:
        found = super().aggregate_train(server_round, replies)
        self.clock.tick()
        return found


@cache
def texts(work: Work) -> np.ndarray:
    """Return all text, kept by each actor."""
    return work.text()


def client(work: Work) -> ClientApp:
    """Return the app of a user."""
    app = ClientApp()

    @app.train(mods=[fixedclipping_mod])
    def train(message: Message, context: Context) -> Message:
        from peers import flower_each

        torch.set_num_threads(1)
        model = load_model(work.folder / "model").model.train()
        parameters = weights(model)
        with torch.no_grad():
            for weight, sent in zip(parameters.values(), message.content["arrays"].to_numpy_ndarrays(), strict=True):
                weight.copy_(torch.from_numpy(sent.copy()))
        for inputs, targets in batches(flower_each.texts(work)[int(context.node_config["partition-id"])]):
            loss, count = loss_sum(model, inputs, targets)
            gradients = torch.autograd.grad(loss / count, list(parameters.values()))
            with torch.no_grad():
                torch._foreach_add_(list(parameters.values()), gradients, alpha=-RATE)
        arrays = ArrayRecord({name: _array(weight) for name, weight in parameters.items()})
        return Message(RecordDict({"arrays": arrays, "metrics": MetricRecord({"num-examples": 1})}), reply_to=message)

    return app


def _array(weight: torch.Tensor) -> Any:
    from flwr.app import Array

    return Array(weight.detach().numpy())


def tune(work: Work, rounds: int, clock: Clock, workers: int) -> None:
    """Carry out some rounds."""
    from flwr.simulation import run_simulation

    logging.getLogger("flwr").setLevel(logging.CRITICAL)
    server = ServerApp()

    @server.main()
    def main(grid: Grid, context: Context) -> None:
        del context
        strategy = Ticking(clock, fraction_train=COHORT / work.users, fraction_evaluate=0.0, min_train_nodes=COHORT, min_available_nodes=work.users)
        noisy = DifferentialPrivacyClientSideFixedClipping(strategy, NOISE, CLIP, COHORT)
        start = weights(load_model(work.folder / "model").model)
        noisy.start(grid, ArrayRecord({name: _array(weight) for name, weight in start.items()}), num_rounds=rounds)

    settings = {"init_args": {"num_cpus": workers, "log_to_driver": False, "logging_level": "error"}, "client_resources": {"num_cpus": 1, "num_gpus": 0.0}}
    run_simulation(server, client(work), work.users, backend_config=settings)
