"""Texts that are led by what they reach: atheris looks at which lines ran, and keeps what ran new ones.

pip install atheris && python bench/fuzz/guided.py TARGET [FOLDER] [-max_total_time=600] [-max_len=2048]

Other options are libFuzzer's. The folder keeps what it learnt, so that the next run goes on from there.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

with atheris.instrument_imports(include=["synthc"]):
    from tests.robust.inputs import texts
    from tests.robust.promises import TARGETS


def main() -> None:
    """Fuzz one target, beginning with the real specs."""
    promise = TARGETS[sys.argv.pop(1)]
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else None
    if folder is not None:
        folder.mkdir(exist_ok=True)
        for at, text in enumerate(texts()):
            (folder / f"real-{at}").write_text(text, encoding="utf-8")
    atheris.Setup(sys.argv, lambda data: promise(data.decode("utf-8", "ignore")))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
