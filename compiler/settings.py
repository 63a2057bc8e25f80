"""Reads a block of settings into the pydantic model of its kind, with findings at the setting."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from synthc.compiler.catalog.asked import Asked
from synthc.compiler.catalog.not_built import CALLS, not_built
from synthc.compiler.catalog.sources.source import PrivateSource, PublicSource
from synthc.compiler.catalog.values import Makers
from synthc.compiler.constant import Made, Written
from synthc.compiler.evaluate import Constants, NotConstant
from synthc.compiler.meant import column_meant
from synthc.compiler.scope import Scope
from synthc.compiler.suggest import guess, setting_meant, spelling
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Label, error
from synthc.dsl.source import Span

M = TypeVar("M", bound=BaseModel)
LONGEST_CHAIN = 100
"""How many declarations `like` may go through."""
SEVERAL = (PublicSource, Asked)
"""Settings of kinds that have several: only there may another of the kind rightly say what is no setting here."""
Inherited = tuple[tuple[syntax.Setting, Scope], ...]
"""The settings of the declaration that `like` names, each with the module it stands in."""


def settings_of(model: type[M], declared: syntax.Declaration, scope: Scope, *leave: str) -> M | None:
    """Return the settings of a declaration with those that `like` takes over, some left out."""
    inherited = like(declared, scope)
    own = read_settings(model, plain(declared.settings, "like", *leave), scope, owner=declared.name, inherited=inherited)
    return None if inherited is None else own


def read_settings(
    model: type[M],
    block: syntax.Settings | None,
    scope: Scope,
    *,
    owner: syntax.Identifier,
    inherited: Inherited | None = (),
) -> M | None:
    """Return the settings, or None after reporting what is wrong with them; those of the block win.

    `inherited` is None where another's settings could not be found.
    """
    before = len(scope.program.diagnostics)
    entries = {name: (entry, scope) for name, entry in _entries(model, block, scope).items()}
    good = inherited is not None and len(scope.program.diagnostics) == before
    for entry, where in inherited or ():
        if entry.name.name in model.model_fields:
            entries.setdefault(entry.name.name, (entry, where))
        elif not _column(entry) and good and issubclass(model, SEVERAL):
            labels = (Label(span=entry.name.span, text="set here"),)
            scope.report(error("useless-setting", f"`like` would take over `{entry.name.name}`, which is no setting here", owner.span, labels=labels, help="write out the settings that are meant"))
            good = False
        elif not _column(entry):
            good = False
    values: dict[str, Any] = {}
    for name, (entry, where) in entries.items():
        try:
            values[name] = _value(model.model_fields[name], entry, where)
        except NotConstant:
            good = False
    return _build(model, values, {k: e.value.span for k, (e, _) in entries.items()}, owner.span, scope, good=good)


def plain(block: syntax.Settings | None, *leave: str) -> syntax.Settings | None:
    """Return a block without some of its settings, for what reads those itself."""
    if block is None:
        return None
    kept = tuple(e for e in block.entries if e.name.name not in leave)
    return syntax.Settings(span=block.span, entries=kept)


def _entries(model: type[BaseModel], block: syntax.Settings | None, scope: Scope) -> dict[str, syntax.Setting]:
    entries: dict[str, syntax.Setting] = {}
    for entry in block.entries if block else ():
        name = entry.name.name
        if name not in model.model_fields or isinstance(entry, syntax.Cases):
            help_, fix = setting_meant(name, model.model_fields, entry.name.span)
            if help_ is None and issubclass(model, PublicSource | PrivateSource) and isinstance(entry, syntax.Setting):
                help_, fix = column_meant(entry)
            known = "settings here are " + ", ".join(f"`{field}`" for field in model.model_fields)
            scope.report(error("unknown-setting", f"there is no setting `{name}` here", entry.name.span, help=help_ or known, fix=fix))
        elif name in entries:
            label = Label(span=entries[name].name.span, text="set here before")
            scope.report(error("repeated-setting", f"`{name}` is set twice", entry.name.span, labels=(label,), help="remove one of them"))
        elif entry.type is not None:
            scope.report(error("useless-setting", f"`{name}` is a setting, and only columns have types", entry.type.span, help="remove the type"))
        else:
            entries[name] = entry
    return entries


def _value(field: FieldInfo, entry: syntax.Setting, scope: Scope) -> Any:
    written = entry.value
    if "written" in field.metadata:
        return Written(syntax=written)
    one_of = _literal(field.annotation)
    if one_of is not None:
        return _word(get_args(one_of), written, entry.name.name, scope)
    if get_origin(field.annotation) is list and get_origin(get_args(field.annotation)[0]) is Literal:
        return _words(get_args(get_args(field.annotation)[0]), entry, scope)
    makers = next((m for m in field.metadata if isinstance(m, Makers)), None)
    bare = makers is not None and isinstance(written, syntax.Name) and written.name in makers.models
    if makers is not None and not bare and isinstance(written, syntax.Name) and scope.find(written) is None:
        _not_bare(makers, entry, written, scope)
    value = None if bare else Constants(scope=scope).evaluate(written)
    if isinstance(value, Made):
        return make(makers, value, scope)
    if bare or (makers is not None and not isinstance(value, makers.others)):
        scope.report(error("wrong-value", f"`{entry.name.name}` wants {makers}", written.span))
        raise NotConstant
    return value


def _not_bare(makers: Makers, entry: syntax.Setting, written: syntax.Name, scope: Scope) -> None:
    """Report a word in the place of a call that is nearly one of those that may stand there.

    Raises:
        NotConstant: it was.
    """
    wants = "a place in the record, such as .user_id" if entry.name.name == "user" else makers
    # Asked about and not done: `none` takes the noise away.
    help_, fix = column_meant(entry) if entry.name.name == "user" else guess(written.name, [*makers.models, *(["none"] if NoneType in makers.others else [])], written.span)
    if help_ is not None:
        scope.report(error("wrong-value", f"`{entry.name.name}` wants {wants}", written.span, help=help_, fix=fix))
        raise NotConstant


def _literal(annotation: Any) -> Any:
    """Return the words that a setting chooses one of, also where it may be left out."""
    choices = get_args(annotation) if get_origin(annotation) in {Union, UnionType} else (annotation,)
    return next((choice for choice in choices if get_origin(choice) is Literal), None)


def _words(words: tuple[str, ...], entry: syntax.Setting, scope: Scope) -> list[str]:
    """Return a setting that is a list of some words, written without quotes."""
    items = entry.value.items if isinstance(entry.value, syntax.ListOf) else (entry.value,)
    if not scope.all_once([(item.span.text, item.span) for item in items], f"in `{entry.name.name}`"):
        raise NotConstant
    return [_word(words, item, entry.name.name, scope) for item in items]


def _word(words: tuple[str, ...], written: syntax.Expression, setting: str, scope: Scope) -> str:
    """Return a setting that is one of some words, written without quotes."""
    if isinstance(written, syntax.Name) and written.name in words:
        return written.name
    said = written.value if isinstance(written, syntax.Text) else written.span.text
    help_, fix = spelling(said, words, written.span)
    if said in words:
        help_ = f"write `{said}`, without quotes"
    possible = " or ".join(f"`{word}`" for word in words)
    scope.report(error("wrong-value", f"`{setting}` is one of the words {possible}", written.span, help=help_, fix=fix))
    raise NotConstant


def make(makers: Makers | None, made: Made, scope: Scope) -> BaseModel:
    """Return what a call such as `sgd(0.5, epochs = 1)` makes.

    Raises:
        NotConstant: the call is wrong, which has been reported.
    """
    model = makers.models.get(made.name) if makers is not None else None
    if model is None and made.name in CALLS:
        scope.report(not_built(CALLS[made.name], made.span))
        raise NotConstant
    if model is None:
        help_, _ = spelling(made.name, makers.models, made.span) if makers is not None else (None, None)
        known = f"possible here: {makers}" if makers is not None else None
        scope.report(error("unknown-function", f"`{made.name}(...)` is not possible here", made.span, help=help_ or known))
        raise NotConstant
    names = list(model.model_fields)
    if len(made.positional) > len(names):
        lists = get_origin(model.model_fields[names[-1]].annotation) is list and model.model_config.get("extra") == "forbid"
        help_ = f"several stand in a list: `{made.name}([...])`" if lists else "its arguments are " + ", ".join(f"`{name}`" for name in names)
        scope.report(error("wrong-value", f"`{made.name}` takes no more than {len(names)} argument{'s' * (len(names) != 1)}", made.span, help=help_))
        raise NotConstant
    keys = [*names[: len(made.positional)], *(key for key, _ in made.named)]
    if not scope.all_once(zip(keys, made.spans, strict=True), f"in `{made.name}(...)`"):
        raise NotConstant
    values = dict(zip(keys, (*made.positional, *(value for _, value in made.named)), strict=True))
    spans = dict(zip(keys, made.spans, strict=True))
    for key, value in values.items():
        if key not in model.model_fields and model.model_config.get("extra") == "allow":
            continue
        if key not in model.model_fields:
            at = spans[key]
            help_, fix = setting_meant(key, names, at.source.span(at.start, at.start + len(key)))
            known = "arguments are " + ", ".join(f"`{name}`" for name in names)
            scope.report(error("unknown-setting", f"`{made.name}` has no argument `{key}`", at, help=help_ or known, fix=fix))
            raise NotConstant
        inner = next((m for m in model.model_fields[key].metadata if isinstance(m, Makers)), None)
        if isinstance(value, Made):
            values[key] = make(inner, value, scope)
    built = _build(model, values, spans, made.span, scope, good=True)
    if built is None:
        raise NotConstant
    return built


def _build(
    model: type[M], values: Mapping[str, Any], spans: Mapping[str, Span], owner: Span, scope: Scope, *, good: bool
) -> M | None:
    try:
        built = model.model_validate(values)
    except ValidationError as problem:
        for item in problem.errors(include_url=False):
            _report(item, spans, owner, scope, good=good)
        return None
    return built if good else None


def _report(item: Any, spans: Mapping[str, Span], owner: Span, scope: Scope, *, good: bool) -> None:
    name = str(item["loc"][0]) if item["loc"] else ""
    if item["type"] == "missing":
        if good:
            scope.report(error("missing-setting", f"`{name}` is missing", owner, help=f"add `{name} = ...`"))
        return
    if item["type"] == "too_short":
        scope.report(error("wrong-value", f"`{name}` names at least one", spans.get(name, owner)))
        return
    text = item["msg"].removeprefix("Value error, ").replace("Input should be", "should be").replace("Input", "it")
    subject = f"`{name}` " if name else ""
    scope.report(error("wrong-value", f"{subject}{text[0].lower()}{text[1:]}", spans.get(name, owner)))


def _column(entry: syntax.Setting) -> bool:
    """Whether an entry of a source declares a column, which nobody takes over."""
    value = entry.value.left if isinstance(entry.value, syntax.Binary) and entry.value.operator == "else" else entry.value
    return isinstance(value, syntax.Path)


def setting_span(declared: syntax.Declaration, name: str) -> Span:
    """Return where a setting stands, the name of the declaration if it took the setting over."""
    entries = declared.settings.entries if declared.settings else ()
    return next((entry.span for entry in entries if entry.name.name == name), declared.name.span)


def like(declared: syntax.Declaration, scope: Scope) -> Inherited | None:
    """Return the settings of the declaration that `like = other` names, its own `like` followed; None after a mistake."""
    seen, taken = {id(declared)}, set[str]()
    found: list[tuple[syntax.Setting, Scope]] = []
    current, where = declared, scope
    while (entry := _like(current, where)) is not None:
        kind = declared.kind.name
        other = where.must_find(entry.value, f"another {kind}")
        if other is None:
            return None
        where, named = other
        if id(named) in seen and named is not declared:
            return None  # those that take over from each other further on say so themselves
        if id(named) in seen and current is not declared:
            scope.report(error("wrong-value", f"`{declared.name.name}` takes its settings over from itself, by way of `{current.name.name}`", entry.value.span))
            return None
        if not isinstance(named, syntax.Declaration) or named.kind.name != kind or id(named) in seen:
            scope.report(error("wrong-value", f"`like` wants another {kind}, whose settings are taken over", entry.value.span))
            return None
        if len(seen) > LONGEST_CHAIN:
            scope.report(error("too-deep", f"settings are taken over through more than {LONGEST_CHAIN} declarations", entry.value.span, help="say the settings that are meant here"))
            return None
        seen.add(id(named))
        current = named
        own = [e for e in (named.settings.entries if named.settings else ()) if isinstance(e, syntax.Setting)]
        found.extend((e, where) for e in own if e.name.name not in {*taken, "like"})
        taken |= {e.name.name for e in own}
    return tuple(found)


def _like(declared: syntax.Declaration, scope: Scope) -> syntax.Setting | None:
    entries = declared.settings.entries if declared.settings else ()
    found = [entry for entry in entries if entry.name.name == "like" and isinstance(entry, syntax.Setting)]
    scope.all_once([("like", entry.span) for entry in found], "the setting")
    return found[0] if found else None
