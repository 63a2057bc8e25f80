"""A round survives a kill, and its secrets do not survive the round."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import numpy as np
import pytest

from synthc.runtime.federated.rounds import Keys, Rounds, State


def rounds(folder: Path, test_noise: int | None = None) -> Rounds:
    """Return the rounds of a folder, as a run that continues would find them."""
    return Rounds(folder=folder, log=folder / "rounds.jsonl", test_noise=test_noise)


def state(round_: int = 0, weight: float = 0.5) -> State:
    """Return a model of three numbers."""
    return State(round=round_, weights=np.full(3, weight, np.float32), server={"velocity": np.zeros(3, np.float32)}, mechanism={"clip": np.array([0.1])})


def test_a_begun_round_is_repeated_with_its_keys_and_under_one_name(tmp_path: Path) -> None:
    """Killed before its model was written, a round is the same release when it is tried again."""
    assert rounds(tmp_path).begin(state()) == rounds(tmp_path).begin(state())


def held(folder: Path) -> Rounds:
    """Return three rounds that are written together."""
    return Rounds(folder=folder, log=folder / "rounds.jsonl", test_noise=None, held=3600, total=3)


def test_rounds_that_follow_quickly_are_charged_and_written_together(tmp_path: Path) -> None:
    """Behind the last at the latest; until then nothing but the secret is on the disk, and each round has keys of its own."""
    of, charged, keys = held(tmp_path), dict[str, int](), list[Keys]()
    for round_ in range(3):
        assert list(tmp_path.iterdir()) == [tmp_path / "keys.json"] * (round_ > 0)
        assert not charged
        keys.append(of.begin(state(round_)))
        of.write(state(round_ + 1), np.zeros(4), charged.update)

    assert charged == {one.charge: round_ for round_, one in enumerate(keys)}
    assert len({secret for one in keys for secret in (one.cohort, one.noise)}) == 6
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rounds.jsonl", "state.safetensors"]
    assert [json.loads(line)["round"] for line in (tmp_path / "rounds.jsonl").read_text().splitlines()] == [1, 2, 3]
    found = of.read()
    assert found is not None
    assert found.print == state(3).print


def test_rounds_that_were_held_and_lost_are_the_same_releases_when_they_are_tried_again(tmp_path: Path) -> None:
    """From the state that is on the disk, with the keys and under the names of before."""
    first, again = held(tmp_path), held(tmp_path)
    keys = [first.begin(state())]
    first.write(state(1), np.zeros(4))
    keys.append(first.begin(state(1)))

    assert again.read() is None
    assert [again.begin(state()), again.begin(state(1))] == keys


def test_a_state_is_charged_before_it_is_written_and_its_secret_destroyed_behind_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill at any of the three shows one release under one charge."""
    happened: list[str] = []
    keep = Rounds.keep

    def keeping(of: Rounds, what: State) -> None:
        happened.append("state")
        assert (tmp_path / "keys.json").exists()
        keep(of, what)

    monkeypatch.setattr(Rounds, "keep", keeping)
    of = rounds(tmp_path)
    name = of.begin(state()).charge
    of.write(state(1), np.zeros(4), happened.extend)

    assert happened == [name, "state"]
    assert not (tmp_path / "keys.json").exists()


def test_what_was_charged_and_not_written_is_charged_under_the_same_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk or a kill between the two costs nobody twice."""

    def full(_: Rounds, __: State) -> None:
        raise OSError("full")

    charged: list[str] = []
    with monkeypatch.context() as within:
        within.setattr(Rounds, "keep", full)
        of = rounds(tmp_path)
        of.begin(state())
        with pytest.raises(OSError, match="full"):
            of.write(state(1), np.zeros(4), charged.extend)
    again = rounds(tmp_path)
    again.begin(state())
    again.write(state(1), np.zeros(4), charged.extend)

    assert len(charged) == 2
    assert len(set(charged)) == 1


def test_a_secret_whose_state_is_written_does_not_outlive_the_next_start(tmp_path: Path) -> None:
    """Killed between the two, a federation that has no round left would keep it."""
    rounds(tmp_path).begin(state())
    rounds(tmp_path).keep(state(1))

    assert rounds(tmp_path).begun(state(1)) is None
    assert not (tmp_path / "keys.json").exists()


def test_a_round_from_another_model_has_other_keys_and_is_charged_again(tmp_path: Path) -> None:
    """The old keys would be a second look at the same noise."""
    first = rounds(tmp_path).begin(state())
    other = rounds(tmp_path).begin(state(weight=0.6))

    assert other.charge != first.charge
    assert other.noise != first.noise


def test_keys_are_their_owner_s_alone_and_destroyed_when_the_model_is_written(tmp_path: Path) -> None:
    """Whoever had the keys could take the noise away again."""
    rounds(tmp_path).begin(state())
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600

    rounds(tmp_path).write(state(1), np.zeros(4))
    assert not (tmp_path / "keys.json").exists()


def test_keys_come_from_the_system_unless_a_test_seeds_them(tmp_path: Path) -> None:
    """Two runs never share noise; two seeded ones do, round by round."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    drawn = [rounds(tmp_path / which).begin(state()).noise for which in "ab"]
    assert drawn[0] != drawn[1]

    for which in "ab":
        (tmp_path / which / "keys.json").unlink()
    seeded = [rounds(tmp_path / which, test_noise=7).begin(state()).noise for which in "ab"]
    assert seeded[0] == seeded[1]
    assert seeded[0] != rounds(tmp_path / "a", test_noise=7).begin(state(1)).noise


def test_a_charge_that_is_refused_leaves_nothing_written(tmp_path: Path) -> None:
    """What stops the charge stops the round."""

    def refuse(names: object) -> None:
        raise RuntimeError(names)

    of = rounds(tmp_path)
    of.begin(state())
    with pytest.raises(RuntimeError):
        of.write(state(1), np.zeros(4), refuse)

    assert of.read() is None


def test_the_last_state_is_read_back(tmp_path: Path) -> None:
    """What was written is what a later run starts from."""
    rounds(tmp_path).write(state(2, 0.25), np.zeros(4))
    found = rounds(tmp_path).read()

    assert found is not None
    assert found.print == state(2, 0.25).print
