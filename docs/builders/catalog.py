"""The reference of all that a spec can name, from the files of `compiler/catalog`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

from pydantic import BaseModel

from docs.builders.language import about
from docs.builders.markdown import built, code, first, paragraph, table, title
from synthc.compiler.catalog.described import Described, described
from synthc.compiler.catalog.functions import FUNCTIONS, Function, Gives
from synthc.compiler.catalog.step import Marks, StepEntry
from synthc.compiler.catalog.steps import STEPS
from synthc.compiler.catalog.values import Makers
from synthc.compiler.types import Type

ROOT = Path(__file__).parents[2]
CATALOG = ROOT / "compiler" / "catalog"
FOLDERS = {
    "sources": "Sources",
    "endpoints": "Endpoints",
    "vocabs": "Vocabularies",
    "models": "Models",
    "trainers": "Training and tuning",
    "mechanisms": "Mechanisms of privacy",
    "measures": "Measures",
    "metrics": "Metrics",
}
"""The folders whose files are things that a spec can name, and what readers call them."""
FILES = {"prompts": "Prompts", "rows": "Rows and mixes", "budgets": "Budgets"}
MARKS = {
    Marks.DROPS: "drops rows",
    Marks.ADDS: "adds columns",
    Marks.CHANGES: "changes what came in",
    Marks.MULTIPLIES: "makes several rows of one",
    Marks.LOOKS_ACROSS: "looks across rows",
}


def catalog() -> dict[str, str]:
    """Return the pages by their paths, with a list of all."""
    pages = {"catalog/steps.md": _steps(), "catalog/functions.md": _functions()}
    pages |= {f"catalog/{file}.md": _file(file, heading) for file, heading in FILES.items()}
    pages |= {f"catalog/{folder}.md": _folder(folder, heading) for folder, heading in FOLDERS.items()}
    lines = [f"- [{title(page)}]({Path(path).name}): {first(page)}" for path, page in pages.items()]
    return {"catalog/README.md": built("# The catalog\n\nAll that a spec can name.\n\n" + "\n".join(lines), "compiler/catalog"), **pages}


def settings(model: type[BaseModel]) -> str:
    """Return the settings of a model as a table."""
    return table(["name", "takes", "default", "what it is"], [_row(setting) for setting in described(model)])


def _row(setting: Described) -> list[str]:
    takes = setting.takes.replace("number", f"number of {setting.unit}") if setting.unit else setting.takes
    default = "*needed*" if setting.default is None else code(setting.default) if setting.default else ""
    return [code(setting.name), takes, default, setting.help]


def _steps() -> str:
    """Return the page of all steps, in the order in which they are listed."""
    entries = {verb: import_module(f"synthc.compiler.catalog.steps.{verb}") for verb in STEPS}
    intro = "What a `filter`, a `transform` and a `generate` do to rows, one step behind the other."
    rows = [[f"[{code(verb)}](#{verb})", module.STEP.help, ", ".join(_marks(module.STEP))] for verb, module in entries.items()]
    parts = [f"# Steps\n\n{intro}", table(["step", "what it does", "marks"], rows)]
    parts += [_step(verb, module) for verb, module in entries.items()]
    return built("\n\n".join(parts), "compiler/catalog/steps")


def _marks(entry: StepEntry) -> list[str]:
    return [words for mark, words in MARKS.items() if mark in entry.marks]


def _step(verb: str, module: ModuleType) -> str:
    entry: StepEntry = module.STEP
    parts = [f"## {verb}", f"```text\n| {entry.usage}\n```", f"{entry.help[0].upper()}{entry.help[1:]}."]
    parts += [_consequences(entry)] if entry.marks else []
    if entry.settings is not None:
        parts += [paragraph(entry.settings.__doc__), settings(entry.settings)]
    link = about(verb)
    return "\n\n".join([*parts, f"[In use]({link})."] if link else parts)


def _consequences(entry: StepEntry) -> str:
    """Return what the marks of a step mean for who may have it."""
    *most, last = _marks(entry)
    sentences = [f"It {', '.join(most)}{' and ' if most else ''}{last}."]
    if entry.marks & (Marks.CHANGES | Marks.MULTIPLIES):
        sentences.append("So it stands in no `filter`.")
    if Marks.LOOKS_ACROSS in entry.marks:
        sentences.append("So it is not possible on private rows.")
    return " ".join(sentences)


def _folder(folder: str, heading: str) -> str:
    package = import_module(f"synthc.compiler.catalog.{folder}")
    files = sorted(path.stem for path in (CATALOG / folder).glob("*.py") if path.stem != "__init__")
    parts = [f"# {heading}", paragraph(package.__doc__)]
    parts += [_module(import_module(f"synthc.compiler.catalog.{folder}.{file}"), "##") for file in files]
    return built("\n\n".join(parts), f"compiler/catalog/{folder}")


def _file(file: str, heading: str) -> str:
    return built(_module(import_module(f"synthc.compiler.catalog.{file}"), "#", heading), f"compiler/catalog/{file}.py")


def _module(module: ModuleType, level: str, heading: str | None = None) -> str:
    """Return what a file of the catalog says: its own words, then each of its settings."""
    models = [one for _, one in inspect.getmembers(module, inspect.isclass) if issubclass(one, BaseModel) and one.__module__ == module.__name__]
    models.sort(key=lambda model: inspect.getsourcelines(model)[1])
    made = {model: f"{name} = {maker}(...)" for one in models for name, maker, model in _makers(one)}
    parts = [f"{level} {heading or module.__name__.rpartition('.')[2]}", paragraph(module.__doc__)]
    headings = {model: made.get(model) or _spoken(model) for model in models}
    for model in sorted(models, key=lambda model: (model in made, headings[model] != "Settings")):
        parts += [f"{level}# {headings[model]}"] * (len(models) > 1) + [paragraph(model.__doc__), settings(model)]
    if hasattr(module, "METRIC"):
        parts += [f"{level}# Its numbers", METRICS_INTRODUCTION + ", ".join(map(code, module.METRIC.numbers)) + "."]
    return "\n\n".join(parts)


METRICS_INTRODUCTION = """\
`require` reads them as `MODEL.NAME`. `top1` and `top3` count a word as right that is the first guess, or among the first three; plain ones are means
over words, `_macro` ones over users; `_known` leaves out words that the vocabulary does not have, `_after_first` the first word of each message.

