"""`synthc init`: a project that runs, the quickstart with its sample data."""

from __future__ import annotations

import argparse
import re
import shutil
from pathlib import Path

from synthc.runtime.errors import InputError

TEMPLATE = Path(__file__).with_name("template")
SPEC = "quickstart.synth"
SKIPPED = shutil.ignore_patterns("__pycache__", ".*", "build", "runs", "*.py", "*.graph.json")

README = """# {name}

A keyboard model in three minutes: public text is filtered, rewritten and invented by an LLM, a small
model is pre-trained on the mixture, tuned on pretended phones under differential privacy, and judged.

    synthc check      # all findings
    synthc plan       # what a run would do and spend
    synthc run        # do it; the same command goes on where it stopped
    synthc test       # the tests of prompts

Everything is said in `{name}.synth`. Without an `endpoint` the bundled model answers, which is there to
make the pipeline run. To ask a server of Text Generation Inference, run
`synthc run --endpoint embedded=tgi:http://localhost:8080`.

The people in `data/phones.jsonl` are invented.
"""
GITIGNORE = ".synth/\nbuild/\nruns/\n"
EDITORCONFIG = "[*.synth]\ncharset = utf-8\nend_of_line = lf\nindent_style = space\nindent_size = 2\ninsert_final_newline = true\n"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("directory", nargs="?", default=".", metavar="DIR", help="where the project goes; this folder if left out")


def run(options: argparse.Namespace) -> int:
    """Make the project, unless something of it is there already."""
    folder = Path(options.directory)
    name = named(folder.resolve().name)
    spec = (TEMPLATE / SPEC).read_text(encoding="utf-8").replace('"quickstart"', f'"{name}"')
    written = {f"{name}.synth": spec, "README.md": README.format(name=name), ".gitignore": GITIGNORE, ".editorconfig": EDITORCONFIG}
    copied = [path.name for path in sorted(TEMPLATE.iterdir()) if path.name not in {SPEC, *SKIPPED(str(TEMPLATE), [path.name])}]
    there = [name for name in (*copied, *written) if (folder / name).exists()]
    if there:
        where = "this folder" if folder == Path() else str(folder)
        raise InputError(f"{', '.join(there)} would be overwritten in {where}; name an empty folder, such as `synthc init keyboard`")
    folder.mkdir(parents=True, exist_ok=True)
    for name in copied:
        _copy(TEMPLATE / name, folder / name)
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
    step = "" if folder == Path() else f"cd {folder} && "
    print(f"made {', '.join((*copied, *written))}\nnext: {step}synthc run")
    return 0


def named(folder: str) -> str:
    """Return what the spec and its people are called in a folder: as it is, in letters that need no care.

    >>> named("kb"), named("my keyboard 2"), named("")
    ('kb', 'my-keyboard-2', 'quickstart')
    """
    return re.sub(r"[^\w.-]+", "-", folder).strip("-.") or "quickstart"


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=SKIPPED)
    else:
        shutil.copyfile(source, target)
