"""Finds the spec that is meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from synthc.runtime.errors import InputError

if TYPE_CHECKING:
    from synthc.compiler.program import Program
    from synthc.compiler.session import Session

SUFFIX = ".synth"
GRAPH = ".graph.json"


def choose(given: str | None, *, graphs: bool) -> Path:
    """Return the spec, or the compiled graph where `graphs` may stand; without an argument the only one of the folder."""
    if given is None:
        return _only()
    path = Path(given)
    if path.is_dir():
        raise InputError(f"{given}: this is a folder; name a `{SUFFIX}` file, or work there with `-C {given}`")
    if not path.exists():
        raise InputError(f"{given}: there is no such file{_meant(path)}")
    if path.suffix == SUFFIX or (graphs and path.suffix == ".json"):
        return path
    wanted = f"a `{SUFFIX}` file or a compiled `{GRAPH}`" if graphs else f"a `{SUFFIX}` file"
    raise InputError(f"{given}: {wanted} is wanted here")


def _meant(path: Path) -> str:
    """Return the spec beside a path that was meant: the same without its ending, or one that is spelled alike."""
    from difflib import get_close_matches

    there = [each.name for each in sorted(path.parent.glob(f"*{SUFFIX}"))] if path.parent.is_dir() else []
    wanted = f"{path.name.removesuffix('.')}{'' if path.suffix == SUFFIX else SUFFIX}"
    close = get_close_matches(wanted, there, 1)
    return f"; did you mean `{path.parent / close[0]}`?" if close else ""


def _only() -> Path:
    from synthc.compiler.session import Session

    found = roots(sorted(path for path in Path().glob(f"*{SUFFIX}") if path.is_file() and not _hidden(path)), Session(project=Path()))
    if not found:
        raise InputError(f"there is no `{SUFFIX}` file in this folder; name one, or make a project with `synthc init`")
    if len(found) > 1:
        raise InputError(f"there are several specs here ({', '.join(str(path) for path in found)}); say which one")
    return found[0]


def roots(paths: Sequence[Path], session: Session) -> list[Path]:
    """Return the files that no other of them imports; all of them where each is imported."""
    from synthc.compiler.program import Program

    if len(paths) < 2:
        return list(paths)
    imported: set[Path] = set()
    for path in paths:
        program = session.program(path)
        if isinstance(program, Program):
            imported.update(files(program))
    return [path for path in paths if path.resolve() not in imported] or list(paths)


def files(program: Program) -> Iterable[Path]:
    """Yield the files that a spec imports; not those of the standard library."""
    for module in program.linked.modules[1:]:
        if not module.standard:
            yield module.folder / Path(module.path).name


def every(given: Sequence[str]) -> list[Path]:
    """Return all spec files that are named or lie in a named folder; without a name those of this folder."""
    found: list[Path] = []
    for name in given or ["."]:
        path = Path(name)
        if path.is_dir():
            inside = [file for file in sorted(path.rglob(f"*{SUFFIX}")) if file.is_file() and not _hidden(file.relative_to(path))]
            if not inside:
                raise InputError(f"there is no `{SUFFIX}` file in {'this folder' if name == '.' else name}")
            found += inside
        elif path.exists():
            found.append(path)
        else:
            raise InputError(f"{name}: there is no such file")
    return list(dict.fromkeys(found))


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") or part in {"build", "runs"} for part in path.parts[:-1]) or path.name.startswith(".")
