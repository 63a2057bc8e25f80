"""A round survives a kill, and its secrets do not survive the round."""

from __future__ import annotations

import stat
from pathlib import Path

import numpy as np
import pytest

from synthc.runtime.federated.rounds import Rounds, State


def rounds(folder: Path, test_noise: int | None = None) -> Rounds:
    """Return the rounds of a folder, as a run that continues would find them."""
    return Rounds(folder=folder, log=folder / "rounds.jsonl", test_noise=test_noise)


def state(round_: int = 0, weight: float = 0.5) -> State:
    """Return a model of three numbers."""
    return State(round=round_, weights=np.full(3, weight, np.float32), server={"velocity": np.zeros(3, np.float32)}, mechanism={"clip": np.array([0.1])})


def test_a_begun_round_is_repeated_with_its_keys_and_charged_under_one_name(tmp_path: Path) -> None:
    """Killed before its model was written, a round is the same release when it is tried again."""
    charged: list[tuple[str, int]] = []
    first = rounds(tmp_path).begin(state(), lambda name, number: charged.append((name, number)))
    again = rounds(tmp_path).begin(state(), lambda name, number: charged.append((name, number)))

    assert again == first
    assert charged == [(first.charge, 0)] * 2


def test_a_round_from_another_model_has_other_keys_and_is_charged_again(tmp_path: Path) -> None:
    """The old keys would be a second look at the same noise."""
    first = rounds(tmp_path).begin(state(), lambda *_: None)
    other = rounds(tmp_path).begin(state(weight=0.6), lambda *_: None)

    assert other.charge != first.charge
    assert other.noise != first.noise


def test_keys_are_their_owner_s_alone_and_destroyed_when_the_model_is_written(tmp_path: Path) -> None:
    """Whoever had the keys could take the noise away again."""
    rounds(tmp_path).begin(state(), lambda *_: None)
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600

    rounds(tmp_path).write(state(1), np.zeros(4))
    assert not (tmp_path / "keys.json").exists()


def test_keys_come_from_the_system_unless_a_test_seeds_them(tmp_path: Path) -> None:
    """Two runs never share noise; two seeded ones do, round by round."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    drawn = [rounds(tmp_path / which).begin(state(), lambda *_: None).noise for which in "ab"]
    assert drawn[0] != drawn[1]

    for which in "ab":
        (tmp_path / which / "keys.json").unlink()
    seeded = [rounds(tmp_path / which, test_noise=7).begin(state(), lambda *_: None).noise for which in "ab"]
    assert seeded[0] == seeded[1]
    assert seeded[0] != rounds(tmp_path / "a", test_noise=7).begin(state(1), lambda *_: None).noise


def test_a_charge_that_is_refused_leaves_nothing_drawn(tmp_path: Path) -> None:
    """What stops the charge stops the round."""

    def refuse(name: str, round_: int) -> None:
        raise RuntimeError(name, round_)

    with pytest.raises(RuntimeError):
        rounds(tmp_path).begin(state(), refuse)

    assert rounds(tmp_path).read() is None


def test_the_last_state_is_read_back(tmp_path: Path) -> None:
    """What was written is what a later run starts from."""
    rounds(tmp_path).write(state(2, 0.25), np.zeros(4))
    found = rounds(tmp_path).read()

    assert found is not None
    assert found.print == state(2, 0.25).print
