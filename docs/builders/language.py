"""The pages on the language, from the literate tests: what they expect is shown as a user sees it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from docs.builders.findings import links, shown
from docs.builders.markdown import built, first, title
from tests.language.test_pages import found
from tests.pages import Case, cases

ROOT = Path(__file__).parents[2]
FIRST = (
    "files", "kinds", "names", "types", "sources", "rows", "steps", "expressions", "prompts", "endpoints", "chats", "mixes", "models", "evaluation",
    "privacy", "leaks", "budgets", "publish", "imports", "settings",
)  # fmt: skip
"""The order in which pages are read; others follow by their names."""
BLOCK = re.compile(r"^```(?P<info>\S.*)\n(?P<text>(?:.*\n)*?)```$", re.MULTILINE)


def language() -> dict[str, str]:
    """Return the pages by their paths, with a table of contents."""
    pages = {f"language/{file.name}": _page(file) for file in files()}
    pages["language/formatting.md"] = _formatting(ROOT / "tests" / "dsl" / "format.md")
    lines = [f"- [{title(page)}]({Path(path).name}): {first(page)}" for path, page in pages.items()]
    return {"language/README.md": built(f"{INTRODUCTION}\n" + "\n".join(lines), "tests/language"), **pages}


INTRODUCTION = """\
# The language

Each page is a test: every block was checked, and below it stands what `synthc check` says about it. Where nothing stands below a block, nothing
is wrong with it. The [tour](../tour.md) goes through the whole language in one spec.
"""


def files() -> list[Path]:
    """Return the literate tests in the order in which they are read."""
    return sorted((ROOT / "tests" / "language").glob("*.md"), key=_place)


def about(verb: str) -> str | None:
    """Return a link, from another folder of the manual, to the section that shows a step: one named after it, or the first that has it."""
    shown = [case for file in files() for case in cases(file) if case.expected == "no findings\n" and re.search(rf"\| {verb}\b", case.given)]
    if not shown:
        return None
    best = min(shown, key=lambda case: f"`{verb}`" not in case.title)
    anchor = re.sub(r"[^\w -]", "", best.title.lower()).replace(" ", "-")
    return f"../language/{best.page.name}#{anchor}"


def _place(file: Path) -> tuple[int, str]:
    return (FIRST.index(file.stem) if file.stem in FIRST else len(FIRST), file.stem)


def _page(file: Path) -> str:
    by_place = {case.place: case for case in cases(file)}
    return built(_replaced(file.read_text(encoding="utf-8"), by_place), f"tests/language/{file.name}")


def _replaced(text: str, by_place: Mapping[int, Case]) -> str:
    """Return a page with its blocks as readers want them."""
    given = {place - 1: case for place, case in by_place.items()}
    pieces, at = [], 0
    for place, block in enumerate(BLOCK.finditer(text)):
        pieces.append(text[at : block.start()])
        at = block.end()
        if place in by_place:
            pieces.append(_said(by_place[place]))
        else:
            pieces.append(_given(block["info"].removeprefix("synth").strip(), block["text"], is_case=place in given))
    return re.sub(r"\n{3,}", "\n\n", "".join([*pieces, text[at:]]))


def _given(options: str, text: str, *, is_case: bool) -> str:
    block = f"```synth\n{text}```"
    if options and not is_case:
        return f"`{options}` holds\n\n{block}"
    return f"With `{options}`\n\n{block}" if options else block


def _said(case: Case) -> str:
    """Return what is said about an example, nothing where there is nothing to say."""
    findings = found(case)
    return f"{shown(findings)}\n\n{links(findings, to='../rules')}" if findings else ""


def _formatting(file: Path) -> str:
    expected = {case.place for case in cases(file)}
    text = file.read_text(encoding="utf-8")
    for place, block in reversed(list(enumerate(BLOCK.finditer(text)))):
        if place in expected:
            text = text[: block.start()] + "becomes\n\n" + text[block.start() :]
    return built(text, "tests/dsl/format.md")
