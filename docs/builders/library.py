"""The standard library, from its files: what a comment above a declaration says is its documentation."""

from __future__ import annotations

from pathlib import Path

from docs.builders.markdown import built, code, fenced, first, paragraph, title
from synthc.dsl import syntax
from synthc.dsl.parse import parse
from synthc.dsl.source import Source

STANDARD = Path(__file__).parents[2] / "compiler" / "std"


def library() -> dict[str, str]:
    """Return the pages by their paths, with a list of all."""
    pages = {f"std/{file.stem}.md": _page(file) for file in sorted(STANDARD.glob("*.synth"))}
    lines = [f"- [{title(page)}]({Path(path).name}): {first(page)}" for path, page in pages.items()]
    intro = "# The standard library\n\nModules that are imported by their names, written in the language itself."
    return {"std/README.md": built(f"{intro}\n\n" + "\n".join(lines), "compiler/std"), **pages}


def _page(file: Path) -> str:
    text = file.read_text(encoding="utf-8")
    module, _ = parse(Source(path=file.name, text=text))
    parts = [f"# std.{file.stem}", _introduction(text), fenced(f"import std.{file.stem}", "synth")]
    parts += [_declared(item, module) for item in module.items if isinstance(item, syntax.Declaration | syntax.Prompt)]
    return built("\n\n".join(parts), f"compiler/std/{file.name}")


def _introduction(text: str) -> str:
    """Return the comment below the edition."""
    block = text.partition("\n\n")[2].partition("\n\n")[0]
    return " ".join(line.removeprefix("#").strip() for line in block.split("\n") if line.startswith("#"))


def _declared(item: syntax.Declaration | syntax.Prompt, module: syntax.Module) -> str:
    parts = [f"## {code(f'{_alias(module)}.{item.name.name}')}", paragraph(item.doc), fenced(item.span.text, "synth")]
    tests = [one.span.text for one in module.items if isinstance(one, syntax.Test) and one.about.span.text == item.name.name]
    return "\n\n".join(part for part in [*parts, *(fenced(test, "synth") for test in tests)] if part)


def _alias(module: syntax.Module) -> str:
    return module.source.path.removesuffix(".synth")
