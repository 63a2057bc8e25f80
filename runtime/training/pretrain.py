"""Pre-trains a model on public rows: one process a seed, each on one core."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from multiprocessing.queues import Queue
from pathlib import Path
from queue import Empty
from typing import Any

from synthc.runtime.context import Context
from synthc.runtime.errors import InputError, OutsideFault
from synthc.runtime.orphan import exit_with_parent
from synthc.runtime.training.sentences import Encoded
from synthc.runtime.training.vocab import Vocab

MANY_PASSES = 4
SYSTEM_FAULT = 128
"""A worker that met an error of the system exits with this and the error's number, which is below it."""
PASSES_UNDER_LIMIT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One seed of a family, as its process is told of it."""

    seed: int
    settings: Mapping[str, Any]
    model: Mapping[str, Any]
    vocab: Path
    start: Path | None
    scratch: Path
    folder: Path


def pretrain(context: Context) -> None:
    """Train the family of a pretrain node into `seed-0`, `seed-1`, ... and tell what it read."""
    start, model, vocab = _start(context)
    encoded = _encode(context, vocab)
    settings = _limited(context, encoded)
    if len(encoded) == 0:
        raise InputError(f"{context.node.place}: `{context.node.name}` has no words to learn from; `{context.reference('rows')}` is empty")
    passes = settings["words"] / encoded.words
    context.note(
        f"{encoded.words:,} words, {encoded.unknown:.1%} unknown; {passes:.2g} passes for {settings['words']:,} words;"
        f" {len(encoded) / encoded.words:.1%} are the first of a sentence"
    )
    if passes > MANY_PASSES:
        context.note(f"more than {MANY_PASSES} passes over the same words: the model may learn them by heart")
    jobs = [
        Job(
            seed=context.seed * 1000 + index,
            settings=settings,
            model=dict(model),
            vocab=vocab,
            start=start,
            scratch=context.scratch,
            folder=context.folder / f"seed-{index}",
        )
        for index in range(settings["seeds"])
    ]
    _work(jobs, context)
    facts = {"words": encoded.words, "unknown": encoded.unknown, "passes": passes, "sentences": len(encoded)}
    (context.folder / "training.json").write_text(json.dumps(facts, indent=1) + "\n")


def _limited(context: Context, encoded: Encoded) -> dict[str, Any]:
    """Return the node's settings; under a limit no more passes than a try-out needs."""
    settings = dict(context.node.settings)
    if context.limit is not None:
        settings["words"] = min(settings["words"], PASSES_UNDER_LIMIT * max(1, encoded.words))
    return settings


def _start(context: Context) -> tuple[Path | None, Mapping[str, Any], Path]:
    """Return the folder of the model to go on from if any, the model's settings, and its vocabulary."""
    name = context.reference("model")
    node = context.graph.by_name[name]
    if node.kind == "model":
        return None, node.settings, context.inputs[node.settings["vocab"]["node"]] / "vocab.json"
    folder = context.inputs[name]
    folder = folder / "seed-0" if (folder / "seed-0").is_dir() else folder
    return folder, json.loads((folder / "config.json").read_text()), folder / "vocab.json"


def _encode(context: Context, vocab: Path) -> Encoded:
    """Encode the rows once; a run that continues finds them in scratch."""
    done = context.scratch / "encoded"
    if not (done / "starts.npy").exists():
        rows, column = context.rows(context.reference("rows")), context.node.settings["column"]
        texts = (text for frame in rows.frames([column]) for text in frame[column])
        done.mkdir(parents=True, exist_ok=True)
        Encoded.of(texts, Vocab.load(vocab), context.node.settings["max_words"]).save(done)
    return Encoded.load(done)


def _work(jobs: list[Job], context: Context) -> None:
    """Run the jobs, as many at once as there are cores, and pass on their progress."""
    spawn = multiprocessing.get_context("spawn")
    told: Queue[tuple[int, int, float]] = spawn.Queue()
    waiting, running = list(enumerate(jobs)), dict[int, BaseProcess]()
    words = [0] * len(jobs)
    total = jobs[0].settings["words"]
    started = time.monotonic()
    first: int | None = None
    try:
        while waiting or running:
            while waiting and len(running) < max(1, os.cpu_count() or 1):
                index, job = waiting.pop(0)
                running[index] = spawn.Process(target=_train_one, args=(index, job, told), daemon=True)
                running[index].start()
            try:
                index, words[index], loss = told.get(timeout=0.2)
                first = sum(words) if first is None else first
                rate = (sum(words) - first) / max(1e-9, time.monotonic() - started)
                context.progress(sum(words), total * len(jobs), "words", loss=round(loss, 3), rate=round(rate))
            except Empty:
                context.progress(sum(words), total * len(jobs), "words")
            for index in [i for i, process in running.items() if not process.is_alive()]:
                process = running.pop(index)
                process.join()
                if process.exitcode is not None and process.exitcode >= SYSTEM_FAULT:
                    number = process.exitcode - SYSTEM_FAULT
                    raise OSError(number, os.strerror(number))
                if process.exitcode:
                    raise OutsideFault(f"the training of `{context.node.name}` was stopped from outside (exit {process.exitcode}); the same command continues it")
    finally:
        for process in running.values():
            process.terminate()
            process.join()


def _train_one(index: int, job: Job, told: Queue[tuple[int, int, float]]) -> None:
    """Train one seed in a process of its own; a fault of the system is told by its number."""
    try:
        _train(index, job, told)
    except OSError as problem:
        sys.exit(SYSTEM_FAULT + (problem.errno or 0))


def _train(index: int, job: Job, told: Queue[tuple[int, int, float]]) -> None:
    import signal

    import torch

    from synthc.runtime.training.checkpoint import Trained, build, load_model, save_model
    from synthc.runtime.training.loop import train

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    exit_with_parent()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    vocab = Vocab.load(job.vocab)
    # The family's first seeds are the same for all arms: a comparison differs in its text alone.
    model = load_model(job.start).model if job.start else build(job.model, vocab, seed=job.seed)
    train(
        model,
        Encoded.load(job.scratch / "encoded"),
        job.settings,
        seed=job.seed,
        checkpoint=job.scratch / f"seed-{index}.pt",
        report=lambda words, loss: told.put((index, words, loss)),
    )
    told.put((index, job.settings["words"], 0.0))
    save_model(Trained(model=model, settings=job.model, vocab=vocab), job.folder)
