"""Another package adds a source by two entry points."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from synthc.compiler.catalog.reader import SOURCES
from synthc.compiler.compile import check
from synthc.compiler.estimate import plan
from synthc.runtime.errors import InputError
from synthc.runtime.run import Options, run
from tests.compiled import graph_of
from tests.runtime.spec import Spec

PACKAGE = '''
from pathlib import Path

from pydantic import Field

from synthc.compiler.catalog.reader import SourceEntry
from synthc.compiler.catalog.values import Count, Settings, Words


class Letters(Settings):
    """Letters of a mailbox."""

    box: Words = Field(description="A folder with a file of text for each letter.")
    most: Count = Field(100, description="How many letters are read.")


def find(settings, project):
    letters = sorted((project / settings["box"]).glob("*.txt"))[: settings["most"]]
    return [(letter.name, letter) for letter in letters]


SOURCE = SourceEntry(settings=Letters, paths=("box",))
'''
ENTRIES = "[synthc.sources]\nmailbox = mailboxes:SOURCE\n\n[synthc.readers]\nmailbox = mailboxes:find\n"
SPEC = 'public source mail = mailbox("box", most = 2) { license = "CC0-1.0" }\nfilter short = mail\n  | where words(text) < 9\n'


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Install a package, as far as Python can tell."""
    folder = tmp_path / "site"
    about = folder / "mailboxes-1.0.dist-info"
    about.mkdir(parents=True)
    (folder / "mailboxes.py").write_text(PACKAGE)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: mailboxes\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(ENTRIES)
    monkeypatch.syspath_prepend(folder)
    SOURCES.forget()
    yield about
    SOURCES.forget()


def box(folder: Path, *letters: str) -> None:
    """Write a mailbox."""
    (folder / "box").mkdir(parents=True)
    for at, letter in enumerate(letters):
        (folder / "box" / f"{at}.txt").write_text(f"{letter}\n")


def test_it_is_checked_planned_and_read(tmp_path: Path) -> None:
    """Like a built-in one; its path counts from the folder of the spec that names it."""
    box(tmp_path / "project" / "specs", "dear you", "dear me", "never read")
    (tmp_path / "project" / "specs" / "mail.synth").write_text(f"synth 1\n{SPEC}")
    made = Spec(folder=tmp_path / "project", text='import "specs/mail.synth" as post\nfilter short = post.mail\n  | where words(text) < 9\n')

    assert made.rows("short")["text"].to_list() == ["dear you", "dear me"]
    assert made.graph.by_name["post.mail"].settings["reader"] == {"kind": "mailbox", "box": "specs/box", "most": 2}
    assert plan(made.graph, made.folder)["nodes"][0]["rows"]["high"] is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('public source mail = mailbox("box", least = 2)\n', "`mailbox` has no argument `least`"),
        ("public source mail = mailbox()\n", "`box` is missing"),
        ('public source mail = mailbx("box")\n', "`mailbx(...)` is not possible here"),
        ('public source mail = mailbox("box")\nprivate source post = mailbox("box", most = 3) { user = .user }\n', "`mail` is declared public and reads files that `post` declares private"),
    ],
)
def test_what_is_wrong_with_it_is_a_finding(tmp_path: Path, text: str, message: str) -> None:
    """Its arguments and its name are judged as those of every source, and what is private here cannot be public there."""
    (tmp_path / "spec.synth").write_text(f"synth 1\n{text}")

    assert message in [found.message for found in check(tmp_path / "spec.synth", tmp_path)]


def test_a_close_name_is_proposed(tmp_path: Path) -> None:
    """With those that are installed."""
    (tmp_path / "spec.synth").write_text('synth 1\npublic source mail = mailbx("box")\n')

    assert [found.help for found in check(tmp_path / "spec.synth", tmp_path)] == ["did you mean `mailbox`?"]


def test_an_empty_one_and_a_missing_package_are_said(tmp_path: Path, package: Path) -> None:
    """Before anything is made of them."""
    made = Spec(folder=tmp_path / "project", text=SPEC)
    with pytest.raises(InputError, match="`mailbox` found no files; check what it is told to read"):
        made.make("mail")

    (package / "entry_points.txt").write_text("")
    with pytest.raises(InputError, match="no package here carries out `mailbox`; install the one that it came from"):
        made.make("mail")


def test_a_changed_letter_is_read_again(tmp_path: Path) -> None:
    """What it finds is known by its content, as every file."""
    box(tmp_path, "dear you")
    graph = graph_of(tmp_path / "spec.synth", f"synth 1\n{SPEC}")
    first, again = run(graph, Options(project=tmp_path)), run(graph, Options(project=tmp_path))
    (tmp_path / "box" / "0.txt").write_text("dear all\n")
    changed = run(graph, Options(project=tmp_path))

    assert [done.document["nodes"][0]["status"] for done in (first, again, changed)] == ["done", "cached", "done"]
