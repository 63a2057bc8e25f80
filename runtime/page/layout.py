"""The page around the sections: one file, no script, nothing to fetch."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from string import Template

from synthc.runtime.page.markup import Markup, element, safe

PAGE = Template(
    """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="synthc">
<title>$title</title>
<style>
$style
</style>
</head>
<body>
<a class="skip" href="#verdict">Skip to the verdict</a>
<main>
$header
$contents
$sections
</main>
</body>
</html>
"""
)
CONTENTS = (("verdict", "Verdict"), ("privacy", "Privacy"), ("accuracy", "Accuracy"), ("data", "Data"), ("training", "Training"), ("settings", "Settings"))


def page(title: str, header: Markup, sections: Iterable[Markup]) -> str:
    """Return the whole page."""
    links = [element("a", name, href=f"#{anchor}") for anchor, name in CONTENTS]
    style = (Path(__file__).parent / "report.css").read_text(encoding="utf-8")
    contents = element("nav", *links, aria_label="Sections")
    return PAGE.substitute(title=safe(title), style=style.strip(), header=header, contents=contents, sections="\n".join(sections))
