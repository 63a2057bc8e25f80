"""What a prompt says: its texts as parts, literals and holes, and the messages that are made of them."""

from __future__ import annotations

import json
from typing import Any

from synthc.compiler.expression import Expressions
from synthc.compiler.scope import Scope
from synthc.compiler.types import TEXT, Type, list_of
from synthc.dsl import syntax
from synthc.dsl.diagnostic import error

ANSWER_FORMAT = "answer_format"
TURNS = "turns"
"""The role of a message that stands for several, a list of texts by turns of the user and the model."""


class Words:
    """Turns the texts of one prompt into parts: literals and holes."""

    def __init__(self, *, scope: Scope, slots: dict[str, Type], answer: Type) -> None:
        """Take what holes may speak of."""
        self.answer = answer
        self.expressions = Expressions(scope=scope, columns={**slots, ANSWER_FORMAT: TEXT}, what="a slot or a declaration")

    def parts(self, written: syntax.Expression) -> list[Any]:
        """Return the parts of a text; a text that is made elsewhere is one part."""
        if isinstance(written, syntax.Template):
            return [part if isinstance(part, str) else self._hole(part) for part in written.parts]
        typed = self.expressions.check(written, TEXT)
        return [{"hole": None} if typed.json is None else typed.json.get("value", {"hole": typed.json})]

    def turns(self, written: syntax.Expression) -> list[dict[str, Any]]:
        """Return the messages before `ask`: a list of texts, the user's first, then the model's, and so on."""
        if not isinstance(written, syntax.ListOf):
            typed = self.expressions.check(written, list_of(TEXT))
            return [{"role": TURNS, "parts": [{"hole": typed.json}]}]
        if len(written.items) % 2:
            message = f"turns are the user's and the model's alternately, so there is an even number of them before `ask`, and these are {len(written.items)}"
            self.expressions.scope.report(error("wrong-value", message, written.span, help="the last message, the user's, is what `ask` says"))
        return [{"role": ("user", "assistant")[place % 2], "parts": self.parts(item)} for place, item in enumerate(written.items)]

    def _hole(self, hole: syntax.Hole) -> Any:
        typed = self.expressions.check(hole.value)
        if typed.json == {"column": ANSWER_FORMAT}:
            return describe(self.answer)
        if typed.type.content.kind in {"list", "record"}:
            self.expressions.scope.report(error("wrong-type", f"a hole takes a text or a number, and this is a {typed.type.content.kind}", hole.value.span, help="use `join(list, \", \")`"))
        return {"hole": typed.json}


def describe(answer: Type) -> str:
    """Return the sentence that `{{ answer_format }}` inserts.

    >>> describe(Type(kind="choice", options=("yes", "no")))
    'Answer with one of: yes, no.'
    """
    if answer.kind == "choice":
        return "Answer with one of: " + ", ".join(answer.options) + "."
    if answer.kind == "list":
        return "Answer with a JSON array, one item per entry, and nothing else."
    if answer.kind == "record":
        return "Answer with a JSON object with the keys " + ", ".join(name for name, _ in answer.fields) + ", and nothing else."
    sentences = {"bool": "Answer true or false.", "int": "Answer with a whole number.", "float": "Answer with a number."}
    return sentences.get(answer.kind, "Answer with the text alone.")


def messages(parts: dict[str, list[Any]], turns: list[dict[str, Any]], examples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the system's message, the examples, the turns and what is asked."""
    found = [{"role": "system", "parts": parts["system"]}] if "system" in parts else []
    for example in examples:
        filled = [part if isinstance(part, str) else _fill(part["hole"], example["slots"]) for part in parts["ask"]]
        expected = example["expected"].get("value")
        found += [{"role": "user", "parts": filled}, {"role": "assistant", "parts": [_written(expected)]}]
    return [*found, *turns, {"role": "user", "parts": parts["ask"]}]


def _fill(hole: Any, slots: dict[str, Any]) -> Any:
    if isinstance(hole, dict) and set(hole) == {"column"}:
        value = slots[hole["column"]]
        return value if isinstance(value, str) else {"hole": {"value": value}}
    return {"hole": _substitute(hole, slots)}


def _substitute(tree: Any, slots: dict[str, Any]) -> Any:
    if isinstance(tree, dict):
        if set(tree) == {"column"}:
            return {"value": slots[tree["column"]]}
        return {key: _substitute(value, slots) for key, value in tree.items()}
    return [_substitute(value, slots) for value in tree] if isinstance(tree, list) else tree


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def mistaken(said: Any) -> bool:
    """Tell whether a hole could not be read, so that nobody knows which slots it uses."""
    if isinstance(said, dict):
        return ("hole" in said and said["hole"] is None) or any(map(mistaken, said.values()))
    return isinstance(said, list) and any(map(mistaken, said))
