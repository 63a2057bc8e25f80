"""`vocab keys = word_vocab(web, corpus) { size = 10k }`, or of pieces of words."""

from __future__ import annotations

from synthc.compiler.catalog.vocabs.subword_vocab import SubwordVocab
from synthc.compiler.catalog.vocabs.word_vocab import WordVocab
from synthc.compiler.check.references import call, named, text_column
from synthc.compiler.graph import Privacy
from synthc.compiler.privacy import join, private_flow
from synthc.compiler.program import Thing
from synthc.compiler.scope import Scope
from synthc.compiler.settings import settings_of
from synthc.dsl import syntax
from synthc.dsl.diagnostic import error

VOCABS: dict[str, type[WordVocab]] = {"word_vocab": WordVocab, "subword_vocab": SubwordVocab}


def check(declared: syntax.Declaration, scope: Scope) -> Thing | None:
    """Return the vocabulary; it may read public or dp rows only."""
    made = call(declared, tuple(VOCABS), scope)
    if made is None:
        return None
    kind = made.function.span.text
    settings = settings_of(VOCABS[kind], declared, scope)
    if settings is None:
        return None
    if not made.arguments:
        scope.report(error("missing-value", f"a vocabulary is made from rows: `{kind}(ROWS)`", made.span))
        return None
    rows = [named(argument.value, ("rows",), scope, argument.span) for argument in made.arguments]
    known = [thing for thing in rows if thing is not None]
    good = [text_column(t, "value" if t.kind == "measure" else settings.column, scope, a.span) for t, a in zip(rows, made.arguments, strict=True) if t is not None]
    if len(known) < len(rows) or not all(good):
        return None
    flow = join(*(t.flow.through(a.span, f"`{t.name}` is read by the vocabulary here") for t, a in zip(known, made.arguments, strict=True)))
    if flow.label is Privacy.PRIVATE:
        scope.report(private_flow(flow, made.span, "a vocabulary", "count the words of public text"))
        return None
    return Thing(
        name=scope.prefix + declared.name.name,
        thing="vocab",
        kind="vocab",
        span=declared.name.span,
        flow=flow,
        licences=frozenset(licence for thing in known for licence in thing.licences),
        settings={"kind": kind, "from": [{"node": thing.name} for thing in known], **settings.model_dump()},
        inputs=tuple(thing.name for thing in known),
    )
