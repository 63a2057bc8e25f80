"""Pre-trains a model on public rows: one process a seed, each on one core; one at a time where there is a GPU."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from multiprocessing.process import BaseProcess
from multiprocessing.queues import Queue
from pathlib import Path
from queue import Empty
from typing import Any

from synthc.runtime.context import Context
from synthc.runtime.errors import InputError, OutsideFault
from synthc.runtime.orphan import exit_with_parent
from synthc.runtime.rows import ID
from synthc.runtime.training.sentences import Encoded
from synthc.runtime.training.vocab import Vocab

MANY_PASSES = 4
REFUSED = 2
"""A worker that cannot train as it is told exits with this; why stands in a file beside its checkpoint."""
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

    @property
    def refusal(self) -> Path:
        """Where its process says why it cannot be trained."""
        return self.scratch / f"{self.folder.name}.refused"


def pretrain(context: Context) -> None:
    """Train the family of a pretrain node into `seed-0`, `seed-1`, ... and tell what it read and what came of it.

    Raises:
        InputError: there is nothing to learn from, nothing to look at, the loss does not fit the model, or a seed cannot be trained as the settings say.
    """
    start, model, vocab = _start(context)
    _encode(context, vocab)
    encoded, validation = (Encoded.load(place) if place.exists() else None for place in _places(context))
    if encoded is None or len(encoded) == 0:
        raise InputError(f"{context.node.place}: `{context.node.name}` has no words to learn from; `{context.reference('rows')}` is empty")
    if validation is not None and len(validation) == 0:
        raise InputError(f"{context.node.place}: `{context.node.name}` has no words to look at its loss on; say other rows or a larger share as `validation`")
    settings = _limited(context, encoded)
    _fits(context, settings, model, Vocab.load(vocab))
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
    ends = [json.loads((context.scratch / f"seed-{index}.json").read_text()) for index in range(len(jobs))]
    facts = {"words": encoded.words, "unknown": encoded.unknown, "passes": passes, "sentences": len(encoded)}
    told = {key: [end[key] for end in ends] for key in ("loss", "words_seen", "checks")}
    (context.folder / "training.json").write_text(json.dumps({**facts, **told}, indent=1) + "\n")
    _tell(context, settings, ends)
    if context.limit is None:  # a try-out is meant to learn next to nothing
        _tell_of_nothing(context, encoded, ends, Vocab.load(vocab).size)


def _tell_of_nothing(context: Context, encoded: Encoded, ends: Sequence[Mapping[str, Any]], ids: int) -> None:
    """Say of each seed that is hardly better than guessing that it is."""
    from synthc.runtime.training.guessing import guessing_loss, next_to_nothing

    guessing = guessing_loss(encoded)
    for index, end in enumerate(ends):
        if said := next_to_nothing(end["learned"], guessing, ids):
            context.note(f"seed {index}: {said}" if len(ends) > 1 else said)


def _tell(context: Context, settings: Mapping[str, Any], ends: Sequence[Mapping[str, Any]]) -> None:
    """Say of a family how its loss was worked out, and what validation found."""
    if settings["softmax"]:
        context.note(f"sampled softmax: a step told its targets from {settings['softmax']['words']:,} ids that were drawn; its loss is no cross-entropy over the vocabulary")
    for index, end in enumerate(ends):
        if end["anew"]:
            context.note(f"seed {index}: its checkpoint could not be read, so it began anew; the model is the same")
        if end["checks"]:
            words, loss = min(end["checks"], key=lambda check: float(check[1]))
            early = f"; stopped after {end['words_seen']:,} of {settings['words']:,} words" if end["stopped"] else ""
            context.note(f"seed {index}: lowest loss on text that was not learned {loss:.3f} per target, after {words:,} words{early}")


def _fits(context: Context, settings: Mapping[str, Any], model: Mapping[str, Any], vocab: Vocab) -> None:
    """Refuse a model that cannot be built, and one whose ids cannot be drawn from, before any process is started for it."""
    from synthc.runtime.training.checkpoint import build

    built = build(model, vocab)
    if settings["softmax"] is None:
        return
    said = f"{context.node.place}: `softmax = sampled({settings['softmax']['words']})`"
    if settings["softmax"]["words"] >= vocab.size:
        raise InputError(f"{said} draws as many ids as there are, {vocab.size:,}; leave it out")
    if not hasattr(built, "features"):
        raise InputError(f"{said} wants a model with `features` and `out`, which `{model['kind']}` has not; leave it out")


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


def _places(context: Context) -> tuple[Path, Path]:
    """Return where the encoded text is that is learned, and that which is looked at."""
    return context.scratch / "encoded", context.scratch / "validation"


def _encode(context: Context, vocab: Path) -> None:
    """Encode the rows once; a run that continues finds them in scratch."""
    settings, words = context.node.settings, Vocab.load(vocab)
    looked = settings["validation"] or {}
    share = looked.get("share", 0.0)
    rows = context.reference("rows")
    learned_at, looked_at = _places(context)
    wanted = [(learned_at, _texts(context, rows, lambda id_: not _is_kept(id_, share)))]
    if share:
        wanted.append((looked_at, _texts(context, rows, lambda id_: _is_kept(id_, share))))
    elif looked:
        wanted.append((looked_at, _texts(context, looked["node"], lambda _: True)))
    for place, texts in wanted:
        if not place.exists():
            # Under another name until it is whole: a kill or a full disk must not leave half of it to learn from.
            waiting = place.with_name(f"{place.name}.waiting")
            shutil.rmtree(waiting, ignore_errors=True)
            waiting.mkdir(parents=True)
            Encoded.of(texts, words, settings["max_words"]).save(waiting)
            waiting.rename(place)


def _texts(context: Context, rows: str, wanted: Callable[[str], bool]) -> Iterator[str]:
    """Yield the texts of the rows that are wanted by their ids."""
    column = context.node.settings["column"]
    for frame in context.rows(rows).frames([ID, column]):
        yield from (text for id_, text in zip(frame[ID], frame[column], strict=True) if wanted(id_))


def _is_kept(id_: str, share: float) -> bool:
    """Tell by a row's id alone whether it is looked at and not learned, alike for all seeds and arms."""
    return share > 0 and int.from_bytes(blake2b(id_.encode(), digest_size=8, person=b"validation").digest()) < share * 2**64


