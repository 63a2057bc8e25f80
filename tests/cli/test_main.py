"""What all commands share: choosing, speed, and how mistakes are told."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import synthc
from synthc.cli.main import COMMANDS
from tests.cli.project import Project

ROOT = Path(__file__).parents[2]
HEAVY = ("torch", "flwr", "polars", "huggingface_hub", "aiohttp", "rich", "ray", "opacus", "dp_accounting")


def python(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run Python with this checkout in its path."""
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )


def test_exported_members() -> None:
    """The public names are these, and importing the package imports nothing heavy."""
    done = python("-c", f"import sys, synthc; print([m for m in {HEAVY} if m in sys.modules], 'synthc.compiler' in sys.modules)", cwd=ROOT)

    assert synthc.__all__ == ["Options", "__version__", "check", "compile", "run"]
    assert done.stdout == "[] False\n"
    with pytest.raises(AttributeError):
        _ = synthc.nothing


def test_check_is_light(project: Project) -> None:
    """`check`, `fmt` and `compile` import none of the heavy libraries."""
    code = f"import sys; from synthc.cli.main import main; main(sys.argv[1:]); print([m for m in {HEAVY} if m in sys.modules])"
    for command in ("check", "fmt", "compile"):
        done = python("-c", code, command, cwd=project.folder)

        assert done.stdout.endswith("[]\n"), done


def test_module_is_the_command(project: Project) -> None:
    """`python -m synthc` works, and says its version."""
    done = python("-m", "synthc", "--version", cwd=project.folder)

    assert done.stdout == f"synthc {synthc.__version__}\n"


@pytest.mark.parametrize("name", [name for name, _, _ in COMMANDS])
def test_help(project: Project, name: str) -> None:
    """Every command of the table is there and explains itself."""
    said = project.run(name, "--help")

    assert said.code == 0
    assert f"synthc {name}" in said.out


def test_no_command(project: Project) -> None:
    """Without a command the commands are listed."""
    said = project.run()

    assert said.code == 2
    assert all(name in said.err for name, _, _ in COMMANDS)


def test_unknown_command(project: Project) -> None:
    """A misspelt command is guessed."""
    said = project.run("chekc")

    assert said.code == 2
    assert said.err.endswith("synthc: error: there is no command `chekc`; did you mean `check`?\n")


def test_no_such_folder(project: Project) -> None:
    """A folder that is not there is a sentence."""
    said = project.run("check", "-C", "nowhere")

    assert (said.code, said.out) == (2, "")
    assert said.err == "synthc: nowhere: no such file or directory\n"


@pytest.mark.parametrize(
    ("raised", "code", "says"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (OSError(errno.ENOSPC, "No space left on device"), 3, "the disk is full"),
        (PermissionError(errno.EACCES, "Permission denied", "x"), 2, "x: permission denied"),
        (RuntimeError("oh"), 70, "this is a bug in synthc"),
    ],
)
def test_faults(project: Project, monkeypatch: pytest.MonkeyPatch, raised: BaseException, code: int, says: str) -> None:
    """Each kind of fault has its exit code; only our own mistakes show a traceback."""

    def fail(_: object) -> int:
        raise raised

    monkeypatch.setattr(import_module("synthc.cli.check"), "run", fail)
    said = project.run("check")

    assert said.code == code
    assert says in said.err
    assert ("Traceback" in said.err) == (code == 70)


def test_broken_pipe(project: Project) -> None:
    """A reader that goes away is no mistake."""
    command = f"{sys.executable} -m synthc check --format json | true; exit ${{PIPESTATUS[0]}}"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-c", command], cwd=project.folder, env=env, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
