"""pfl-research 0.6 in one process, in its own environment: its simulated backend, FedAvg and Gaussian mechanism."""

from __future__ import annotations

import numpy as np
import torch
from peers.by_hand import batches
from pfl.aggregate.simulate import SimulatedBackend
from pfl.algorithm.base import NNAlgorithmParams
from pfl.algorithm.federated_averaging import FederatedAveraging
from pfl.callback.base import TrainingProcessCallback
from pfl.data.federated_dataset import FederatedDataset
from pfl.data.pytorch import PyTorchTensorDataset
from pfl.hyperparam import NNTrainHyperParams
from pfl.metrics import Metrics
from pfl.model.pytorch import PyTorchModel
from pfl.privacy.gaussian_mechanism import GaussianMechanism
from pfl.privacy.privacy_mechanism import CentrallyAppliedPrivacyMechanism
from work import BATCH, CLIP, COHORT, NOISE, RATE, Clock, Work

from synthc.runtime.training.checkpoint import load_model
from synthc.runtime.training.loop import loss_sum


class Ticking(TrainingProcessCallback):
    """Notes the end of each round."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def after_central_iteration(self, aggregate_metrics: Metrics, model: object, *, central_iteration: int) -> tuple[bool, Metrics]:
        del aggregate_metrics, model, central_iteration
        self.clock.tick()
        return False, Metrics()


def tune(work: Work, rounds: int, clock: Clock) -> None:
    """Carry out some rounds."""
    torch.set_num_threads(1)
    text = work.text()
    inside = load_model(work.folder / "model").model.train()

    def loss(inputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        total, count = loss_sum(inside, inputs, targets)
        return total / count

    inside.loss, inside.metrics = loss, lambda *_: {}
    order = iter([user for round_ in range(rounds + 1) for user in work.cohort(round_)])

    def user_dataset(user: int) -> PyTorchTensorDataset:
        parts = list(batches(text[user]))
        return PyTorchTensorDataset(tuple(torch.cat(list(side)) for side in zip(*parts, strict=True)))

    data = FederatedDataset(user_dataset, lambda: next(order))
    model = PyTorchModel(inside, local_optimizer_create=torch.optim.SGD, central_optimizer=torch.optim.SGD(inside.parameters(), 1.0))
    noise = CentrallyAppliedPrivacyMechanism(GaussianMechanism(CLIP, NOISE))
    FederatedAveraging().run(
        NNAlgorithmParams(central_num_iterations=rounds, evaluation_frequency=10**9, train_cohort_size=COHORT, val_cohort_size=0),
        SimulatedBackend(data, data, postprocessors=[noise]),
        model,
        NNTrainHyperParams(local_num_epochs=1, local_learning_rate=RATE, local_batch_size=BATCH),
        callbacks=[Ticking(clock)],
        send_metrics_to_platform=False,
    )
    assert np.isfinite(float(next(inside.parameters()).detach().sum()))
