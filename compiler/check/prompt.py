"""`prompt name(slots) -> type { ... }`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from synthc.compiler import constant
from synthc.compiler.catalog import prompts
from synthc.compiler.check.references import named
from synthc.compiler.check.types import read_type
from synthc.compiler.constant import fits, type_of
from synthc.compiler.evaluate import Constants, NotConstant
from synthc.compiler.expression import Expressions
from synthc.compiler.program import Thing
from synthc.compiler.scope import Scope
from synthc.compiler.settings import read_settings
from synthc.compiler.types import TEXT, UNKNOWN, Type
from synthc.dsl import syntax
from synthc.dsl.diagnostic import error

ANSWERS = frozenset({"text", "int", "float", "bool", "choice", "list", "record"})
ANSWER_FORMAT = "answer_format"


def check(declared: syntax.Prompt, scope: Scope) -> Thing | None:
    """Return the prompt; its `value` is its form in the graph, its `columns` are the slots."""
    slots = _slots(declared, scope)
    answer = read_type(declared.answer, scope)
    if answer is None:
        return None
    if answer.kind not in ANSWERS:
        scope.report(error("unknown-type", "a prompt answers text, a number, true or false, a choice, a list or a record", declared.answer.span))
        return None
    cases = [e for e in declared.settings.entries if isinstance(e, syntax.Cases) and e.name.name == "examples"] if declared.settings else []
    settings = read_settings(prompts.Prompt, _without(declared.settings, cases), scope, owner=declared.name)
    if settings is None or slots is None:
        return None
    if not _useful(declared, settings, cases, scope):
        return None
    words = _Words(scope=scope, slots=slots, answer=answer)
    parts = {key: words.parts(getattr(settings, key)) for key in ("system", "ask", "complete") if getattr(settings, key) is not None}
    _report_unused(declared, slots, parts, scope)
    examples = [case for group in cases for case in check_cases(group.cases, slots, answer, scope, examples=True)]
    endpoint = named(settings.endpoint, ("endpoint",), scope, declared.name.span) if settings.endpoint is not None else None
    if settings.endpoint is not None and endpoint is None:
        return None
    return Thing(
        name=scope.prefix + declared.name.name,
        thing="prompt",
        kind="prompt",
        span=declared.name.span,
        type=answer,
        columns=slots,
        settings={"endpoint": endpoint},
        value={
            "name": scope.prefix + declared.name.name,
            "slots": {name: of.to_json() for name, of in slots.items()},
            "messages": None if settings.complete else _messages(parts, examples),
            "complete": parts.get("complete"),
            "answer": answer.to_json(),
            "max_input": settings.max_input,
            "max_output": settings.max_output or prompts.MAX_OUTPUT[answer.kind],
            "temperature": settings.temperature,
            "top_p": settings.top_p,
            "stop": settings.stop,
            "overflow": settings.overflow,
        },
    )


def _useful(declared: syntax.Prompt, settings: prompts.Prompt, cases: list[syntax.Cases], scope: Scope) -> bool:
    """Refuse a prompt without words, and settings that would have no effect on it."""
    if (settings.ask is None) == (settings.complete is None):
        scope.report(error("missing-setting", "a prompt has either `ask` (a user's message) or `complete` (for base models)", declared.name.span))
        return False
    useless = {
        "system": settings.complete is not None and settings.system is not None,
        "examples": settings.complete is not None and bool(cases),
        "top_p": settings.top_p is not None and settings.temperature == 0,
    }
    why = {"top_p": "at a temperature of 0, where the likeliest token is always taken"}
    for entry in declared.settings.entries if declared.settings else ():
        if useless.get(entry.name.name):
            reason = why.get(entry.name.name, "beside `complete`, to which nothing is added")
            scope.report(error("useless-setting", f"`{entry.name.name}` has no effect {reason}", entry.name.span, help="remove it"))
            return False
    return True


def check_cases(cases: tuple[syntax.Case, ...], slots: dict[str, Type], answer: Type, scope: Scope, *, examples: bool = False) -> list[dict[str, Any]]:
    """Return the cases of `examples` or a `test`: slots by name, what is expected, the place."""
    found = []
    for case in cases:
        if len(case.inputs) != len(slots):
            scope.report(error("wrong-case", f"the prompt has {len(slots)} slot{'s' * (len(slots) != 1)}, and this case gives {len(case.inputs)}", case.span))
            continue
        if examples and _mentions_answer(case.expected):
            scope.report(error("wrong-case", "an example shows an answer, and this is a condition on one", case.expected.span, help="conditions belong into a `test`"))
            continue
        values: dict[str, Any] = {}
        try:
            for (name, of), written in zip(slots.items(), case.inputs, strict=True):
                values[name] = _literal(written, of, f"slot `{name}`", scope)
            expected = _expected(case.expected, answer, scope)
        except NotConstant:
            continue
        found.append({"slots": values, "expected": expected, "place": case.span.place})
    return found


def _literal(written: syntax.Expression, of: Type, what: str, scope: Scope) -> Any:
    value = Constants(scope=scope).evaluate(written)
    if not fits(value, of):
        scope.report(error("wrong-type", f"{what} is {of}, and this is {type_of(value) or 'no literal'}", written.span))
        raise NotConstant
    return constant.to_json(value)


def _expected(written: syntax.Expression, answer: Type, scope: Scope) -> dict[str, Any]:
    if not _mentions_answer(written):
        return {"value": _literal(written, answer, "the answer", scope)}
    typed = Expressions(scope=scope, columns={"answer": answer}).check(written)
    if typed.type.kind not in {"bool", "unknown"}:
        scope.report(error("wrong-type", "an expectation over `answer` is true or false", written.span))
    if typed.json is None:
        raise NotConstant
    return {"check": typed.json}


def _mentions_answer(written: Any) -> bool:
    if isinstance(written, syntax.Name):
        return written.name == "answer"
    children = (getattr(written, name) for name in getattr(written, "__slots__", ()) if name != "span")
    return any(_mentions_answer(c) for child in children for c in (child if isinstance(child, tuple) else (child,)) if isinstance(c, syntax.Syntax))


class _Words:
    """Turns the texts of one prompt into parts: literals and holes."""

    def __init__(self, *, scope: Scope, slots: dict[str, Type], answer: Type) -> None:
        self.answer = answer
        self.expressions = Expressions(scope=scope, columns={**slots, ANSWER_FORMAT: TEXT}, what="a slot or a declaration")

    def parts(self, written: syntax.Expression) -> list[Any]:
        if isinstance(written, syntax.Text):
            return [written.value]
        if not isinstance(written, syntax.Template):
            self.expressions.scope.report(error("wrong-value", "a text is wanted here", written.span))
            return []
        return [part if isinstance(part, str) else self._hole(part) for part in written.parts]

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


def _messages(parts: dict[str, list[Any]], examples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    messages = [{"role": "system", "parts": parts["system"]}] if "system" in parts else []
    for example in examples:
        filled = [part if isinstance(part, str) else _fill(part["hole"], example["slots"]) for part in parts["ask"]]
        expected = example["expected"].get("value")
        messages += [{"role": "user", "parts": filled}, {"role": "assistant", "parts": [_written(expected)]}]
    return [*messages, {"role": "user", "parts": parts["ask"]}]


def _fill(hole: Any, slots: dict[str, Any]) -> Any:
    if isinstance(hole, dict) and set(hole) == {"column"}:
        value = slots[hole["column"]]
        return value if isinstance(value, str) else {"hole": {"value": value}}
    return {"hole": _substitute(hole, slots)}


def _substitute(json: Any, slots: dict[str, Any]) -> Any:
    if isinstance(json, dict):
        if set(json) == {"column"}:
            return {"value": slots[json["column"]]}
        return {key: _substitute(value, slots) for key, value in json.items()}
    return [_substitute(value, slots) for value in json] if isinstance(json, list) else json


def _written(value: Any) -> str:
    import json

    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def columns_in(json: Any) -> Iterator[str]:
    """Yield the columns that an expression reads, by its JSON."""
    if isinstance(json, dict):
        if set(json) == {"column"} and isinstance(json["column"], str):
            yield json["column"]
        for value in json.values():
            yield from columns_in(value)
    elif isinstance(json, list | tuple):
        for value in json:
            yield from columns_in(value)


def _report_unused(declared: syntax.Prompt, slots: dict[str, Type], parts: dict[str, list[Any]], scope: Scope) -> None:
    used = set(columns_in(list(parts.values())))
    for slot in declared.slots:
        if slot.name.name not in used and slots[slot.name.name] != UNKNOWN:
            scope.report(error("unused-slot", f"the slot `{slot.name.name}` is never used", slot.span, help=f"write `{{{{ {slot.name.name} }}}}` in the text, or remove the slot"))


def _slots(declared: syntax.Prompt, scope: Scope) -> dict[str, Type] | None:
    slots: dict[str, Type] = {}
    for slot in declared.slots:
        type_ = read_type(slot.type, scope)
        if type_ is None:
            return None
        if slot.name.name == ANSWER_FORMAT:
            scope.report(error("repeated-name", f"`{ANSWER_FORMAT}` stands for the description of the answer, so no slot is called so", slot.span))
            return None
        if slot.name.name in slots:
            scope.report(error("repeated-name", f"the slot `{slot.name.name}` is there twice", slot.span))
        slots[slot.name.name] = type_
    return slots


def _without(block: syntax.Settings | None, cases: list[syntax.Cases]) -> syntax.Settings | None:
    if block is None:
        return None
    return syntax.Settings(span=block.span, entries=tuple(e for e in block.entries if e not in cases))
