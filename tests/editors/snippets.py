"""The snippets of the editors, expanded as an editor does when every placeholder is accepted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from synthc.compiler.catalog.steps import STEPS

SNIPPETS = Path(__file__).parents[2] / "editors/vscode/snippets/synth.json"
_PLACEHOLDER = re.compile(r"\$(?:(?P<bare>\d+)|\{(?P<number>\d+)(?::(?P<text>[^}]*)|\|(?P<choice>[^,|]*)[^}]*\|)\})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """One snippet, with its body as it comes out."""

    name: str
    text: str
    is_step: bool

    def __str__(self) -> str:
        return self.name.replace(" ", "-")

    @property
    def kind(self) -> str:
        """The kind of declaration or the item that it is, or its step."""
        return re.sub(r"^(?:public|private) ", "", self.text).split(maxsplit=1)[0]

    @property
    def steps(self) -> set[str]:
        """The steps in it."""
        text = f"| {self.text}" if self.is_step else self.text
        return set(re.findall(r"^\s*\| (\w+)", text, re.MULTILINE)) & set(STEPS)


def snippets() -> Iterator[Snippet]:
    """Yield all of them."""
    for name, snippet in json.loads(SNIPPETS.read_text(encoding="utf-8")).items():
        text = expanded("\n".join(snippet["body"]))
        yield Snippet(name=name, text=text, is_step=snippet["description"].startswith("step: "))


def expanded(body: str) -> str:
    """Return a body with its placeholders filled in, mirrors too.

    >>> expanded("let ${1:places} = [${2|home,work|}, $1]$0")
    'let places = [home, places]'
    """
    filled = {one["number"]: one["text"] or one["choice"] or "" for one in _PLACEHOLDER.finditer(body) if one["number"]}
    return _PLACEHOLDER.sub(lambda one: filled.get(one["bare"] or one["number"], ""), body)
