"""Grids: cells by their index, never all at once."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from synthc.runtime.errors import InputError
from synthc.runtime.grid import draw_indices
from tests.runtime.spec import spec, write_jsonl

WHO = 'public source people = files("people.jsonl") {\n  name = .name\n  text = .text\n}\n'


def test_the_last_slot_varies_fastest(tmp_path: Path) -> None:
    """Ids are the indices of the cells; lists, ranges and columns may be slots, the latter with distinct values."""
    write_jsonl(tmp_path / "people.jsonl", [{"name": name, "text": "x"} for name in ("Tom", "Ann", "Tom")])

    rows = spec(tmp_path, WHO + 'generate out = grid(app = ["sms", "mail"], who = people.name, age = 18..19)\n  | take 5\n').rows("out")

    assert rows.rows() == [("g0", "sms", "Tom", 18), ("g1", "sms", "Tom", 19), ("g2", "sms", "Ann", 18), ("g3", "sms", "Ann", 19), ("g4", "mail", "Tom", 18)]


def test_a_grid_of_a_billion_billion_cells_is_sampled(tmp_path: Path) -> None:
    """In no time, in rising order, the same cells for the same seed."""
    text = "generate out = grid(a = 1..1000000000, b = 1..1000000000)\n  | sample 1000\n"
    started = time.process_time()
    found = [spec(tmp_path / str(n), text, seed=seed).rows("out") for n, seed in enumerate((0, 0, 1))]

    assert found[0].equals(found[1])
    assert not found[0].equals(found[2])
    assert found[0]["_id"].n_unique() == 1000
    indices = [int(id[1:]) for id in found[0]["_id"]]
    assert indices == sorted(indices)
    assert [(a - 1) * 10**9 + b - 1 for a, b in found[0].select("a", "b").rows()] == indices
    assert time.process_time() - started < 30


def test_a_limit_takes_a_part_of_the_sample(tmp_path: Path) -> None:
    """So that a trial asks what the run asks again."""
    assert set(draw_indices(10_000, 20, seed=3)) < set(draw_indices(10_000, 50, seed=3))
    node = spec(tmp_path, "generate out = grid(a = 1..100, b = 1..100)\n  | sample 50\n", limit=20)

    assert len(node.rows("out")) == 20


@pytest.mark.parametrize(("amount", "rows"), [("50%", 200), ("1000", 400), ("100%", 400)])
def test_no_more_cells_are_drawn_than_there_are(tmp_path: Path, amount: str, rows: int) -> None:
    """Each at most once."""
    found = spec(tmp_path, f"generate out = grid(a = 1..20, b = 1..20)\n  | sample {amount}\n").rows("out")

    assert found["_id"].n_unique() == len(found) == rows


def test_a_slot_without_values_is_an_error(tmp_path: Path) -> None:
    """The column's rows were all filtered."""
    write_jsonl(tmp_path / "people.jsonl", [{"name": "Tom", "text": "x"}])
    text = WHO + 'filter nobody = people\n  | where name == "Ann"\ngenerate out = grid(who = nobody.name, age = 1..2)\n  | take 1\n'

    with pytest.raises(InputError, match=r"^spec.synth:8:10: the slot `who` of `out` has no values to choose from$"):
        spec(tmp_path, text).make("out")
