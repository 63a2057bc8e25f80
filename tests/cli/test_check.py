"""`synthc check` and `synthc fmt`."""

from __future__ import annotations

import io
import json

import pytest

from tests.cli.project import SPEC, Project

BROKEN = SPEC.replace("words(text)", "wrods(text)")


def test_clean(project: Project) -> None:
    """A good spec has no findings, under both names of the command."""
    assert project.run("check").out == "no findings\n"
    assert project.run("lint", "spec.synth").code == 0


def test_findings(project: Project) -> None:
    """An error is shown with its line, and the exit code is 1."""
    project.write("spec.synth", BROKEN)
    said = project.run("check")

    assert said.code == 1
    assert "spec.synth:20:11" in said.out
    assert "did you mean `words`?" in said.out
    assert said.out.endswith("1 error\n")


def test_json(project: Project) -> None:
    """The JSON document has the keys that were promised."""
    project.write("spec.synth", BROKEN)
    said = project.run("check", "--format", "json")
    document = json.loads(said.out)
    (found,) = document["findings"]

    assert document["summary"] == {"errors": 1, "warnings": 0}
    assert {"rule", "severity", "message", "file", "range", "related", "fix", "url"} <= set(found)
    assert found["range"] == {"start": {"line": 20, "column": 11}, "end": {"line": 20, "column": 16}}


@pytest.mark.parametrize("format_", ["concise", "sarif", "github"])
def test_formats(project: Project, format_: str) -> None:
    """Every format names the rule."""
    project.write("spec.synth", BROKEN)
    said = project.run("check", "--format", format_)

    assert said.code == 1
    assert "unknown-function" in said.out


def test_fix(project: Project) -> None:
    """Safe fixes are applied, and nothing is left to say."""
    project.write("spec.synth", BROKEN)
    said = project.run("check", "--fix")

    assert (said.code, said.out) == (0, "no findings\n")
    assert said.err == "spec.synth: 1 fix applied\n"
    assert (project.folder / "spec.synth").read_text() == SPEC


def test_select_and_ignore(project: Project) -> None:
    """Rules are chosen by name."""
    project.write("spec.synth", BROKEN)

    assert project.run("check", "--ignore", "unknown-function,long-number").code == 0
    assert project.run("check", "--select", "unknown-name").code == 0
    assert project.run("check", "--select", "unknown-function").code == 1


def test_select_and_ignore_name_rules(project: Project) -> None:
    """A rule that there is not is wrong usage: nothing would be chosen by it."""
    said = project.run("check", "--select", "unknown-functions")

    assert (said.code, said.out) == (2, "")
    assert said.err == "synthc: there is no rule `unknown-functions`; did you mean `unknown-function`?\n"
    assert project.run("check", "--ignore", "zzz").err == "synthc: there is no rule `zzz`; `synthc explain` lists them\n"


def test_fix_until_nothing_is_left(project: Project) -> None:
    """Fixes of the same stretch are applied one after the other; a second run finds nothing to do."""
    project.write("spec.synth", SPEC.replace("words(text) >= least", "not not (words(text) > 1 and words(text) > 1) == true"))
    said = project.run("check", "--fix")
    mended = (project.folder / "spec.synth").read_text()

    assert "  | where (words(text) > 1)\n" in mended
    assert said.out.endswith("1 warning\n")
    assert project.run("check", "--fix").err == ""
    assert (project.folder / "spec.synth").read_text() == mended


def test_warnings_are_silenced(project: Project) -> None:
    """A directive silences one rule for one line, and one that names no rule says what was meant."""
    long = SPEC.replace("  | where words(text) >= least", "  | where words(text) >= least\n  | take 20000  # synth: ignore[RULE]")
    project.write("spec.synth", long.replace("RULE", "long-number"))
    assert project.run("check").out == "no findings\n"

    project.write("spec.synth", long.replace("RULE", "long-numbers"))
    said = project.run("check", "--format", "concise").out
    assert "warning[long-number]" in said
    assert "warning[unused-ignore] there is no rule `long-numbers`" in said


def test_folders_and_imports(project: Project) -> None:
    """A folder stands for its specs; what a spec imports is checked once, with it."""
    project.write("inner/main.synth", 'synth 1\n\nimport "lib.synth" as lib\n')
    project.write("inner/lib.synth", "synth 1\n\nlet a = 20K\n")
    project.write("inner/build/old.synth", "nonsense")
    said = project.run("check", "--format", "concise")

    assert said.out == "inner/lib.synth:3:9: error[bad-number] `20K` is not a number\n"


def test_nothing_to_check(project: Project) -> None:
    """A folder without specs and a file that is not there are wrong usage."""
    (project.folder / "empty").mkdir()

    assert project.run("check", "empty").err == "synthc: there is no `.synth` file in empty\n"
    assert project.run("check", "nope.synth").err == "synthc: nope.synth: there is no such file\n"
    assert project.run("check", "nope.synth").code == 2


def test_not_utf8(project: Project) -> None:
    """A file in another encoding is a finding that says where, and unreadable input."""
    (project.folder / "spec.synth").write_bytes(b"synth 1\n# caf\xe9\n")
    said = project.run("check")

    assert said.code == 2
    assert "not UTF-8 at byte 13" in said.out
    assert project.run("fmt").err == "synthc: spec.synth: not UTF-8 at byte 13; save the file as UTF-8\n"


def test_fmt(project: Project) -> None:
    """A file is brought into its form once; `--check` and `--diff` only tell."""
    untidy = SPEC.replace("  text    = .text", "  text = .text")
    project.write("spec.synth", untidy)

    assert project.run("fmt", "--check").code == 1
    assert "+  text    = .text\n" in project.run("fmt", "--diff").out
    assert (project.folder / "spec.synth").read_text() == untidy
    assert project.run("fmt").err == "spec.synth: formatted\n"
    formatted = (project.folder / "spec.synth").read_text()
    assert "  text    = .text" in formatted
    assert project.run("fmt", "--check").code == 0
    assert project.run("fmt").err == ""


def test_fmt_stdin(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` reads stdin and writes stdout."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"synth 1\nlet   a = 1\n")))

    assert project.run("fmt", "-").out == "synth 1\nlet a = 1\n"


def test_fmt_leaves_what_does_not_parse(project: Project) -> None:
    """A broken item stays, and that is said."""
    project.write("spec.synth", "synth 1\n\nlet   = (\n")
    said = project.run("fmt")

    assert said.code == 0
    assert "does not parse" in said.err
    assert "let   = (" in (project.folder / "spec.synth").read_text()
