"""`synthc explain` prints the page of a finding."""

from __future__ import annotations

import pytest

from synthc.cli.explain import explained
from synthc.cli.main import main
from synthc.compiler.pages import names

SHOWN = """\
wrong-sum

Shares of a mix that do not make 100%.

They are shares of the words of the mix. Whether the rest was forgotten or the parts were meant to be scaled is not guessed.

Change the shares so that they make 100%.

wrong:

    synth 1

    public source web = files("web.jsonl") { license = "CC0-1.0" }

    public source chats = files("chats.jsonl") { license = "CC0-1.0" }

    mix corpus = 60% web + 30% chats

right:

    synth 1

    public source web = files("web.jsonl") { license = "CC0-1.0" }

    public source chats = files("chats.jsonl") { license = "CC0-1.0" }

    mix corpus = 60% web + 40% chats
"""


def test_a_page_is_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    """Examples stand indented, and there is no colour where nobody would see it."""
    assert main(["explain", "wrong-sum"]) == 0
    assert capsys.readouterr().out == SHOWN


def test_options_of_an_example_are_told() -> None:
    """An example that needs the command line says so."""
    assert "with --set row=5k:" in explained("unknown-param")


def test_all_rules_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a name each rule has a line with its first sentence."""
    assert main(["explain"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(names())
    assert all(line.endswith(".") for line in lines)


def test_a_rule_nobody_knows(capsys: pytest.CaptureFixture[str]) -> None:
    """A slip of the pen is answered with the name that was probably meant."""
    assert main(["explain", "privat-flow"]) == 2
    assert capsys.readouterr().err == "synthc: there is no rule `privat-flow`; did you mean `private-flow`?\n"


def test_a_rule_unlike_any_other(capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing is close, it is said how to find all."""
    assert main(["explain", "zzz"]) == 2
    assert capsys.readouterr().err == "synthc: there is no rule `zzz`; `synthc explain` lists them\n"
