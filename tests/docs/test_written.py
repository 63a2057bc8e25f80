"""What stands on pages that were written by hand compiles, is refused as they say, and leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from synthc.compiler.pages.example import Example
from synthc.dsl.diagnostic import Severity
from synthc.dsl.format import format_source
from synthc.dsl.source import Source
from synthc.findings.text import summary, text
from tests.docs.blocks import Block, blocks
from tests.docs.findings import found
from tests.expected import writing

ROOT = Path(__file__).parents[2]
# What is on the page about extending takes the package that the page makes: test_extending.
WRITTEN = sorted(page for page in (ROOT / "docs").glob("*.md") if page.stem != "extending")
BLOCKS = [block for page in WRITTEN for block in blocks(page)]
LINK = re.compile(r"\]\((?!https?:)(?P<file>[^)#]*)(?:#(?P<anchor>[^)]+))?\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@pytest.mark.parametrize("block", [block for block in BLOCKS if not block.wrong], ids=str)
def test_a_block_compiles(block: Block, tmp_path: Path) -> None:
    """Together with those above it."""
    findings = found(Example(verdict="right", text=block.spec), tmp_path)

    assert [finding.message for finding in findings if finding.severity is Severity.ERROR] == []


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.wrong], ids=str)
def test_what_is_refused_is_refused_as_shown(block: Block, tmp_path: Path) -> None:
    """With the finding that the page shows, and no other."""
    findings = [one for one in found(Example(verdict="wrong", text=block.spec), tmp_path) if one.severity is Severity.ERROR]
    said = text(findings).removesuffix(f"\n{summary(findings)}\n")
    page = ROOT / "docs" / f"{block.page}.md"
    if writing():
        whole, (start, end) = page.read_text(encoding="utf-8"), list(blocks(page))[block.number - 1].place
        page.write_text(whole[:start] + said + whole[end:], encoding="utf-8")

    assert [finding.rule for finding in findings] == [block.wrong]
    assert writing() or said == block.said


def test_whole_specs_give_no_finding(tmp_path: Path) -> None:
    """Where a page has come to its end, its spec is without a warning too, and as `synthc fmt` leaves it."""
    for page in WRITTEN:
        specs = [block.spec for block in blocks(page) if not block.wrong]
        findings = found(Example(verdict="right", text=specs[-1]), tmp_path) if specs else ()

        assert [finding.message for finding in findings] == []
        assert not specs or format_source(Source(path=page.name, text=specs[-1])) == specs[-1]


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda page: page.relative_to(ROOT / "docs").as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    """Every page that another names is there, and every section."""
    for link in LINK.finditer(page.read_text(encoding="utf-8")):
        file = page.parent / link["file"] if link["file"] else page

        assert file.exists()
        assert link["anchor"] is None or link["anchor"] in anchors(file)


def anchors(page: Path) -> set[str]:
    """Return what hosts of Markdown call the sections of a page."""
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in HEADING.findall(page.read_text(encoding="utf-8"))}
