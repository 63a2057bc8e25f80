"""A page for each rule and a table of them, from the pages that `synthc explain` prints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from docs.builders.findings import shown
from docs.builders.markdown import built, code, table
from synthc.compiler.pages import names, page, summary
from synthc.compiler.pages.example import examples
from synthc.compiler.rules import RULES
from synthc.dsl.diagnostic import Diagnostic, Safety, Severity
from tests.docs.findings import found

FIXES = {Safety.SAFE: "`--fix`", Safety.UNSAFE: "offered"}
SPOKEN = {Safety.SAFE: "`synthc check --fix` mends it.", Safety.UNSAFE: "Editors offer a fix, to be looked at."}
INTRODUCTION = """\
# Findings

What `synthc check` can say. An error stops a spec; a warning is silenced by `# synth: ignore[rule]` above an item or behind a line. `synthc explain RULE`
prints a page in the terminal. In the column on fixes, `--fix` is what `synthc check --fix` applies by itself, and *offered* what an editor offers.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A rule, its page, and the finding of its wrong example."""

    name: str
    page: str
    finding: Diagnostic

    @property
    def source(self) -> str:
        """Where its page is written."""
        rules = {rule.name for rule in RULES}
        return f"compiler/rules/{self.name.replace('-', '_')}.py" if self.name in rules else f"compiler/pages/{self.name}.md"


def rules() -> dict[str, str]:
    """Return the pages by their paths, with a table of all."""
    entries = [_entry(name) for name in names()]
    return {"rules/README.md": _index(entries), **{f"rules/{entry.name}.md": _page(entry) for entry in entries}}


def _entry(name: str) -> Entry:
    text = page(name) or ""
    wrong = next(example for example in examples(text) if example.verdict == "wrong")
    with TemporaryDirectory() as folder:
        finding = next(finding for finding in found(wrong, Path(folder)) if finding.rule == name)
    return Entry(name=name, page=text, finding=finding)


def _index(entries: list[Entry]) -> str:
    parts = [INTRODUCTION]
    for severity in Severity:
        rows = [_row(entry) for entry in entries if entry.finding.severity is severity]
        parts += [f"## {severity.capitalize()}s", table(["rule", "severity", "fix", "what it finds"], rows)]
    return built("\n\n".join(part.strip() for part in parts), "compiler/pages and compiler/rules")


def _row(entry: Entry) -> list[str]:
    fix = FIXES[entry.finding.fix.safety] if entry.finding.fix else ""
    return [f"[{code(entry.name)}]({entry.name}.md)", str(entry.finding.severity), fix, summary(entry.page)]


def _page(entry: Entry) -> str:
    fix = f" {SPOKEN[entry.finding.fix.safety]}" if entry.finding.fix else ""
    kind = "An error." if entry.finding.severity is Severity.ERROR else "A warning."
    return built(f"# {entry.name}\n\n{kind}{fix}\n\n" + "\n".join(_lines(entry)), entry.source)


def _lines(entry: Entry) -> Iterator[str]:
    """Yield the lines of a page, with a word before each example, and what is said behind the wrong one."""
    head = ""
    for line in entry.page.strip().split("\n"):
        if line.startswith("```synth"):
            head, _, options = line.removeprefix("```synth ").partition(" ")
            yield f"**{head.capitalize()}**{f', with `{options}`' if options else ''}\n" if head in {"wrong", "right"} else f"`{head}` holds\n"
            yield "```synth"
        else:
            yield line
        if line == "```" and head == "wrong":
            yield f"\n{shown([entry.finding])}"
        # Only the end of a block asks for what was said above.
        head = "" if line == "```" else head
