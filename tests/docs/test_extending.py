"""The package that the page on extending makes is the one that a reader gets."""

from __future__ import annotations

import re
import tomllib
from ast import literal_eval
from collections.abc import Iterator
from pathlib import Path

import pytest

from synthc.cli.results import metrics
from synthc.compiler.catalog.find_step import STEPS_DOOR
from synthc.compiler.catalog.metric import METRICS
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
    for door in (STEPS_DOOR, SOURCES, ENDPOINTS, METRICS):
        door.forget()
    yield
    for door in (STEPS_DOOR, SOURCES, ENDPOINTS, METRICS):
        door.forget()


def test_its_spec_runs(tmp_path: Path) -> None:
    """From letters to what the parrot says and what a model can spell."""
    letters(tmp_path, "dear you, dear me\n")
    graph = graph_of(tmp_path / "spec.synth", SPEC)

    done = run(graph, Options(project=tmp_path))

    assert done.problem is None
    assert check(tmp_path / "spec.synth", tmp_path) == ()
    assert format_source(Source(path="spec.synth", text=SPEC)) == SPEC
    assert "arr, DEAR YOU, DEAR ME!!" in read(done.folder / "datasets" / "said")
    assert done.document["metrics"]["spelling"]["models"]["typist"]["known"] == 1.0


def letters(folder: Path, *texts: str) -> None:
    """Write letters where the spec looks for them, and answers of the same words."""
    for name in ("letters", "answers"):
        (folder / name).mkdir()
        for number, text in enumerate(texts):
            (folder / name / f"{number}.txt").write_text(text)


def test_its_metric_judges_compares_and_requires(tmp_path: Path) -> None:
    """With the numbers that it counts, user by user, and the intervals of every metric."""
    letters(tmp_path, "dear dear dear you\n", "dear good morning\n")
    smaller = """
vocab few = word_vocab(mail) { size = 1 }
model short = lstm(few) { embedding = 4, hidden = 4 }
pretrain beginner = short on mail { like = typist }
"""
    text = SPEC.replace("evaluate spelling", f"{smaller.lstrip()}evaluate spelling").replace("spelled(typist)", "spelled(typist, beginner)")
    graph = graph_of(tmp_path / "spec.synth", text.replace("shortest = 3, require = typist.known >= 50%", "pairs = typist vs beginner, require = beginner.known >= 60%"))

    done = run(graph, Options(project=tmp_path))
    found = done.document["metrics"]["spelling"]

    assert {name: (of["known"], of["users"]) for name, of in found["models"].items()} == {"typist": (1.0, 2.0), "beginner": (pytest.approx(4 / 7), 2.0)}
    assert [(pair["metric"], pair["relative"]) for pair in found["pairs"]] == [("known", pytest.approx(3 / 4))]
    assert "`require = beginner.known >= 60%` does not hold" in str(done.problem)
    assert "relative known (95% interval" in (done.folder / "report.html").read_text()
    assert "  beginner   57.14%" in "\n".join(metrics("spelling", found))


@pytest.mark.parametrize(
    ("returns", "message"),
    [
        ('{"seen": ([1], [1])}', "`spelled` counted no `known`, which its package promises"),
        ('{"known": ([2], [1])}', "`spelled` counts `known` wrongly: for each message it takes what was right, from 0 to what there was, and what there was"),
        ('{"known": ([1, 1], [1, 1])}', "`spelled` counts `known` wrongly"),
    ],
)
def test_what_a_metric_counts_is_looked_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, returns: str, message: str) -> None:
    """A number that is no share of each message would make intervals that mean nothing."""
    letters(tmp_path, "dear you\n")
    monkeypatch.setattr("letters.work.count_spelled", lambda *_: literal_eval(returns))

    done = run(graph_of(tmp_path / "spec.synth", SPEC), Options(project=tmp_path))

    assert message in str(done.problem)


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
        ("shortest = 3", "shortest = 0", "`shortest` should be greater than or equal to 1"),
        ("typist.known", "typist.top1", "there is no metric `top1`"),
        ("shortest = 3", "dp = gaussian(epsilon = 1)", "there is no setting `dp` here"),
        ("transform said", "filter said", "`shout` changes what came in, and the rows of a filter come out as they went in"),
    ],
)
def test_what_is_wrong_is_a_finding(tmp_path: Path, right: str, wrong: str, message: str) -> None:
    """As the page promises."""
    assert right in SPEC
    (tmp_path / "spec.synth").write_text(SPEC.replace(right, wrong))

    assert message in [found.message for found in check(tmp_path / "spec.synth", tmp_path)]
