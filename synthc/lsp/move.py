"""What has to be written anew when specs are moved or renamed: the paths by which they import and read, and are imported."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from synthc.dsl import syntax
from synthc.dsl.diagnostic import Edit
from synthc.dsl.parse import parse
from synthc.dsl.source import Source
from synthc.lsp.index import Index


def move(moved: Mapping[Path, Path], index: Index) -> dict[Path, list[Edit]]:
    """Return the edits of each file, which still stands where it stood."""
    readers = {reader: None for old in moved for reader in (old, *index.importers(old))}
    found = {path: list(_edits(path, index.entries[path].source, moved)) for path in readers if path in index.entries}
    return {path: edits for path, edits in found.items() if edits}


def _edits(path: Path, source: Source, moved: Mapping[Path, Path]) -> Iterator[Edit]:
    """Yield an edit for each path in a text that would lead elsewhere."""
    folder = moved.get(path, path).parent
    for text in _paths(source):
        before = path.parent / text.value
        after = moved.get(before.resolve(), before)
        written = Path(os.path.relpath(after, folder)).as_posix()
        leads_there_still = Path(os.path.normpath(folder / text.value)) == Path(os.path.normpath(after))
        if not leads_there_still and not Path(text.value).is_absolute() and "\\" not in text.span.text:
            yield Edit(span=source.span(text.span.start + 1, text.span.end - 1), text=written)


def _paths(source: Source) -> Iterator[syntax.Text]:
    for item in parse(source)[0].items:
        if isinstance(item, syntax.Import) and item.file is not None:
            yield item.file
        elif isinstance(item, syntax.Declaration) and isinstance(item.value, syntax.Call) and item.value.function.span.text == "files":
            yield from (one for one in syntax.walk(item.value) if isinstance(one, syntax.Text))
