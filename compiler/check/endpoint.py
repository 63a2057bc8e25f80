"""`endpoint llm = tgi(env("SYNTH_TGI_URL")) { ... }`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from synthc.compiler.catalog.endpoints.embedded import Embedded
from synthc.compiler.catalog.endpoints.tgi import Tgi
from synthc.compiler.catalog.values import Settings
from synthc.compiler.evaluate import Constants, NotConstant, Secret
from synthc.compiler.program import Program, Thing
from synthc.compiler.scope import Scope
from synthc.compiler.settings import setting_span, settings_of
from synthc.compiler.suggest import spelling
from synthc.dsl import syntax
from synthc.dsl.diagnostic import error
from synthc.dsl.source import Span

KINDS: dict[str, type[Settings]] = {"tgi": Tgi, "embedded": Embedded}


NAMELESS = "embedded"
"""What the graph calls the endpoint that answers where none is declared."""


def check(declared: syntax.Declaration, scope: Scope) -> Thing | None:
    """Return the endpoint; its address is read at run and stands in no graph."""
    call = declared.value
    if not isinstance(call, syntax.Call) or not isinstance(call.function, syntax.Name):
        scope.report(error("wrong-value", "an endpoint is a kind of server, such as `tgi(env(\"SYNTH_TGI_URL\"))`", (call or declared.name).span))
        return None
    kind = call.function.name
    if kind not in KINDS:
        help_, fix = spelling(kind, KINDS, call.function.span)
        scope.report(error("unknown-function", f"there is no endpoint `{kind}(...)`", call.function.span, help=help_, fix=fix))
        return None
    read: Settings | None = settings_of(KINDS[kind], declared, scope)
    try:
        url = ADDRESSES[kind](call, scope)
    except NotConstant:
        return None
    if read is None:
        return None
    settings: dict[str, Any] = read.model_dump(exclude={"token"})
    token = getattr(read, "token", None)
    if token is not None and not isinstance(token, Secret):
        scope.report(error("plain-secret", "a token never stands in a spec", setting_span(declared, "token"), help='write `token = secret("NAME")` and set that variable'))
        return None
    return Thing(
        name=scope.prefix + declared.name.name,
        thing="endpoint",
        kind="endpoint",
        span=declared.name.span,
        settings={"kind": kind, "url": url, "token": {"secret": token.variable} if token else None, **settings},
    )


def _url(call: syntax.Call, scope: Scope) -> dict[str, Any]:
    if not scope.unnamed(call):
        raise NotConstant
    if len(call.arguments) != 1:
        scope.report(error("wrong-value", "`tgi` takes the address of the server", call.span))
        raise NotConstant
    written = call.arguments[0].value
    constants = Constants(scope=scope)
    if isinstance(written, syntax.Call) and isinstance(written.function, syntax.Name) and written.function.name == "env":
        words = constants.words(written, 2)
        return {"env": words[0], "default": words[1] if len(words) > 1 else None}
    url = constants.evaluate(written)
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        scope.report(error("wrong-value", "an address begins with http:// or https://", written.span))
        raise NotConstant
    return {"text": url}


def _nowhere(call: syntax.Call, scope: Scope) -> dict[str, Any] | None:
    if not call.arguments:
        return None
    scope.report(error("wrong-value", f"`{call.function.span.text}` takes nothing in its brackets", call.span))
    raise NotConstant


ADDRESSES: dict[str, Callable[[syntax.Call, Scope], dict[str, Any] | None]] = {"tgi": _url, "embedded": _nowhere}


def default_endpoint(scope: Scope, span: Span) -> Thing | None:
    """Return the endpoint that answers where none is named: the only one, the default, or the embedded one."""
    main = scope.program.scope(scope.program.main)
    declared: tuple[syntax.Declaration, ...] = scope.program.look(_endpoints)
    if not declared and NAMELESS in main.names:
        message = f"`{NAMELESS}` is the name of the endpoint that answers where none is declared"
        scope.report(error("repeated-name", message, main.names[NAMELESS].name.span, help="give this another name, or declare an endpoint"))
        return None
    if not declared:
        return embedded(scope)
    things = [thing for one in declared if (thing := scope.program.thing(main, one)) is not None]
    chosen = things if len(declared) == 1 else [t for t in things if t.settings.get("default")]
    if len(chosen) == 1:
        return chosen[0]
    if len(things) == len(declared):
        names = ", ".join(f"`{thing.name}`" for thing in things)
        scope.report(error("which-endpoint", f"there are several endpoints ({names}) and none is said to answer this", span, help="say `using NAME` here, or `default = true` at one of them"))
    return None


def _endpoints(program: Program) -> tuple[syntax.Declaration, ...]:
    names = program.main.names.values()
    return tuple(one for one in names if isinstance(one, syntax.Declaration) and one.kind.name == "endpoint")


def embedded(scope: Scope) -> Thing:
    """Return the bundled model as an endpoint."""
    source = scope.program.main.syntax.source
    settings = {"kind": "embedded", "url": None, "token": None, **Embedded().model_dump()}
    return Thing(name=NAMELESS, thing="endpoint", kind="endpoint", span=source.span(0, 0), settings=settings)
