"""What is published, with which card; and that nothing private, pretended or tried out ever is."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from synthc.cli.main import main
from synthc.compiler.graph import Graph, Privacy
from synthc.compiler.graph.accounting import round_up
from synthc.compiler.graph.encoding import read_graph, to_json
from synthc.runtime.errors import InputError, OutsideFault
from synthc.runtime.publish.publish import Publication, publications
from synthc.runtime.publish.push import push
from tests.runtime.project import DECLARED, project
from tests.runtime.publish.hub_server import TOKEN, Hub, served

PUBLISHED = """
publish corpus to hub("team/corpus")
publish near to hub("team/near")
publish tuned to hub("team/keyboard")
publish warm to hub("team/warm")
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a run that is done; nobody may change it."""
    with pytest.MonkeyPatch.context() as patch:
        made = project(tmp_path_factory.mktemp("published"), patch, population=DECLARED)
        made.text += PUBLISHED
        outcome = made.run()
        assert outcome.problem is None
        yield outcome.folder


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A Hub on this machine, in the place of the real one."""
    with served() as found:
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", found.address)
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        yield found


def graph_of(folder: Path) -> Graph:
    """Return the graph of a run."""
    return read_graph(folder / "graph.json")


def published(folder: Path, name: str) -> Publication:
    """Return one publication of a run."""
    (found,) = publications(folder, graph_of(folder), name)
    return found


def test_a_dataset_is_pushed_with_its_card(ran: Path, hub: Hub) -> None:
    """In one commit: rows that can be read again, the card, the graph."""
    push(published(ran, "corpus"))
    files = hub.repositories["datasets/team/corpus"]

    assert set(files) == {"README.md", "graph.json", "data/part-00000.parquet"}
    assert pl.read_parquet(io.BytesIO(files["data/part-00000.parquet"]))["text"].to_list()
    assert hub.commits == ["corpus, published by synthc"]


def test_what_an_earlier_push_left_of_the_data_goes(ran: Path, hub: Hub) -> None:
    """So that old rows are not read with the new; what others put there stays."""
    hub.repositories["datasets/team/corpus"] = {"data/part-00007.parquet": b"old", "notes.md": b"mine"}
    push(published(ran, "corpus"))

    assert set(hub.repositories["datasets/team/corpus"]) == {"README.md", "graph.json", "data/part-00000.parquet", "notes.md"}


@pytest.mark.parametrize(("name", "repository"), [("tuned", "keyboard"), ("warm", "warm")])
def test_of_a_model_go_weights_settings_and_words_alone(ran: Path, hub: Hub, name: str, repository: str) -> None:
    """Of a family the first; no record of its training."""
    push(published(ran, name))

    assert set(hub.repositories[f"models/team/{repository}"]) == {"README.md", "graph.json", "model.safetensors", "config.json", "vocab.json"}


def test_the_card_names_licences_recipe_and_what_people_spent(ran: Path) -> None:
    """Of all that flowed in, also through a mechanism."""
    text = published(ran, "near").card
    head = yaml.safe_load(text.split("---")[1])
    spent = json.loads((ran / "privacy.json").read_text())["phones"]

    assert head["license"] == "cc0-1.0"
    assert head["configs"][0]["data_files"] == "data/*.parquet"
    assert "| `web` | `web.jsonl` | CC0-1.0 |" in text
    assert "| `phones` | private text of devices | it is not here |" in text
    assert "  | top 50% by fit" in text
    assert f"epsilon = {round_up(spent['epsilon'], 4):.4g} at delta = 1e-08" in text
    assert "It rests on `tuned`, made on text of `some people`" in text
    assert "4 rounds of 100 users expected, alone epsilon = " in text
    assert ("may be below that of one alone." in text) == (spent["mechanisms"][0]["epsilon"] > spent["epsilon"])
    assert "It was tuned on text of `some people`" in published(ran, "tuned").card
    assert "The part `test` of these people was scored 1 time by `accuracy`, without noise; the numbers are not in this card." in text


def test_the_card_of_public_text_says_that_nothing_private_was_read(ran: Path) -> None:
    """And has the licence of its one source."""
    text = published(ran, "corpus").card

    assert "No private text was read." in text
    assert "phones" not in text
    assert "top1" not in text


@pytest.mark.parametrize("name", ["corpus", "near", "tuned", "warm"])
def test_no_number_of_a_private_evaluation_is_in_a_card(ran: Path, name: str) -> None:
    """Whatever is published."""
    metrics = json.loads((ran / "metrics.json").read_text())["accuracy"]["models"]
    text = published(ran, name).card

    for values in metrics.values():
        for value in values.values():
            if isinstance(value, float) and value not in {0.0, 1.0}:
                assert str(value) not in text
                assert f"{value:.2%}" not in text


