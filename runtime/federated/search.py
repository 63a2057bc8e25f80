"""Tries settings on the people's own text and keeps the model of the best try.

Papernot and Steinke 2022 (arXiv 2110.03620): a geometric number of tries, each with a candidate drawn
alike, each a whole federation whose score is released under noise of its own; the model of the best
score comes out, and nothing of the others. The guarantee rests on nobody knowing how many tries there
were, so that neither their number nor what they took is shown. All of it is charged before the first.
"""

from __future__ import annotations

import json
import math
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from synthc.runtime.context import Context
from synthc.runtime.errors import InputError
from synthc.runtime.evaluation.next_word import count
from synthc.runtime.evaluation.people import Messages, messages_of
from synthc.runtime.events import Events
from synthc.runtime.federated.charging import charging, facts
from synthc.runtime.federated.dp.keystream import KEY_BYTES, normal, uniform
from synthc.runtime.federated.federate import tuned, users_of
from synthc.runtime.federated.flat import load_flat
from synthc.runtime.federated.rounds import write_secret
from synthc.runtime.training.checkpoint import load_model, save_model

PLAN = "search.json"
MOST_TRIES = 10_000
"""Never reached: at the largest mean of 100 there are more once in 10^43 searches."""
HALF = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """What is drawn before the first try, and kept from everybody: which candidate each takes, and the key of its score's noise."""

    charge: str
    candidates: tuple[int, ...]
    keys: tuple[bytes, ...]

    @classmethod
    def drawn(cls, context: Context) -> Tries:
        """Return those of an earlier start of this search, or draw and write them."""
        path = context.scratch / PLAN
        try:
            found = json.loads(path.read_text())
            return cls(charge=found["charge"], candidates=tuple(found["candidates"]), keys=tuple(map(bytes.fromhex, found["keys"])))
        except (FileNotFoundError, ValueError, KeyError):
            pass
        settings = context.node.settings
        key = secrets.token_bytes(KEY_BYTES) if context.test_noise is None else blake2b(f"{context.test_noise} search".encode(), digest_size=KEY_BYTES).digest()
        number = geometric(float(uniform(_below(key, "tries"), 1)[0]), settings["dp"]["tries"])
        choices = np.floor(uniform(_below(key, "candidates"), number) * len(settings["search"]["candidates"])).astype(int)
        tries = cls(charge=secrets.token_hex(8), candidates=tuple(choices.tolist()), keys=tuple(_below(key, f"score {index}") for index in range(number)))
        write_secret(path, json.dumps({"charge": tries.charge, "candidates": tries.candidates, "keys": [one.hex() for one in tries.keys]}))
        return tries


def geometric(chance: float, mean: float) -> int:
    """Return the number of tries that a number between 0 and 1 stands for: geometric from 1, of a given mean.

    >>> geometric(0.5, 2.0), geometric(0.999, 2.0)
    (1, 10)
    """
    return min(MOST_TRIES, max(1, math.ceil(math.log1p(-chance) / math.log1p(-1 / mean))))


def search(context: Context) -> None:
    """Carry out a federate node that searches: the best try's model, and `federation.json` with its candidate."""
    tries = Tries.drawn(context)
    users_of(context, load_model(context.inputs[context.reference("model")]))
    judges = messages_of(context, context.reference("users"), context.node.settings["search"]["part"], context.node.settings["column"])
    if not judges.messages:
        raise InputError(f"{context.node.place}: nobody scores the tries of `{context.node.name}`; the part `{context.node.settings['search']['part']}` is empty")
    with charging(context, range(1), begun=[tries.charge]) as charge:
        charge({tries.charge: 0})
        best, candidate = None, 0
        for index, choice in enumerate(tries.candidates):
            replace(context, events=Events()).progress(0, None, "tries")  # whoever listens could count them
            score = _try(context, index, tries, judges)
            if best is None or score > best[0]:
                best, candidate = (score, index), choice
    assert best is not None
    # Without its times: they would tell when the best try was over, and so which it was.
    shutil.copytree(context.scratch / f"try-{best[1]}" / "model", context.folder, copy_function=shutil.copyfile, dirs_exist_ok=True)
    chosen: Mapping[str, Any] = context.node.settings["search"]["candidates"][candidate]
    record = {**facts(context, charge, 1), "candidate": candidate, "chosen": dict(chosen)}
    (context.folder / "federation.json").write_text(json.dumps(record, indent=1) + "\n")


def _try(context: Context, index: int, tries: Tries, judges: Messages) -> float:
    """Return the noised score of one try, whose model stays in its folder; a finished one is not tried again."""
    folder = context.scratch / f"try-{index}"
    scored = folder / "score.json"
    if scored.exists():
        return float(json.loads(scored.read_text()))
    folder.mkdir(exist_ok=True)
    if not (folder / "users").exists():
        (folder / "users").symlink_to(context.scratch / "users")
    start = load_model(context.inputs[context.reference("model")])
    inner = _inner(context, tries.candidates[index], index, folder)
    state, _ = tuned(inner, start, charged=False)
    load_flat(start.model, state.weights)
    model = folder / "model"
    shutil.rmtree(model, ignore_errors=True)
    model.mkdir()
    save_model(start, model)
    score = _score(count(load_model(model), judges.messages, judges.users, judges.number), context.node.settings, tries.keys[index])
    write_secret(scored, json.dumps(score))
    return score


def _inner(context: Context, choice: int, index: int, folder: Path) -> Context:
    """Return the surroundings of one try: an ordinary federation whose progress nobody hears."""
    settings = context.node.settings
    dp = {**settings["dp"], "mechanism": "gaussian"}
    node = replace(context.node, settings={**settings, "rounds": dp["rounds"], "dp": dp, **settings["search"]["candidates"][choice]})
    seed = None if context.test_noise is None else int.from_bytes(_below(str(context.test_noise).encode(), f"try {index}")[:6], "big")
    return replace(context, node=node, scratch=folder, events=Events(), test_noise=seed)


def _score(counts: Any, settings: Mapping[str, Any], key: bytes) -> float:
    """Return the noised sum over users of a - 1/2, for the share a of next words of each that was guessed: one user adds at most 1/2."""
    words = counts.column("words")
    own = np.where(words > 0, counts.column("hits1") / np.maximum(1.0, words) - HALF, 0.0)
    return float(own.sum() + settings["dp"]["score"] * HALF * normal(key, 1)[0])


def _below(key: bytes, what: str) -> bytes:
    return blake2b(what.encode(), key=key[:64], digest_size=KEY_BYTES).digest()
