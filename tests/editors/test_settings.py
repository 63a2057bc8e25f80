"""What editors are told to load and to start is there."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from synthc import __version__
from synthc.cli.main import COMMANDS

ROOT = Path(__file__).parents[2]
EDITORS = ROOT / "editors"
VSCODE = EDITORS / "vscode"
PACKAGE = json.loads((VSCODE / "package.json").read_text(encoding="utf-8"))
GRAMMAR = json.loads((VSCODE / "syntaxes/synth.tmLanguage.json").read_text(encoding="utf-8"))


def paths(tree: Any) -> set[str]:
    """Return every path that a part of package.json names."""
    if isinstance(tree, dict):
        return {value for key, value in tree.items() if key in {"path", "configuration"} and isinstance(value, str)}.union(
            *map(paths, tree.values())
        )
    return set().union(*map(paths, tree)) if isinstance(tree, list) else set()


def rules(tree: Any) -> list[dict[str, Any]]:
    """Return every rule of a grammar, however deep."""
    if isinstance(tree, dict):
        inner = [rule for value in tree.values() for rule in rules(value)]
        return [tree, *inner] if {"match", "begin", "include"} & set(tree) else inner
    return [rule for value in tree for rule in rules(value)] if isinstance(tree, list) else []


CAPTURES = {"match": "captures", "begin": "beginCaptures", "end": "endCaptures"}
PATTERNS = sorted(
    {(rule[key], max(map(int, rule.get(CAPTURES[key], {})), default=0)) for rule in rules(GRAMMAR) for key in CAPTURES if key in rule}
)


def test_what_the_extension_contributes_is_there_and_is_packed() -> None:
    """Its grammars, snippets and language settings, and none is left out of the package."""
    named = paths(PACKAGE["contributes"])
    packed = {line.removeprefix("!") for line in (VSCODE / ".vscodeignore").read_text().splitlines() if line.startswith("!")}

    assert len(named) == 4
    assert [path for path in named if not (VSCODE / path).is_file()] == []
    assert [path for path in (*named, PACKAGE["main"]) if not any(Path(path).match(pattern) for pattern in packed)] == []


def test_the_commands_of_the_menus_are_those_of_the_code() -> None:
    """Each is contributed once, and each has something behind it."""
    contributed = {command["command"] for command in PACKAGE["contributes"]["commands"]}
    shown = {entry["command"] for menu in PACKAGE["contributes"]["menus"].values() for entry in menu}
    registered = set(re.findall(r'registerCommand\("([^"]+)"', (VSCODE / "src/extension.ts").read_text()))

    assert contributed == registered
    assert shown <= contributed


@pytest.mark.parametrize(("pattern", "captures"), PATTERNS)
def test_a_pattern_of_the_grammar_compiles(pattern: str, captures: int) -> None:
    """And every colour it gives to a group has its group."""
    assert re.compile(pattern).groups >= captures


def test_what_the_grammar_includes_it_has() -> None:
    """And nothing is kept that is not included."""
    included = {rule["include"].removeprefix("#") for rule in rules(GRAMMAR) if "include" in rule}

    assert included == set(GRAMMAR["repository"])


def test_the_extension_has_the_licence_and_version_of_the_rest() -> None:
    """So that what is installed together says the same."""
    assert (VSCODE / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()
    assert PACKAGE["version"] == __version__


def test_the_lock_file_asks_the_public_registry_and_knows_what_it_gets() -> None:
    """Every package by its checksum."""
    locked = json.loads((VSCODE / "package-lock.json").read_text())["packages"]
    packages = [entry for name, entry in locked.items() if name]

    assert {entry["resolved"].split("/")[2] for entry in packages} == {"registry.npmjs.org"}
    assert [entry for entry in packages if not entry.get("integrity")] == []


def test_every_editor_starts_a_command_that_there_is() -> None:
    """`synthc lsp`, over stdio."""
    helix = tomllib.loads((EDITORS / "helix/languages.toml").read_text())

    assert "lsp" in {name for name, _, _ in COMMANDS}
    assert [helix["language-server"][name] for name in helix["language"][0]["language-servers"]] == [{"command": "synthc", "args": ["lsp"]}]
    assert 'args: ["lsp"]' in (VSCODE / "src/server.ts").read_text()
    assert '"synthc", "lsp"' in (EDITORS / "neovim/lua/synthc.lua").read_text()
    assert '(list program "lsp")' in (EDITORS / "emacs/synth-mode.el").read_text()
