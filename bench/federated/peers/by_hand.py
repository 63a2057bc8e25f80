"""A pool as somebody would write it for this one job: two processes, memory shared by torch, a queue of users.

It trains with the loss of synthc, keeps nothing on the disk and draws its noise from torch.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.multiprocessing as mp
from work import BATCH, CLIP, COHORT, NOISE, RATE, Clock, Work

from synthc.runtime.training.checkpoint import load_model, weights
from synthc.runtime.training.loop import loss_sum
from synthc.runtime.training.vocab import BEGIN, END


def batches(text_ST: np.ndarray) -> Any:  # noqa: N803
    """Yield inputs and targets of a user."""
    ids = torch.from_numpy(text_ST.astype(np.int64))
    edge = torch.ones(len(ids), 1, dtype=torch.int64)
    inputs, targets = torch.cat([edge * BEGIN, ids], 1), torch.cat([ids, edge * END], 1)
    for begin in range(0, len(ids), BATCH):
        yield inputs[begin : begin + BATCH], targets[begin : begin + BATCH]


def work_off(work: Work, sent: torch.Tensor, total: torch.Tensor, asked: Any, done: Any) -> None:
    """Train for the users that are asked for, and add up what was clipped."""
    torch.set_num_threads(1)
    model = load_model(work.folder / "model").model.train()
    parameters = list(weights(model).values())
    flat, begin = torch.empty_like(sent), 0
    for weight in parameters:
        weight.data = flat[begin : begin + weight.numel()].view_as(weight)
        begin += weight.numel()
    text = work.text()
    while (users := asked.get()) is not None:
        total.zero_()
        for user in users:
            flat.copy_(sent)
            for inputs, targets in batches(text[user]):
                loss, count = loss_sum(model, inputs, targets)
                gradients = torch.autograd.grad(loss / count, parameters)
                with torch.no_grad():
                    torch._foreach_add_(parameters, gradients, alpha=-RATE)
            update = flat - sent
            total.add_(update, alpha=min(1.0, CLIP / float(update.norm())))
        done.put(True)


def tune(work: Work, rounds: int, clock: Clock, workers: int) -> None:
    """Carry out some rounds."""
    torch.set_num_threads(1)
    spawn = mp.get_context("spawn")
    sent = torch.cat([w.detach().reshape(-1) for w in weights(load_model(work.folder / "model").model).values()]).share_memory_()
    totals = [torch.zeros_like(sent, dtype=torch.float64).share_memory_() for _ in range(workers)]
    queues, done = [spawn.Queue() for _ in range(workers)], spawn.Queue()
    pool = [spawn.Process(target=work_off, args=(work, sent, total, asked, done), daemon=True) for total, asked in zip(totals, queues, strict=True)]
    for process in pool:
        process.start()
    for round_ in range(rounds):
        cohort = work.cohort(round_)
        for number, asked in enumerate(queues):
            asked.put(cohort[number::workers].tolist())
        for _ in pool:
            done.get()
        mean = (sum(totals) + NOISE * CLIP * torch.randn(len(sent), dtype=torch.float64)) / COHORT
        sent += mean.float()
        clock.tick()
    for asked in queues:
        asked.put(None)
