"""What stands about a declared name: `test NAME { ... }` and `publish NAME to place`."""

from __future__ import annotations

from functools import partial
from typing import Any

from synthc.compiler.catalog.sources.hub import Repository
from synthc.compiler.catalog.values import Makers
from synthc.compiler.check.cases import check_cases
from synthc.compiler.check.endpoint import default_endpoint
from synthc.compiler.constant import Made
from synthc.compiler.evaluate import Constants, NotConstant
from synthc.compiler.graph import Node, Privacy
from synthc.compiler.privacy import private_flow, simulated_flow
from synthc.compiler.program import Program, Thing
from synthc.compiler.scope import Scope
from synthc.compiler.settings import make
from synthc.compiler.wording import a
from synthc.dsl import syntax
from synthc.dsl.diagnostic import error, warning


def check_tests(program: Program) -> list[tuple[dict[str, Any], Thing]]:
    """Return the tests of all modules in their graph form, each with its endpoint."""
    tests = []
    for scope in program.scopes():
        for item in scope.module.syntax.items:
            if isinstance(item, syntax.Test):
                found = program.once("test", item, scope, partial(_test, item, scope))
                if found is not None:
                    tests.append(found)
    return tests


def _test(item: syntax.Test, scope: Scope) -> tuple[dict[str, Any], Thing] | None:
    found = scope.must_find(item.about, "a prompt")
    prompt = found and scope.program.thing(*found)
    if not prompt:
        return None
    if prompt.thing != "prompt" or prompt.type is None:
        scope.report(error("wrong-kind", f"a test is about a prompt, and `{prompt.name}` is {a(prompt.kind)}", item.about.span))
        return None
    cases = check_cases(item.cases, dict(prompt.columns), prompt.type, scope)
    # Whoever imports a prompt may ask it by name everywhere, and can't change its file.
    mend = f"say `endpoint = NAME` in the prompt `{prompt.name}`"
    endpoint = prompt.settings["endpoint"] or default_endpoint(scope, item.about.span, mend=mend, any_of=bool(scope.prefix))
    if endpoint is None:
        return None
    test = {
        "about": prompt.name,
        "imported": bool(scope.prefix),
        "prompt": prompt.value,
        "endpoint": {"node": endpoint.name},
        "cases": cases,
    }
    return test, endpoint


def check_publish(program: Program) -> list[Node]:
    """Return the publishing nodes of the spec itself; an imported file may not publish or budget."""
    nodes = []
    main = program.scope(program.main)
    main.all_once([(item.about.span.text, item.span) for item in program.main.syntax.items if isinstance(item, syntax.Publish)], "the place of")
    for scope in program.scopes():
        for item in scope.module.syntax.items:
            if scope.prefix and isinstance(item, syntax.Publish | syntax.Budget):
                word = "publish" if isinstance(item, syntax.Publish) else "budget"
                scope.report(error("import-may-not", f"an imported file may not `{word}`", item.span, help="move this item into the spec that imports it"))
            elif isinstance(item, syntax.Publish):
                node = program.once("publish", item, scope, partial(_publish, item, scope))
                nodes.extend([node] if node else [])
    return nodes


def _publish(item: syntax.Publish, scope: Scope) -> Node | None:
    found = scope.must_find(item.about, "a dataset or a model")
    thing = found and scope.program.thing(*found)
    try:
        place = Constants(scope=scope).evaluate(item.place)
        if not isinstance(place, Made):
            scope.report(error("wrong-value", 'a place is `hub("team/name")`', item.place.span))
            return None
        hub = make(Makers(hub=Repository), place, scope)
    except NotConstant:
        return None
    if not thing:
        return None
    flow = thing.flow.through(item.span, f"`{thing.name}` is published here")
    if flow.label is Privacy.PRIVATE:
        scope.report(private_flow(flow, item.span, "a publication", "publish what is public or was tuned under DP"))
        return None
    if flow.label is Privacy.SIMULATED:
        scope.report(simulated_flow(flow, item.span, "a publication"))
        return None
    if thing.thing not in {"rows", "trained"}:
        scope.report(error("wrong-kind", f"datasets and models are published, and `{thing.name}` is {a(thing.kind)}", item.about.span))
        return None
    if "" in thing.licences:
        scope.report(warning("missing-licence", f"`{thing.name}` is published, and a source it is made from states no licence", item.span, help='say `license = "..."` at every source'))
    return Node(
        name=f"publish {thing.name}",
        kind="publish",
        inputs=(thing.name,),
        settings={"of": {"node": thing.name}, "to": hub.model_dump(), "licences": sorted(thing.licences - {""})},
        label=flow.label,
        place=item.span.place,
    )