"""


def _makers(model: type[BaseModel]) -> Iterator[tuple[str, str, type[BaseModel]]]:
    """Yield the settings of a model that calls make: the setting, the call, and the settings of that."""
    for name, field in model.model_fields.items():
        for mark in field.metadata:
            if isinstance(mark, Makers):
                yield from ((name, maker, made) for maker, made in mark.models.items())


def _spoken(model: type[BaseModel]) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", model.__name__).lower()
    folder, _, file = model.__module__.removeprefix("synthc.compiler.catalog.").rpartition(".")
    return "Settings" if folder and words == file else words.replace("_", " ").capitalize()


def _functions() -> str:
    rows = [[code(_signature(name, function)), function.help] for name, function in FUNCTIONS.items()]
    rows += [list(row) for row in MORE]
    return built(f"{FUNCTIONS_INTRODUCTION}\n" + table(["function", "what it gives"], rows) + f"\n\n{ANSWERS}", "compiler/catalog/functions.py")


def _signature(name: str, function: Function) -> str:
    slots = ", ".join(_type(slot) for slot in function.slots) + (", ..." if function.variadic else "")
    return f"{name}({slots}) -> {_type(_result(function))}"


def _result(function: Function) -> Type:
    """Return the type of a result, that of its first argument where it follows from that."""
    if function.gives is Gives.RESULT:
        return function.result
    one = function.slots[0]
    return one.of if function.gives is Gives.ITEM and one.of is not None else one


def _type(of: Type) -> str:
    return str(of).replace("unknown", "T")


FUNCTIONS_INTRODUCTION = """\
# Functions

What expressions may call. Every function is pure and total: the same arguments give the same value, and a row for which there is none is set aside with
the reason. `T` stands for any type.
"""
MORE = (
    ("`logprob(model, text) -> float`", "the mean natural log-probability per word that a trained model gives a text; words it does not know are left out"),
    ("`record(name = T, ...) -> { name: T, ... }`", "a record, where braces cannot stand"),
    ('`env("NAME", "default") -> text`', "an environment variable, as an input of compilation; only where a constant stands"),
    ('`secret("NAME")`', "an environment variable that is read when the spec is run; only as the `token` of an endpoint"),
)
ANSWERS = """\
## Fields of an answer

| field | what it is |
|---|---|
| `.p("option")` | the probability of an option of a choice, normalised over its options |
| `.raw` | the answer as it was given, before it was read |
| `.ok` | whether the question was answered and the answer could be read |
| `.logprob` | the mean log-probability of the answer's tokens |"""
