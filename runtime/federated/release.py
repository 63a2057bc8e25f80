"""One release of a sum over people: bounded, charged, noised, once.

It is a federation of one round without a model, and shares everything with one: the mechanism, the
keys that survive a kill, the charge that is written before anything is released.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from synthc.runtime.context import Context
from synthc.runtime.errors import InputError
from synthc.runtime.federated.charging import charging, facts
from synthc.runtime.federated.dp.choose import mechanism_of
from synthc.runtime.federated.dp.mechanism import Mechanism, drawn_users
from synthc.runtime.federated.empty_cohorts import warn_of_empty_cohorts
from synthc.runtime.federated.rounds import Keys, Rounds, State

RECORD = "release.json"
"""What was charged for a release stands beside it, in a file of this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributions:
    """values_UD: what each of U users adds to each of D numbers; users are in the order of their hashed ids.

    `told` are private numbers about them, for the private part of the run's folder.
    """

    values: sparse.csr_array
    told: Mapping[str, float]

    def bounded(self, norm: float) -> Contributions:
        """Return them with every user's row at most `norm` long in L2; a row that is not finite counts as zero."""
        with np.errstate(over="ignore", invalid="ignore"):
            lengths = np.sqrt(np.asarray(self.values.multiply(self.values).sum(axis=1)).reshape(-1))
        scale = np.ones(len(lengths))
        longer = lengths > norm
        scale[longer] = norm / lengths[longer]
        broken = ~np.isfinite(lengths)
        scale[broken] = 0.0
        clean = self.values.copy()
        clean.data = np.where(np.isfinite(clean.data), clean.data, 0.0)
        return Contributions(values=sparse.csr_array(sparse.diags_array(scale) @ clean), told={**self.told, "clipped": int(longer.sum())})

    def state(self) -> State:
        """Return what a release starts from, so that only bit-equal contributions are released again under the same keys."""
        parts = {"data": self.values.data, "indices": self.values.indices, "indptr": self.values.indptr, "shape": np.array(self.values.shape)}
        return State(round=0, weights=np.zeros(0, np.float32), server={}, mechanism=parts)


def release(context: Context, contributions: Contributions, **beside: object) -> NDArray[np.float64]:
    """Return the noised mean of what users add, charged to them; the expected number of users is its divisor.

    Raises:
        InputError: nobody is there.
        ChargeRefused: it would break a budget of these people.
    """
    settings = context.node.settings
    users = contributions.values.shape[0]
    if users == 0:
        raise InputError(f"{context.node.place}: `{context.node.name}` has nobody to look at; no user is in the part `{settings['part']}`")
    if settings["population_is"] == "simulated" and drawn_users(settings, users) > users:
        raise InputError(f"{context.node.place}: `draw = {settings['draw']}` is more than the users who are there; lower `draw` in the source")
    warn_of_empty_cohorts(context, users)
    mechanism = mechanism_of(settings, users)
    bounded = contributions.bounded(mechanism.norm(mechanism.begin(contributions.values.shape[1])))
    start = bounded.state()
    log = context.private / f"{context.node.name}.releases.jsonl"
    rounds = Rounds(folder=context.scratch, log=log, test_noise=context.test_noise, names=("users", *bounded.told))
    done = rounds.read()
    begun = rounds.begun(start)
    with charging(context, range(int(done is None)), begun=[] if begun is None else [begun.name(0)]) as charge:
        if done is None:
            keys = rounds.begin(start)
            charge({keys.charge: 0})
            done = _release(rounds, mechanism, bounded, keys)
    record = {**facts(context, charge, 1), **beside}
    (context.folder / RECORD).write_text(json.dumps(record, indent=1) + "\n")
    found: NDArray[np.float64] = done.mechanism["mean"]
    return found


def _release(rounds: Rounds, mechanism: Mechanism, bounded: Contributions, keys: Keys) -> State:
    """Draw, add up, add noise and write; the keys are destroyed then."""
    size = bounded.values.shape[1]
    drawn, memory = mechanism.sample(0, keys.cohort, mechanism.begin(size))
    total = np.asarray(bounded.values[drawn].sum(axis=0), dtype=np.float64).reshape(-1)
    told = {"users": float(len(drawn)), **bounded.told}
    mean, _ = mechanism.release(total, told, keys.noise, memory)
    state = State(round=1, weights=np.zeros(0, np.float32), server={}, mechanism={"mean": mean})
    rounds.write(state, np.array(list(told.values()), np.float64))
    return state
