"""What editors colour are the words that the compiler knows; SYNTHC_GOLDEN=write brings the lists up to date."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from synthc.dsl.tokens import RESERVED
from tests.editors.words import words
from tests.expected import check_file

EDITORS = Path(__file__).parents[2] / "editors"

# In each format, the stretch of a file that holds the list of some name.
LISTS = {
    "vscode/syntaxes/synth.tmLanguage.json": r"(?<=\(\?#{name}\))[^)]*",
    "neovim/syntax/synth.vim": r"(?<=^syntax match synth{Name} /\\<\\%\()[^/]*(?=\\\)\\>/ contained$)",
    "emacs/synth-mode.el": r"(?<=^\(defconst synth--{name}\n  '\()[^)]*",
}
UNITS = {"powers", "durations"}
SEPARATORS = {".json": "|", ".vim": r"\|", ".el": " "}


def place(file: str, name: str) -> re.Pattern[str]:
    """Return what finds the list of a name in a file."""
    return re.compile(LISTS[file].replace("{name}", name).replace("{Name}", name.capitalize()), re.MULTILINE)


def brought_up_to_date(file: str) -> str:
    """Return the text of a file with every list in it as the compiler has it."""
    path = EDITORS / file
    text = path.read_text(encoding="utf-8")
    for name, listed in words().items():
        quoted = [f'"{word}"' for word in listed] if path.suffix == ".el" else listed
        joined = SEPARATORS[path.suffix].join(quoted)
        text = joined.join(place(file, name).split(text))
    return text


@pytest.mark.parametrize("file", LISTS)
def test_editors_colour_the_words_of_the_compiler(file: str) -> None:
    """A kind, step, setting or word that is added to the language is added there too."""
    check_file(EDITORS / file, brought_up_to_date(file))


@pytest.mark.parametrize(
    ("file", "patterns"),
    [("vscode/syntaxes/synth.tmLanguage.json", {"items"}), ("neovim/syntax/synth.vim", UNITS), ("emacs/synth-mode.el", UNITS)],
)
def test_every_list_has_its_place(file: str, patterns: set[str]) -> None:
    """None drops out of the comparison by being renamed; a few are parts of larger patterns."""
    text = (EDITORS / file).read_text(encoding="utf-8")

    assert {name for name in words() if not place(file, name).search(text)} == patterns


def test_every_reserved_word_is_in_one_list() -> None:
    """Constants, operators and clauses are all there is."""
    lists = words()

    assert sorted([*lists["constants"], *lists["operators"], *lists["clauses"]]) == sorted(RESERVED)
