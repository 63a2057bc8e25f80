"""`synthc doctor`."""

from __future__ import annotations

import pytest

from synthc.cli import doctor
from tests.cli.project import Project


def test_looks(project: Project) -> None:
    """Each thing is one line."""
    said = project.run("doctor")

    assert "ok       Python 3" in said.out
    assert "can be written" in said.out


def test_silent_endpoint(project: Project) -> None:
    """A server that does not answer is missing, with its mend."""
    project.write("spec.synth", 'synth 1\n\nendpoint llm = tgi("http://127.0.0.1:9")\n\nprompt a(t: text) -> text { ask = """{{ t }}""" }\n\ntest a { "x" -> "y" }\n')
    said = project.run("doctor")

    assert said.code == 1
    assert "missing  endpoint `llm`; " in said.out
    assert "Traceback" not in said.err


def test_missing_package(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that is not there is named with the command that installs it."""
    monkeypatch.setattr(doctor, "requires", lambda _: ["no-such-package>=2"])
    said = project.run("doctor")

    assert said.code == 1
    assert "missing  no-such-package; install it with `pip install 'no-such-package>=2'`\n" in said.out
