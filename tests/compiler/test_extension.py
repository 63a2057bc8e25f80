"""Another package adds a step by two entry points."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from synthc.compiler.catalog.find_step import STEPS_DOOR
from synthc.compiler.compile import check
from synthc.compiler.estimate import plan
from synthc.runtime.errors import InputError
from tests.runtime.spec import TEXTS, spec

PACKAGE = '''
from synthc.compiler.catalog.step import Marks, Outcome, StepCall, StepEntry
from synthc.compiler.catalog.values import Count, Settings
from synthc.compiler.types import TEXT
from synthc.runtime.steps.stage import each


class Shout(Settings):
    """How loud."""

    marks: Count = 1


def apply(call):
    settings = call.settings(Shout)
    typed = call.expressions.check(call.only, TEXT)
    if typed.json is None or settings is None:
        return None
    return Outcome(columns=call.columns, settings={"column": call.name(call.only), **settings.model_dump()})


def work(frame, around):
    column = around.settings["column"]
    return frame.with_columns((frame[column].str.to_uppercase() + "!" * around.settings["marks"]).alias(column))


STEP = StepEntry(usage="shout TEXT { marks = 1 }", help="says it louder", marks=Marks.CHANGES, apply=apply, settings=Shout)
STAGE = each(work)
'''
SHOUTING = "transform out = web\n  | shout text { marks = 2 }\n"


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Install a package, as far as Python can tell."""
    folder = tmp_path / "site"
    about = folder / "shouting-1.0.dist-info"
    about.mkdir(parents=True)
    (folder / "shouting.py").write_text(PACKAGE)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: shouting\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[synthc.steps]\nshout = shouting:STEP\n\n[synthc.stages]\nshout = shouting:STAGE\n")
    monkeypatch.syspath_prepend(folder)
    STEPS_DOOR.forget()
    yield about
    STEPS_DOOR.forget()


def test_its_step_is_checked_and_carried_out(tmp_path: Path) -> None:
    """Like a built-in one."""
    node = spec(tmp_path / "project", SHOUTING, texts=["hi"])

    assert node.rows("out")["text"].to_list() == ["HI!!"]
    assert plan(node.graph, node.folder)["nodes"][1]["rows"] == {"low": 0, "likely": None, "high": None}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("filter out = web\n  | shout text\n", "`shout` changes what came in, and the rows of a filter come out as they went in"),
        ("transform out = web\n  | shout text { mark = 2 }\n", "there is no setting `mark` here"),
        ("transform out = users\n  | shout text\n", "`shout` is not known to look at one row, so one user's text could change another's"),
        ("transform out = web\n  | shuot text\n", "there is no step `shuot`"),
    ],
)
def test_what_is_wrong_with_it_is_a_finding(tmp_path: Path, text: str, message: str) -> None:
    """Its marks, its settings and its place among private rows are judged as those of every step."""
    users = 'private source users = files("users.jsonl") { user = .user }\n'
    (tmp_path / "spec.synth").write_text(f"synth 1\n{TEXTS}{users}{text}")

    assert message in [found.message for found in check(tmp_path / "spec.synth", tmp_path)]


def test_a_graph_says_where_its_package_is_missing(tmp_path: Path, package: Path) -> None:
    """A graph travels; what carries its steps out may not have."""
    node = spec(tmp_path / "project", SHOUTING, texts=["hi"])
    (package / "entry_points.txt").write_text("[synthc.steps]\nshout = shouting:STEP\n")

    with pytest.raises(InputError, match="no package here carries out `shout`; install the one that it came from"):
        node.make("out")