def _work(jobs: list[Job], context: Context) -> None:
    """Run the jobs, as many at once as there are cores, or one at a time on a GPU, and pass on their progress."""
    from torch import cuda

    device = "cuda" if cuda.is_available() else "cpu"
    at_once = 1 if device == "cuda" else max(1, os.cpu_count() or 1)
    spawn = multiprocessing.get_context("spawn")
    told: Queue[tuple[int, int, float]] = spawn.Queue()
    waiting, running = list(enumerate(jobs)), dict[int, BaseProcess]()
    words = [0] * len(jobs)
    total = jobs[0].settings["words"]
    started = time.monotonic()
    first: int | None = None
    beside: dict[str, float] = {}
    try:
        while waiting or running:
            while waiting and len(running) < at_once:
                index, job = waiting.pop(0)
                running[index] = spawn.Process(target=_train_one, args=(index, job, told, device), daemon=True)
                running[index].start()
            try:
                index, words[index], loss = told.get(timeout=0.2)
                if first is None:
                    first, started = sum(words), time.monotonic()
                rate = (sum(words) - first) / max(1e-9, time.monotonic() - started)
                beside = {"loss": round(loss, 3), "rate": round(rate)}
            except Empty:
                pass
            context.progress(sum(words), total * len(jobs), "words", **beside)
            for index in [i for i, process in running.items() if not process.is_alive()]:
                process = running.pop(index)
                process.join()
                judge(process.exitcode or 0, jobs[index], context.node.name, context.node.place)
    finally:
        for process in running.values():
            process.terminate()
            process.join()


def judge(code: int, job: Job, name: str, place: str) -> None:
    """Say by its exit code what ended the process of a seed of the training `name` at `place`, unless it is done."""
    if code < 0:
        raise OutsideFault(f"a process that trained `{name}` was killed ({signal.Signals(-code).name}), as the system does where memory runs out; the same command continues it")
    if code >= SYSTEM_FAULT:
        raise OSError(code - SYSTEM_FAULT, os.strerror(code - SYSTEM_FAULT))
    if code == REFUSED:
        raise InputError(f"{place}: `{name}` cannot be trained: {job.refusal.read_text(encoding='utf-8')}")
    assert code == 0, f"the training of `{name}` failed; what it met stands above"


def _train_one(index: int, job: Job, told: Queue[tuple[int, int, float]], device: str) -> None:
    """Train one seed in a process of its own; a fault of the system is told by its number, a refusal by its words."""
    try:
        _train(index, job, told, device)
    except OSError as problem:
        sys.exit(SYSTEM_FAULT + (problem.errno or 0))
    except (InputError, MemoryError, RuntimeError) as problem:
        why = refusal(problem, job, device)
        if why is None:
            raise
        job.refusal.write_text(why, encoding="utf-8")
        sys.exit(REFUSED)


def refusal(problem: Exception, job: Job, device: str) -> str | None:
    """Return what a problem comes to and how it is mended, None if it is none of the spec's or the machine's."""
    said = str(problem)
    if isinstance(problem, InputError):
        return said
    if isinstance(problem, MemoryError) or "out of memory" in said or "can't allocate memory" in said:
        return f"a batch of {job.settings['batch']} sentences takes more memory than there is on {device}; lower `batch`"
    if "CppCompileError" in said or "InvalidCxxCompiler" in said or "No working C++ compiler" in said:
        return "`compile = true` wants a C++ compiler, and none that works was found; install one, such as g++, or leave `compile` out"
    return None


def _train(index: int, job: Job, told: Queue[tuple[int, int, float]], device: str) -> None:
    # What cuBLAS needs to give the same result twice; it is read when the first product is worked out.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    import torch

    from synthc.runtime.training.checkpoint import Trained, build, load_model, save_model
    from synthc.runtime.training.guessing import learned_loss
    from synthc.runtime.training.loop import train
    from synthc.runtime.training.repeatable import be_repeatable

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    exit_with_parent()
    torch.set_num_threads(1)
    be_repeatable()
    vocab = Vocab.load(job.vocab)
    looked = job.scratch / "validation"
    # The family's first seeds are the same for all arms: a comparison differs in its text alone.
    model = load_model(job.start).model if job.start else build(job.model, vocab, seed=job.seed)
    encoded = Encoded.load(job.scratch / "encoded")
    position = train(
        model,
        encoded,
        job.settings,
        seed=job.seed,
        checkpoint=job.scratch / f"seed-{index}.pt",
        report=lambda words, loss: told.put((index, words, loss)),
        validation=Encoded.load(looked) if looked.exists() else None,
        device=device,
    )
    told.put((index, job.settings["words"], position.loss))
    save_model(Trained(model=model, settings=job.model, vocab=vocab), job.folder)
    end = {"loss": position.loss, "words_seen": position.words, "checks": position.checks, "stopped": position.stopped, "anew": position.anew, "learned": learned_loss(model, encoded)}
    (job.scratch / f"seed-{index}.json").write_text(json.dumps(end))
