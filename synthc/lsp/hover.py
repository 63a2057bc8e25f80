"""What is known of the word under the cursor; works in an item that doesn't parse."""

from __future__ import annotations

import re
from dataclasses import dataclass

from synthc.compiler.estimate import Amount
from synthc.compiler.expression import ANSWER_FIELDS
from synthc.compiler.pages import page
from synthc.compiler.program import Thing
from synthc.compiler.types import SCALARS, Type
from synthc.dsl import syntax
from synthc.dsl.source import Span
from synthc.lsp import cards, names
from synthc.lsp.annotations import setting
from synthc.lsp.columns import Columns, columns
from synthc.lsp.completion import ITEMS
from synthc.lsp.context import Place, place_at
from synthc.lsp.definition import made
from synthc.lsp.models import MADE_BY, step
from synthc.lsp.signatures import known, signature
from synthc.lsp.view import View
from synthc.lsp.wants import block_model, call_model
from synthc.lsp.written import is_type

_WORD = re.compile(r"\w+")
_RULE = re.compile(r"ignore\[(?P<rule>[a-z0-9-]+)\]")
_ANSWER = {"p": "the probability of an option, over all options", "raw": "the answer as it came", "ok": "whether the answer could be read", "logprob": "the log-probability of the answer"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hover:
    """What is said, in Markdown, and of which words."""

    span: Span
    text: str


def hover(view: View, offset: int) -> Hover | None:
    """Return what is known of the word at a place."""
    rule = _rule(view, offset)
    if rule is not None:
        return rule
    span = word_at(view, offset)
    if span is None:
        return None
    place = place_at(view.source, view.cut_at(span.start), span.end)
    if place.quoted is not None or place.comment is not None:
        return None
    text = _quantity(view, span) if place.number else _word(view, place)
    return Hover(span=span, text=text) if text else None


def word_at(view: View, offset: int) -> Span | None:
    """Return the word at a place."""
    text = view.source.text
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    for match in _WORD.finditer(text, start, len(text) if end < 0 else end):
        if match.start() <= offset <= match.end():
            return view.source.span(match.start(), match.end())
    return None


def _rule(view: View, offset: int) -> Hover | None:
    if view.scope is None:
        return None
    for comment in view.scope.module.syntax.comments:
        match = _RULE.search(comment.text) if comment.start <= offset <= comment.end else None
        text = page(match["rule"]) if match is not None else None
        if match is not None and text is not None:
            span = view.source.span(comment.start + match.start("rule"), comment.start + match.end("rule"))
            return Hover(span=span, text=f"**{match['rule']}**\n\n{text.strip()}")
    return None


def _quantity(view: View, span: Span) -> str:
    item = view.item_at(span.start)
    for one in syntax.walk(item) if item is not None else ():
        if one.span.start == span.start and isinstance(one, syntax.Number) and not span.text.isdigit():
            return f"`{one.value:,}`"
        if one.span.start == span.start and isinstance(one, syntax.Duration):
            return f"`{one.seconds:g}` seconds"
    return ""


def _word(view: View, place: Place) -> str:
    if not place.kind or (place.visibility and not place.name and place.kind == ""):
        return cards.joined([f"`{place.word}`", f"{ITEMS[place.word]}"]) if place.word in ITEMS else ""
    if place.steps and len(place.frames) == 1 and not place.frames[0].entry and not place.frames[0].clause and not place.frames[0].index:
        return _step(view, place)
    if is_type(place):
        return cards.joined([cards.block(place.word), "a type"]) if place.word in SCALARS else ""
    if not place.after_dot:
        found = _setting(view, place)
        if found:
            return found
    return _name(view, place)


def _step(view: View, place: Place) -> str:
    entry = step(place.word)
    if entry is None:
        return ""
    thing, at = _thing(view, place), len(place.steps) - 1
    after = thing.after[at] if thing is not None and at < len(thing.after) else None
    facts = cards.behind(after.columns, after.flow, _rows(view, thing, at)) if after is not None else ""
    return cards.joined([cards.step(entry, place.word), facts])


def _setting(view: View, place: Place) -> str:
    at, frame = len(place.frames) - 1, place.inner
    if frame.role == "settings" and not frame.entry:
        model = block_model(view, place, at)
    elif frame.opener == "(" and not frame.entry and place.source.text[place.end :].lstrip()[:1] == "=":
        model = call_model(view, place, at)
    else:
        return ""
    if place.word == "like":
        return cards.joined([cards.block("like = ..."), "takes over another declaration's settings, any of them written anew"])
    return cards.setting(setting(model, place.word)) if model is not None and place.word in model.model_fields else ""


def _name(view: View, place: Place) -> str:
    """Return what is known of a column, a declaration, a module or a function."""
    dotted = (*place.members, place.word)
    here = columns(view, place)
    if place.after_dot and place.members and place.members[0] in here.types:
        return _field(here.types[place.members[0]], (*place.members[1:], place.word))
    if not place.after_dot and place.word in here.types:
        return _column(view, place, here)
    if not place.after_dot and place.source.text[place.end : place.end + 1] == "(" and not _prompted(place):
        if known(place.word):
            return cards.function(signature(place.word))
        return _maker(place.word)
    pair = names.find(view, dotted if place.after_dot else (place.word,))
    if pair is not None and (not place.after_dot or place.members):
        thing = view.thing(*pair)
        return cards.declared(pair[1], thing, _rows(view, thing))
    if place.word in names.imported(view) and not place.after_dot:
        module = names.imported(view)[place.word].module
        inside = ", ".join(f"`{name}`" for name in names.imported(view)[place.word].names)
        return cards.joined([f"the module `{place.word}`, {module.path}", inside])
    if place.after_dot and place.word in _ANSWER:
        return cards.joined([f"`.{place.word}`", _ANSWER[place.word]])
    return ""


def _prompted(place: Place) -> bool:
    return place.verb == "ask" and len(place.frames) == 1


def _maker(name: str) -> str:
    for models in MADE_BY.values():
        model = models.get(name)
        if model is not None:
            return cards.joined([cards.block(f"{name}(...)"), model.__doc__ or ""])
    return cards.joined([cards.block("grid(name = values, ...)"), "every combination of the values of its slots, a row each; it is never built as a whole"]) if name == "grid" else ""


def _field(of: Type, path: tuple[str, ...]) -> str:
    for name in path[:-1]:
        inner = of.content.field(name)
        if inner is None:
            return ""
        of = inner
    name = path[-1]
    if of.kind == "answer" and name in _ANSWER:
        type_ = ANSWER_FIELDS.get(name)
        return cards.joined([cards.block(f".{name}: {type_}" if type_ is not None else f'.{name}("option") -> float'), _ANSWER[name]])
    inner = of.content.field(name)
    return cards.block(f".{name}: {inner}") if inner is not None else ""


def _column(view: View, place: Place, here: Columns) -> str:
    item = view.item_at(place.start)
    said = "a slot" if place.kind == "prompt" else "the answer" if place.kind == "test" else "a column"
    origin = made(view.scope, item, place.word, place.start) if view.scope is not None and isinstance(item, syntax.Declaration) else None
    made_at = f", made at {origin.place}" if origin is not None else ""
    return cards.joined([cards.block(f"{place.word}: {here.types[place.word]}"), f"{said}{made_at}"])


def _thing(view: View, place: Place) -> Thing | None:
    item = view.item_at(place.start)
    if view.scope is None or not isinstance(item, syntax.Declaration):
        return None
    return view.thing(view.scope, item)


def _rows(view: View, thing: Thing | None, at: int | None = None) -> Amount | None:
    if thing is None or thing.thing != "rows":
        return None
    if at is None:
        return view.estimates.rows.get(thing.name)
    steps = view.estimates.steps.get(thing.name, ())
    return steps[at] if len(steps) == len(thing.steps) else None
