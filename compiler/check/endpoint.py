"""`endpoint llm = tgi(env("SYNTH_TGI_URL")) { ... }`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synthc.compiler.catalog.endpoints.embedded import Embedded
from synthc.compiler.catalog.server import ENDPOINTS, EndpointEntry
from synthc.compiler.catalog.values import Makers
from synthc.compiler.check.members import limits_of, members_of
from synthc.compiler.constant import Made
from synthc.compiler.evaluate import Constants, NotConstant, Secret
from synthc.compiler.program import Program, Thing
from synthc.compiler.scope import Scope
from synthc.compiler.settings import make, setting_span, settings_of
from synthc.compiler.suggest import spelling
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Label, error
from synthc.dsl.source import Span

SPEAKERS = frozenset({"vllm", "sglang", "llamacpp", "llama_cpp", "ollama", "litellm"})
"""Servers that people may look for by their names."""
NAMELESS = "embedded"
"""What the graph calls the endpoint that answers where none is declared."""


def check(declared: syntax.Declaration, scope: Scope) -> Thing | None:
    """Return the endpoint; its address is read at run and stands in no graph."""
    call = declared.value
    if not isinstance(call, syntax.Call) or not isinstance(call.function, syntax.Name):
        scope.report(error("wrong-value", "an endpoint is a kind of server, such as `tgi(env(\"SYNTH_TGI_URL\"))`", (call or declared.name).span))
        return None
    kind = call.function.name
    entry = ENDPOINTS.find(kind)
    if entry is None:
        kinds = ENDPOINTS.names()
        help_, fix = spelling(kind, kinds, call.function.span)
        known = f"`{kind}` has OpenAI's routes: write `openai(...)`" if kind in SPEAKERS else "kinds are " + ", ".join(f"`{one}`" for one in kinds)
        scope.report(error("unknown-function", f"there is no endpoint `{kind}(...)`", call.function.span, help=help_ or known, fix=fix))
        return None
    read = settings_of(entry.settings, declared, scope)
    try:
        brackets = _brackets(kind, entry, call, scope)
    except NotConstant:
        return None
    token = getattr(read, "token", None)
    if token is not None and not isinstance(token, Secret):
        scope.report(error("plain-secret", "a token never stands in a spec", setting_span(declared, "token"), help='write `token = secret("NAME")` and set that variable'))
        return None
    if read is None:
        return None
    if read.default and not _only_default(declared, scope):
        return None
    settings = {"kind": kind, "url": None, "token": {"secret": token.variable} if token else None, **read.model_dump(exclude={"token"} if getattr(read, "price", None) else {"token", "price"})}
    return _thing(declared, settings, brackets, scope)


def _only_default(declared: syntax.Declaration, scope: Scope) -> bool:
    """Tell whether no endpoint above is the default, after reporting that one is."""
    main = scope.program.scope(scope.program.main)
    above: tuple[syntax.Declaration, ...] = scope.program.look(_endpoints)
    if declared not in above:
        return True
    for one in above[: above.index(declared)]:
        thing = scope.program.thing(main, one)
        if thing is not None and thing.settings["default"]:
            labels = (Label(span=thing.span, text="the default already"),)
            scope.report(error("which-endpoint", f"`{declared.name.name}` is the default, and so is `{thing.name}`", setting_span(declared, "default"), labels=labels, help="leave `default = true` at one of them"))
            return False
    return True


def _thing(declared: syntax.Declaration, settings: Mapping[str, Any], brackets: Mapping[str, Any], scope: Scope) -> Thing | None:
    members: tuple[Thing, ...] = brackets.get("members", ())
    if members:
        settings = {**settings, **limits_of(settings, members), "members": [{"node": member.name} for member in members]}
    else:
        settings = {**settings, **brackets}
    return Thing(
        name=scope.prefix + declared.name.name,
        thing="endpoint",
        kind="endpoint",
        span=declared.name.span,
        settings=settings,
        inputs=tuple(member.name for member in members),
    )


def _brackets(kind: str, entry: EndpointEntry, call: syntax.Call, scope: Scope) -> dict[str, Any]:
    """Return what stands in the brackets, by its names.

    Raises:
        NotConstant: it is wrong, which has been reported.
    """
    model = entry.brackets
    if model is None and call.arguments:
        scope.report(error("wrong-value", f"`{kind}` takes nothing in its brackets", call.span))
        raise NotConstant
    if model is None:
        return {}
    first = next(iter(model.model_fields))
    if not any(one.name is None or one.name.name == first for one in call.arguments):
        scope.report(error("wrong-value", f"`{kind}` takes {entry.takes or f'`{first}`'}", call.span))
        raise NotConstant
    positional = [one for one in call.arguments if one.name is None]
    named = [(one.name.name, one) for one in call.arguments if one.name is not None]
    made = Made(
        name=kind,
        positional=tuple(_argument(kind, first if at == 0 else "", one.value, scope) for at, one in enumerate(positional)),
        named=tuple((name, _argument(kind, name, one.value, scope)) for name, one in named),
        spans=(*(one.span for one in positional), *(one.span for _, one in named)),
        span=call.span,
    )
    read = make(Makers(**{kind: model}), made, scope)
    return {name: getattr(read, name) for name in model.model_fields}


def _argument(kind: str, name: str, written: syntax.Expression, scope: Scope) -> Any:
    if name == "members":
        return members_of(written, scope)
    if name == "url" or (kind == "hf" and name == "model"):
        return _address(kind, written, scope)
    return Constants(scope=scope).evaluate(written)


def _address(kind: str, written: syntax.Expression, scope: Scope) -> dict[str, Any]:
    """Return an address, or the variable that holds it when the spec is run."""
    constants = Constants(scope=scope)
    if isinstance(written, syntax.Call) and isinstance(written.function, syntax.Name) and written.function.name == "env":
        words = constants.words(written, 2)
        return {"env": words[0], "default": words[1] if len(words) > 1 else None}
    said = constants.evaluate(written)
    if kind == "hf" and isinstance(said, str) and said and "://" not in said:
        return {"text": said}
    if not isinstance(said, str) or not said.startswith(("http://", "https://")):
        scope.report(error("wrong-value", "an address begins with http:// or https://", written.span))
        raise NotConstant
    return {"text": said}


def default_endpoint(scope: Scope, span: Span, *, mend: str = "say `using NAME` here", any_of: bool = False) -> Thing | None:
    """Return the endpoint that answers where none is named: the only one that is in no pool, the default, or the embedded one.

    With `any_of`, of several the first answers; else that is reported, and how to `mend` it.
    """
    main = scope.program.scope(scope.program.main)
    declared: tuple[syntax.Declaration, ...] = scope.program.look(_endpoints)
    if not declared and NAMELESS in main.names:
        message = f"`{NAMELESS}` is the name of the endpoint that answers where none is declared"
        scope.report(error("repeated-name", message, main.names[NAMELESS].name.span, help="give this another name, or declare an endpoint"))
        return None
    if not declared:
        return embedded(scope)
    things = [thing for one in declared if (thing := scope.program.thing(main, one)) is not None]
    pooled = {name for thing in things for name in thing.inputs}
    free = [thing for thing in things if thing.name not in pooled]
    complete = len(things) == len(declared)
    chosen = free if complete and len(free) == 1 else [t for t in things if t.settings.get("default")]
    if len(chosen) == 1:
        return chosen[0]
    if complete and any_of:
        return free[0]
    if complete:
        names = ", ".join(f"`{thing.name}`" for thing in free)
        scope.report(error("which-endpoint", f"there are several endpoints ({names}) and none is said to answer this", span, help=f"{mend}, or `default = true` at one of them"))
    return None


def _endpoints(program: Program) -> tuple[syntax.Declaration, ...]:
    return program.main.endpoints


def embedded(scope: Scope) -> Thing:
    """Return the bundled model as an endpoint."""
    source = scope.program.main.syntax.source
    settings = {"kind": "embedded", "url": None, "token": None, **Embedded().model_dump()}
    return Thing(name=NAMELESS, thing="endpoint", kind="endpoint", span=source.span(0, 0), settings=settings)
