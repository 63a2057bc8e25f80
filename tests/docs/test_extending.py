"""The package that the page on extending makes is the one that a reader gets."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from synthc.compiler.catalog.find_step import STEPS_DOOR
from synthc.compiler.catalog.reader import SOURCES
from synthc.compiler.catalog.server import ENDPOINTS
from synthc.compiler.compile import check
from synthc.dsl.format import format_source
from synthc.dsl.source import Source
from synthc.runtime.run import Options, run
from tests.compiled import graph_of

PAGE = (Path(__file__).parents[2] / "docs" / "extending.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"```(?:toml|python) (\S+)\n(.*?)```", PAGE, re.DOTALL))
SPEC = re.findall(r"```synth\n(.*?)```", PAGE, re.DOTALL)[0]


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Install the package, as far as Python can tell."""
    project = tomllib.loads(FILES["pyproject.toml"])["project"]
    about = tmp_path / "site" / f"{project['name']}-{project['version']}.dist-info"
    about.mkdir(parents=True)
    groups = project["entry-points"].items()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    (about / "entry_points.txt").write_text("".join(f"[{group}]\n" + "".join(f"{name} = {to}\n" for name, to in ones.items()) for group, ones in groups))
    for name in ("letters/language.py", "letters/work.py"):
        (tmp_path / "site" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "site" / name).write_text(FILES[name])
    monkeypatch.syspath_prepend(tmp_path / "site")
    for door in (STEPS_DOOR, SOURCES, ENDPOINTS):
        door.forget()
    yield
    for door in (STEPS_DOOR, SOURCES, ENDPOINTS):
        door.forget()


def test_its_spec_runs(tmp_path: Path) -> None:
    """From letters to what the parrot says."""
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("dear you\n")
    graph = graph_of(tmp_path / "spec.synth", SPEC)

    done = run(graph, Options(project=tmp_path))

    assert done.problem is None
    assert check(tmp_path / "spec.synth", tmp_path) == ()
    assert format_source(Source(path="spec.synth", text=SPEC)) == SPEC
    assert "arr, DEAR YOU!!" in read(done.folder / "datasets" / "said")


def read(folder: Path) -> list[str]:
    """Return the answers of a dataset."""
    import polars as pl

    return [str(one) for path in sorted(folder.glob("*.parquet")) for one in pl.read_parquet(path)["answer"].struct.field("value").to_list()]


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("most = 10", "most = 0", "`most` should be greater than or equal to 1"),
        ("marks = 2", "mark = 2", "there is no setting `mark` here"),
        ("shout text { marks = 2 }", 'shout "text"', "`shout` is not written like this"),
        ('parrot("Polly")', "parrot()", "`parrot` takes a name in quotes"),
        ("transform said", "filter said", "`shout` changes what came in, and the rows of a filter come out as they went in"),
    ],
)
def test_what_is_wrong_is_a_finding(tmp_path: Path, right: str, wrong: str, message: str) -> None:
    """As the page promises."""
    assert right in SPEC
    (tmp_path / "spec.synth").write_text(SPEC.replace(right, wrong))

    assert message in [found.message for found in check(tmp_path / "spec.synth", tmp_path)]