def relabelled(graph: Graph, name: str, label: Privacy) -> Graph:
    """Return a graph in which one node has another label."""
    return replace(graph, nodes=tuple(replace(node, label=label) if node.name == name else node for node in graph.nodes))


@pytest.mark.parametrize(("label", "message"), [(Privacy.PRIVATE, "it is private"), (Privacy.SIMULATED, "what a pretended population taught protects nobody")])
@pytest.mark.parametrize("which", ["publish near", "near"])
def test_what_is_not_public_is_refused(ran: Path, which: str, label: Privacy, message: str) -> None:
    """Even where a graph came about that says otherwise."""
    with pytest.raises(InputError, match=message):
        publications(ran, relabelled(graph_of(ran), which, label), "near")


def changed(ran: Path, folder: Path, path: str, **values: Any) -> Path:
    """Return a copy of a run with some values of a JSON file changed."""
    shutil.copytree(ran, folder)
    document = json.loads((folder / path).read_text())
    (folder / path).unlink()  # it is a link to the store
    (folder / path).write_text(json.dumps({**document, **values}))
    return folder


@pytest.mark.parametrize(
    ("path", "values", "message"),
    [
        ("result.json", {"limit": 100}, "nothing of a run under `--limit` is published"),
        ("result.json", {"test_noise": 0}, "nothing of a run under `--test-noise` is published"),
        ("result.json", {"status": "failed"}, "this run is not done"),
        ("models/tuned/federation.json", {"noise_generator": "seeded"}, "the noise of `tuned` was not drawn from entropy"),
    ],
)
def test_a_try_out_is_refused(ran: Path, tmp_path: Path, path: str, values: dict[str, Any], message: str) -> None:
    """A run that promises nothing publishes nothing."""
    folder = changed(ran, tmp_path / "run", path, **values)

    with pytest.raises(InputError, match=message):
        publications(folder, graph_of(folder), "near")


def test_rows_that_name_their_users_are_refused(ran: Path, tmp_path: Path) -> None:
    """The last thing looked at before a file leaves."""
    folder = tmp_path / "run"
    shutil.copytree(ran, folder)
    path = folder / "datasets/corpus/part-00000.parquet"
    frame = pl.read_parquet(path).with_columns(pl.lit("u1").alias("_user"))
    path.unlink()
    frame.write_parquet(path)

    with pytest.raises(InputError, match="its rows say which user they are of"):
        publications(folder, graph_of(folder), "corpus")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("keys", 'its spec does not publish `keys`; add `publish keys to hub\\("team/name"\\)`'),
        ("nothing", "its spec publishes nothing called `nothing`"),
    ],
)
def test_only_what_the_spec_publishes(ran: Path, name: str, message: str) -> None:
    """Other names are told what is missing."""
    with pytest.raises(InputError, match=message):
        publications(ran, graph_of(ran), name)


@pytest.mark.parametrize(("status", "error", "message"), [(403, InputError, "does not let you write.*log in"), (500, OutsideFault, "repeat the command")])
def test_a_hub_that_refuses_is_said_plainly(ran: Path, hub: Hub, status: int, error: type[Exception], message: str) -> None:
    """With what to do."""
    hub.refuse = status

    with pytest.raises(error, match=message):
        push(published(ran, "corpus"))


def test_without_a_token_the_hub_says_who_are_you(ran: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the user how to log in."""
    monkeypatch.setenv("HF_TOKEN", "another")

    with pytest.raises(InputError, match="log in with `hf auth login`"):
        push(published(ran, "corpus"))
    assert hub.repositories == {}


def test_the_command_asks_first(ran: Path, hub: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    """Where nobody can be asked it wants `--yes`; what was pushed is told with its address."""
    assert main(["publish", str(ran), "corpus"]) == 2
    assert "say `--yes` if that is meant" in capsys.readouterr().err
    assert hub.repositories == {}

    assert main(["publish", str(ran), "corpus", "--yes"]) == 0
    out, err = capsys.readouterr()
    assert out == f"corpus: {hub.address}/datasets/team/corpus/commit/{'1' * 40}\n"
    assert "3 files with its card, to https://huggingface.co/datasets/team/corpus" in err


def test_the_command_shows_a_card_and_pushes_nothing(ran: Path, hub: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    """It is what would be pushed."""
    assert main(["publish", str(ran), "near", "--card"]) == 0

    assert capsys.readouterr().out == published(ran, "near").card
    assert hub.repositories == {}


def test_a_graph_that_breaks_an_invariant_is_not_published(ran: Path, tmp_path: Path) -> None:
    """The command verifies the graph of the run before it looks at anything else."""
    folder = tmp_path / "run"
    shutil.copytree(ran, folder)
    (folder / "graph.json").unlink()
    (folder / "graph.json").write_text(to_json(relabelled(graph_of(ran), "publish near", Privacy.PRIVATE)))

    assert main(["publish", str(folder), "near", "--yes"]) == 70
