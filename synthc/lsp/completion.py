"""What may be written at the cursor; known from the words before it, so that it works while an item doesn't parse yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from synthc.compiler.catalog.metric import METRICS
from synthc.compiler.catalog.steps import STEPS
from synthc.compiler.constant import Share
from synthc.compiler.expression import ANSWER_FIELDS
from synthc.compiler.load import STD
from synthc.compiler.program import CHECKERS
from synthc.compiler.rules import RULES
from synthc.compiler.types import SCALARS, Type
from synthc.lsp import names, proposal
from synthc.lsp.annotations import settings
from synthc.lsp.columns import columns
from synthc.lsp.context import Place, place_at
from synthc.lsp.fields import fields
from synthc.lsp.files_named import files_named
from synthc.lsp.models import LIKE, step
from synthc.lsp.outline import VISIBILITIES
from synthc.lsp.proposal import Proposal
from synthc.lsp.view import View
from synthc.lsp.wants import block_model, wants
from synthc.lsp.written import entries, is_type

ITEMS = {
    "import": "brings names of another file or of the standard library",
    "param": "a constant that `--set` may give",
    "let": "a constant",
    "endpoint": "who answers prompts",
    "source": "rows of files or of the Hub",
    "public": "begins a source that anybody may see",
    "private": "begins a source of people's own text",
    "prompt": "a question to an LLM, with slots and the type of its answer",
    "filter": "rows that come out are rows that went in",
    "transform": "every row that comes out was made from a row that went in",
    "generate": "rows come from nothing but slots and the model",
    "mix": "rows by shares of words",
    "vocab": "how words become ids",
    "model": "an architecture, untrained",
    "pretrain": "training on public text",
    "federate": "tuning on devices under user-level differential privacy",
    "measure": "a statistic of private text under user-level differential privacy",
    "evaluate": "how well models do on some rows",
    "budget": "what may be spent, of privacy or of tokens",
    "test": "what a prompt must answer",
    "publish": "puts a dataset or a model on the Hub",
    "synth": "the edition of the language, on the first line",
}


def completion(view: View, offset: int) -> tuple[Place, list[Proposal]]:
    """Return where the cursor stands and what may be written there."""
    place = place_at(view.source, view.cut_at(offset), offset)
    return place, [] if place.number else list(_proposals(view, place))


def _proposals(view: View, place: Place) -> Iterable[Proposal]:
    if place.comment is not None:
        return _ignorable(view, place)
    if place.quoted is not None:
        return files_named(view, place)
    if _in_column_one(place) and place.inner.role != "hole":
        return _items(view)
    if place.kind in VISIBILITIES:
        return [proposal.word("source", ITEMS["source"])]
    if is_type(place):
        return _types()
    if place.after_dot:
        return _members(view, place)
    if place.kind == "import" and not place.name:
        return _modules()
    if place.inner.role in {"settings", "record"} and not place.inner.entry:
        return _settings(view, place)
    if place.steps and _at_verb(place):
        return _verbs()
    return _wanted(view, place)


def _in_column_one(place: Place) -> bool:
    return place.source.position(place.start).column == 1 or not place.head


def _at_verb(place: Place) -> bool:
    base = place.frames[0]
    return len(place.frames) == 1 and not base.entry and not base.index and not base.clause


def _items(view: View) -> Iterator[Proposal]:
    used = {item.kind for item in view.outline}
    for word in dict.fromkeys([*ITEMS, *CHECKERS]):
        if word == "synth" and "synth" not in used:
            yield Proposal(label="synth 1", sort="keyword", doc=ITEMS[word], rank=0)
        elif word != "synth":
            yield Proposal(label=word, sort="keyword", doc=ITEMS.get(word, ""), rank=1)


def _types() -> Iterator[Proposal]:
    yield from (Proposal(label=name, sort="keyword", detail="type", rank=1) for name in SCALARS)
    yield Proposal(label="list", sort="keyword", detail="list(T)", snippet="list(${1:text})", plain="list(", rank=1)


def _modules() -> Iterator[Proposal]:
    yield from (Proposal(label=f"std.{path.stem}", sort="module", detail="of the standard library") for path in sorted(STD.glob("*.synth")))


def _verbs() -> Iterator[Proposal]:
    for verb in STEPS:
        entry = step(verb)
        if entry is not None:
            yield Proposal(label=verb, sort="step", detail=entry.usage, doc=entry.help, rank=1)


def _settings(view: View, place: Place) -> Iterator[Proposal]:
    at = len(place.frames) - 1
    model = block_model(view, place, at)
    taken = entries(view.source, place)
    if model is not None:
        yield from (proposal.setting(said) for said in settings(model) if said.name not in taken)
    if place.inner.role == "settings" and not place.steps and place.kind in LIKE and "like" not in taken:
        doc = "takes over another declaration's settings, any of them written anew"
        yield Proposal(label="like", sort="setting", detail=f"another {place.kind}", doc=doc, snippet="like = $1", plain="like = ", rank=3)
    if place.inner.role == "settings" and place.kind == "source":
        yield Proposal(label="text", sort="field", detail="a column", doc="a column, read from a field of the record", snippet="text = .${1:text}", plain="text = .", rank=2)
    if place.inner.role == "settings" and place.kind == "prompt":
        yield Proposal(label="examples", sort="setting", detail="cases shown to the model", doc="answers shown to the model, `(slots) -> answer`", snippet="examples {\n  $1 -> $2\n}", plain="examples {", rank=3)


def _wanted(view: View, place: Place) -> Iterator[Proposal]:
    wanted = wants(view, place)
    if wanted.arguments is not None:
        yield from (proposal.setting(one) for one in settings(wanted.arguments))
    yield from (Proposal(label=slot, sort="setting", detail="slot", snippet=f"{slot} = $1", plain=f"{slot} = ", rank=2) for slot in wanted.slots)
    yield from (proposal.word(word) for word in wanted.words)
    yield from (proposal.call(name) for name in wanted.calls)
    if wanted.expression:
        said = "slot" if place.kind == "prompt" else "column"
        yield from (proposal.column(name, of, said) for name, of in columns(view, place).types.items())
        yield from proposal.functions()
    yield from (proposal.name(one) for one in names.declared(view, wanted.kinds, besides=place.name))
    yield from (proposal.name(one, 4) for one in names.modules(view, wanted.kinds))
    if place.steps and wanted.expression and len(place.frames) == 1 and not place.frames[0].clause:
        entry = step(place.verb)
        yield from (proposal.word(word) for word in (entry.clauses if entry is not None else ()))


def _members(view: View, place: Place) -> Iterable[Proposal]:
    chain = place.members
    if place.kind == "source" and place.inner.role == "settings":
        return fields(view, place)
    if not chain:
        return []
    of = columns(view, place).types.get(chain[0])
    if of is not None:
        for name in chain[1:]:
            of = of.content.field(name) if of is not None else None
        return _fields(of)
    if len(chain) == 1 and chain[0] in names.imported(view):
        wanted = wants(view, place)
        return [proposal.name(one) for one in names.members(view, chain[0], wanted.kinds or None)]
    return _parts(view, place, chain)


def _fields(of: Type | None) -> Iterator[Proposal]:
    if of is None:
        return
    if of.kind == "answer":
        yield from (Proposal(label=name, sort="field", detail=str(type_), rank=2) for name, type_ in ANSWER_FIELDS.items())
        for option in of.content.options:
            yield Proposal(label=f'p("{option}")', sort="function", detail="float", doc="the probability of this answer, over all options", rank=1)
    yield from (Proposal(label=name, sort="field", detail=str(type_), rank=1) for name, type_ in of.content.fields)


def _parts(view: View, place: Place, chain: tuple[str, ...]) -> Iterator[Proposal]:
    """Propose parts of a split, columns of rows, metrics of a model, or fields of a constant."""
    thing = names.found(view, chain)
    if thing is None:
        return
    if thing.thing == "rows" and place.frames[0].clause == "over":
        source = thing.origin or thing
        split = source.settings.get("split")
        for part in ("train", *(split["parts"] if split else ())):
            yield Proposal(label=part, sort="word", detail=f"part of {source.name}", rank=1)
    elif thing.thing == "rows":
        yield from (proposal.column(name, of) for name, of in thing.columns.items())
    elif thing.thing == "trained":
        metric = METRICS.find(place.made_by) or METRICS.find("next_word")
        yield from (Proposal(label=number, sort="field", detail="metric", rank=1) for number in (metric.numbers if metric is not None else ()))
    elif isinstance(thing.value, dict):
        yield from (Proposal(label=key, sort="field", detail=_shown(value), rank=1) for key, value in thing.value.items())


def _shown(value: object) -> str:
    return f"{value * 100:g}%" if isinstance(value, Share) else str(value)


def _ignorable(view: View, place: Place) -> Iterator[Proposal]:
    """Propose rules to be silenced, those that find something here first."""
    here = {found.rule for found in view.analysis.diagnostics if found.span.source.path == view.source.path}
    comment = place.comment.text if place.comment is not None else ""
    if "ignore[" in comment and "]" not in comment:
        for rule in sorted({*here, *(rule.name for rule in RULES)}):
            yield Proposal(label=rule, sort="value", detail="found in this file" if rule in here else "", rank=1 if rule in here else 2)
    elif comment.startswith("# synth:"):
        yield Proposal(label="ignore", sort="keyword", detail="silences a rule for the next item or this line", snippet="ignore[$1]", plain="ignore[", rank=1)
