"""What may stand at a place: names of which kinds, calls, words, and whether columns and functions may."""

from __future__ import annotations

from dataclasses import dataclass
from types import NoneType

from synthc.compiler.catalog.sources.hub import Repository
from synthc.compiler.catalog.values import Makers
from synthc.lsp.annotations import Setting, marks, setting
from synthc.lsp.context import Place
from synthc.lsp.models import MADE_BY, Model, of_call, of_item, of_source_call, step
from synthc.lsp.names import found, kinds
from synthc.lsp.view import View

ROWS, TRAINED, VOCAB, MODEL = kinds("rows"), kinds("trained"), kinds("vocab"), kinds("model")
CONSTANT, ENDPOINT, PROMPT = kinds("constant"), kinds("endpoint"), kinds("prompt")
OPERATORS = ("and", "or", "in", "not in")
TRUTH = ("true", "false")
OF_MAKERS = {"vocab": ROWS, "model": VOCAB, "evaluate": TRAINED}
IN_CALL = {"logprob": TRAINED, "grid": CONSTANT | ROWS, **{call: wanted for kind, wanted in OF_MAKERS.items() for call in MADE_BY[kind]}}
ABOUT = {"test": PROMPT, "budget": frozenset({"private source", "endpoint"}), "publish": ROWS | TRAINED}
VALUES = {"filter": ROWS, "transform": ROWS, "generate": frozenset({"generate"}), "mix": ROWS, "pretrain": MODEL | TRAINED, "federate": TRAINED, "let": CONSTANT, "param": CONSTANT}
BEHIND = {"on": ROWS, "over": ROWS, "from": ROWS, "using": ENDPOINT}
CLAUSE_OF = {"pretrain": "on", "federate": "over", "measure": "over", "evaluate": "over", "publish": "to", "import": "as"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wants:
    """What may be written: `kinds` of declared names, `calls` that make values, `words`, and `arguments` by name."""

    kinds: frozenset[str] = frozenset()
    expression: bool = False
    calls: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    arguments: Model | None = None
    slots: tuple[str, ...] = ()


NOTHING = Wants()


def wants(view: View, place: Place) -> Wants:
    """Return what may stand at a place that is no name of a setting, type or verb."""
    if place.line_goes_on and len(place.frames) > 1:
        return Wants(words=("vs",) if any(frame.named == "pairs" for frame in place.frames) else OPERATORS)
    for at in range(len(place.frames) - 1, -1, -1):
        frame = place.frames[at]
        if frame.role == "hole":
            return Wants(expression=place.kind == "prompt", kinds=CONSTANT)
        if frame.role == "type":
            return NOTHING
        if frame.role in {"settings", "record"}:
            return _of_setting(view, place, at)
        if frame.role == "cases":
            return Wants(expression=len(place.frames) > at + 1, kinds=CONSTANT)
        if frame.opener == "(" and frame.callee:
            return _of_call(view, place, at)
    return _of_step(place) if place.steps else _of_head(place)


def _of_step(place: Place) -> Wants:
    verb, frame = place.verb, place.inner
    entry = step(verb)
    base = place.frames[0]
    written = base.entry[1:] if base.index == 0 and not base.clause else base.entry
    clauses = entry.clauses if entry is not None else ()
    if len(place.frames) == 1 and written and written[-1].ends_value and not (base.clause and not written):
        return Wants(words=clauses if verb == "ask" else (*clauses, *OPERATORS))
    if base.clause == "as":
        return NOTHING
    if base.clause:
        return Wants(kinds=BEHIND.get(base.clause, CONSTANT), expression=base.clause == "by")
    if verb == "ask":
        return Wants(kinds=PROMPT) if "=" in [token.text for token in written] else NOTHING
    if verb in {"take", "sample"}:
        return Wants(kinds=CONSTANT)
    if verb == "decontaminate":
        return Wants(expression=True, kinds=ROWS)
    named = len(written) == 0 and verb == "let" and frame is base
    return NOTHING if named else Wants(expression=True, kinds=CONSTANT)


def _of_head(place: Place) -> Wants:
    kind, base = place.kind, place.frames[0]
    if kind in {"import", "prompt", "synth"}:
        return Wants(words=("as",) if kind == "import" and base.entry and base.entry[-1].kind in {"text", "word"} else ())
    if base.clause:
        if base.entry and base.entry[-1].ends_value:
            return NOTHING
        return Wants(calls=("hub",)) if base.clause == "to" else Wants(kinds=BEHIND.get(base.clause, frozenset()))
    if kind in ABOUT:
        return Wants(kinds=ABOUT[kind]) if not place.name else Wants(words=("to",) if kind == "publish" else ())
    if "=" not in base.words or not place.name:
        return NOTHING
    if base.entry[-1].ends_value and kind != "mix":
        return Wants(words=(CLAUSE_OF[kind],) if kind in CLAUSE_OF else ())
    calls = tuple(MADE_BY.get(kind, ()))
    return Wants(kinds=VALUES.get(kind, frozenset()), calls=calls or (("env",) if kind in {"let", "param"} else ()), words=TRUTH if kind in {"let", "param"} else ())


def _of_call(view: View, place: Place, at: int) -> Wants:
    frame = place.frames[at]
    callee, within = frame.callee, place.frames[:at]
    name = callee[-1]
    if name in {"env", "secret", "p", "by"} or (place.kind == "prompt" and at == 1):
        return NOTHING
    if place.kind == "endpoint" and at == 1:
        return Wants(calls=("env",), kinds=CONSTANT | ENDPOINT)
    model = call_model(view, place, at)
    if model is not None:
        given = model.model_fields.get(frame.named)
        return _value(setting(model, frame.named), given) if given is not None else Wants(arguments=model, kinds=CONSTANT)
    if place.verb == "ask" and at == 1:
        prompt = found(view, callee)
        return Wants(expression=True, kinds=CONSTANT, slots=() if frame.named else tuple(prompt.columns) if prompt is not None else ())
    if name in IN_CALL and (name != "logprob" or frame.index == 0):
        return Wants(kinds=IN_CALL[name]) if name != "grid" or frame.named else NOTHING
    inner = any(one.role in {"settings", "record"} for one in within)
    return Wants(kinds=CONSTANT) if inner else Wants(expression=True, kinds=CONSTANT)


def call_model(view: View, place: Place, at: int) -> Model | None:
    """Return the arguments by name of the call that a bracket belongs to."""
    frame = place.frames[at]
    name = frame.callee[-1] if frame.callee else ""
    if place.kind == "publish" and name == "hub":
        return Repository
    if place.kind == "source":
        return of_source_call(name)
    inside = next((i for i in range(at - 1, 0, -1) if place.frames[i].role == "settings"), None)
    model = block_model(view, place, inside) if inside is not None else None
    return of_call(model, place.frames[inside].named, name) if model is not None and inside is not None else None


def block_model(view: View, place: Place, at: int) -> Model | None:
    """Return the settings of the block that a bracket opens; None for a record, and where nothing is known."""
    if place.frames[at].role != "settings":
        return None
    if place.steps:
        entry = step(place.verb)
        return entry.settings if entry is not None else None

    def about() -> str:
        thing = found(view, (place.name,))
        return thing.kind if thing is not None else ""

    return of_item(place.kind, place.visibility, place.made_by, about)


def _of_setting(view: View, place: Place, at: int) -> Wants:
    frame = place.frames[at]
    if not frame.named:
        return NOTHING
    if frame.named == "like":
        return Wants(kinds=frozenset({place.kind}))
    model = block_model(view, place, at)
    field = model.model_fields.get(frame.named) if model is not None else None
    if model is None or field is None:
        return Wants(kinds=CONSTANT)
    if frame.named == "turns" and place.kind == "prompt":
        return Wants(expression=True)
    if frame.named == "endpoint":
        return Wants(kinds=ENDPOINT)
    if frame.named in {"pairs", "require"}:
        return Wants(kinds=TRAINED)
    if frame.named == "token":
        return Wants(calls=("secret",))
    return _value(setting(model, frame.named), field)


def _value(said: Setting, field: object) -> Wants:
    maker = next((mark for mark in marks(field) if isinstance(mark, Makers)), None)  # type: ignore[arg-type]
    none = ("none",) if maker is not None and NoneType in maker.others else ()
    if said.words or said.makers:
        return Wants(words=(*said.words, *none), calls=said.makers)
    return Wants(kinds=CONSTANT)
