"""A few findings that are awkward to show."""

from __future__ import annotations

from synthc.dsl.diagnostic import Diagnostic, Edit, Fix, Label, Safety, error, warning
from synthc.dsl.source import Source

LONG = "let numbers = [" + "1, " * 60 + "wrong" + ", 2" * 60 + "]"
SPEC = Source(
    path="spec.synth",
    text=f"""synth 1

private source phones = files("phones.jsonl")

filter typed = phones
\t| ask \u6f22\u5b57e\u0301 = chatty(text, \u6f22\u5b57)
{LONG}
prompt chatty(text: text) -> "yes" {{
  ask = "a"
}}
escape\x1b[31m here
""",
)
OTHER = Source(path="folder with space/other.synth", text="synth 1\nlet a = 1\n")
EMPTY = Source(path="empty.synth", text="")


def about(rule: str, source: Source, text: str, message: str, **more: object) -> Diagnostic:
    """Return an error about the first place where a text stands."""
    start = source.text.index(text)
    return error(rule, message, source.span(start, start + len(text)), **more)


def label(source: Source, text: str, said: str) -> Label:
    """Return a second place."""
    start = source.text.index(text)
    return Label(span=source.span(start, start + len(text)), text=said)


def findings() -> tuple[Diagnostic, ...]:
    """Return a private flow, wide characters, a long line, several lines, an escape, and an empty file."""
    wide = SPEC.text.index("\u6f22\u5b57)")
    return (
        about(
            "private-flow",
            SPEC,
            "chatty(text, \u6f22\u5b57)",
            "private text reaches the endpoint `llm`",
            labels=(label(SPEC, "phones", "`phones` is declared private here"), label(OTHER, "a = 1", "100% through here, and on")),
            help="ask about public text",
        ),
        error(
            "unknown-name",
            "nothing is called `\u6f22\u5b57`",
            SPEC.span(wide, wide + 2),
            fix=Fix(title="replace it by `text`", edits=(Edit(span=SPEC.span(wide, wide + 2), text="text"),)),
        ),
        about("wrong-value", SPEC, "wrong", "this is no number"),
        warning(
            "unused-slot",
            "the slot is never used",
            SPEC.span(SPEC.text.index("prompt"), SPEC.text.index("}")),
            fix=Fix(title="remove it", edits=(), safety=Safety.UNSAFE),
        ),
        about("unknown-character", SPEC, "here", "this means nothing here"),
        error("unreadable-file", "`empty.synth` cannot be read: no such file", EMPTY.span(0, 0)),
    )
