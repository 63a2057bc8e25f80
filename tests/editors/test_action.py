"""The GitHub Action and the pre-commit hooks say what a user is told they say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
RIGHT = 'synth 1\n\npublic source web = files("web.jsonl") { license = "CC0-1.0" }\n'
WRONG = RIGHT + "\nfilter typed = web\n  | where wrods(text) >= 2\n"


def step(name: str) -> dict[str, Any]:
    """Return a step of the action."""
    return next(one for one in ACTION["runs"]["steps"] if one["name"] == name)


def done(name: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the shell of a step as GitHub does, with synthc on PATH and the inputs' defaults."""
    inputs = {name.upper(): ACTION["inputs"][name]["default"] for name in ("arguments", "paths")} | env
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step(name)["run"]]
    return subprocess.run(command, cwd=folder, env={**os.environ, **inputs, "PATH": path}, capture_output=True, text=True, check=False)


def test_the_action_annotates_mistakes_and_fails(tmp_path: Path) -> None:
    """Each at its line, in the words of the command."""
    (tmp_path / "spec.synth").write_text(WRONG)
    ran = done("Check", tmp_path)

    assert ran.returncode == 1
    assert re.match(r"::error .*file=spec\.synth,line=6,.*::there is no function `wrods`", ran.stdout)


def test_the_action_passes_what_is_right(tmp_path: Path) -> None:
    """Several paths may be named, and what is not named is not looked at."""
    (tmp_path / "one.synth").write_text(RIGHT)
    (tmp_path / "two.synth").write_text(RIGHT)
    (tmp_path / "wrong.synth").write_text(WRONG)

    assert done("Check", tmp_path, PATHS="one.synth\n  two.synth\n").returncode == 0
    assert done("Check the format", tmp_path, PATHS="one.synth two.synth").returncode == 0


def test_the_action_gives_params_their_values(tmp_path: Path) -> None:
    """A spec whose inputs have no defaults can be checked too."""
    (tmp_path / "spec.synth").write_text(RIGHT + "param least: int\n")

    assert done("Check", tmp_path).returncode == 1
    assert done("Check", tmp_path, ARGUMENTS="--set least=2").returncode == 0


def test_the_action_can_ask_for_the_format(tmp_path: Path) -> None:
    """It changes nothing, and fails."""
    (tmp_path / "spec.synth").write_text(RIGHT.replace(" = ", "="))

    assert done("Check the format", tmp_path).returncode == 1
    assert (tmp_path / "spec.synth").read_text() == RIGHT.replace(" = ", "=")


def test_the_action_writes_sarif_of_what_is_wrong_and_goes_on(tmp_path: Path) -> None:
    """So that it is uploaded before the check fails; a path that is not there stops it."""
    (tmp_path / "spec.synth").write_text(WRONG)

    assert done("Write SARIF", tmp_path, SARIF="out.sarif").returncode == 0
    assert '"unknown-function"' in (tmp_path / "out.sarif").read_text()
    assert done("Write SARIF", tmp_path, SARIF="out.sarif", PATHS="gone.synth").returncode != 0


def test_every_input_is_used_and_none_is_pasted_into_shell() -> None:
    """What a pull request can name must not become a command."""
    text = (ROOT / "action.yml").read_text(encoding="utf-8")

    assert set(ACTION["inputs"]) == set(re.findall(r"inputs\.([a-z-]+)", text))
    assert [one["name"] for one in ACTION["runs"]["steps"] if "${{" in one.get("run", "")] == []
    assert [one["name"] for one in ACTION["runs"]["steps"] if "run" in one and one["shell"] != "bash"] == []


def test_what_the_action_installs_is_what_the_package_asks_for() -> None:
    """Name and version of each as in pyproject.toml."""
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    installed = re.findall(r'"([a-z-]+[>=.0-9]+)"', step("Install synthc")["run"])

    assert installed
    assert set(installed) <= set(wanted)


BLOCKER = """
import sys
from synthc.cli.main import main

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names!r}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Blocked())
sys.exit(main(["check", "--set", "data=data", {spec!r}]))
"""
IMPORTED_AS = {"huggingface_hub": "huggingface_hub", "pyyaml": "yaml"}


def test_checking_needs_no_more_than_the_action_installs() -> None:
    """The largest spec is checked with every other dependency hidden."""
    names = (
        re.split(r"[>=<]", one)[0]
        for one in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    )
    installed = step("Install synthc")["run"]
    hidden = {IMPORTED_AS.get(name, name.replace("-", "_")) for name in names if f'"{name}>=' not in installed}
    code = BLOCKER.format(names=hidden, spec=str(ROOT / "specs/phone/phone.synth"))
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    assert {"torch", "polars", "flwr"} < hidden
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize("hook", HOOKS, ids=[hook["id"] for hook in HOOKS])
def test_a_hook_is_a_command_that_takes_files(hook: dict[str, Any], tmp_path: Path) -> None:
    """It passes a spec that is right, and is asked about specs alone."""
    (tmp_path / "spec.synth").write_text(RIGHT)
    program, *arguments = hook["entry"].split()
    ran = subprocess.run(
        [Path(sys.executable).with_name(program), *arguments, "spec.synth"], cwd=tmp_path, capture_output=True, check=False
    )

    assert ran.returncode == 0
    assert re.search(hook["files"], "a/spec.synth")
    assert not re.search(hook["files"], "a/spec.synth.md")
