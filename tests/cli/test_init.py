"""`synthc init`."""

from __future__ import annotations

from tests.cli.project import Project


def test_init(project: Project) -> None:
    """The project that is made checks, is formatted, and compiles, with its sample data beside it."""
    said = project.run("init", "new/place")

    assert said.code == 0
    assert said.out.endswith("next: cd new/place && synthc run\n")
    assert project.run("check", "-C", str(project.folder / "new/place")).out == "no findings\n"
    assert project.run("compile", "-C", str(project.folder / "new/place")).code == 0
    assert (project.folder / "new/place/data/public.jsonl").exists()
    assert (project.folder / "new/place/.gitignore").read_text().splitlines() == [".synth/", "build/", "runs/"]


def test_the_spec_and_its_people_are_named_after_the_folder(project: Project) -> None:
    """So that another project has other runs and other people."""
    made = project.folder / "my keyboard"
    project.run("init", "my keyboard")

    assert [path.name for path in made.glob("*.synth")] == ["my-keyboard.synth"]
    assert 'people   = "my-keyboard"' in (made / "my-keyboard.synth").read_text()
    assert "Everything is said in `my-keyboard.synth`." in (made / "README.md").read_text()
    assert not list(made.glob("*.graph.json"))


def test_overwrites_nothing(project: Project) -> None:
    """What is there stays as it was."""
    project.write("README.md", "mine")
    said = project.run("init")

    assert (said.code, said.out) == (2, "")
    assert said.err == "synthc: README.md would be overwritten in this folder; name an empty folder, such as `synthc init keyboard`\n"
    assert (project.folder / "README.md").read_text() == "mine"
    assert not (project.folder / "data").exists()
