"""synthc: one `ask` over generated rows, every answer durable; the spec is written and given to `synthc run`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

SPEC = '''synth 1

endpoint fake = tgi("{url}") {{ concurrency = {flying} }}

prompt line(n: int) -> text {{
  max_output = 64
  {route} = """Row {{{{ n }}}}: {filler}"""
}}

generate rows = grid(n = 1..{rows})
  | ask said = line(n)
'''


def main(url: str, flying: int, folder: Path, route: str) -> None:
    """Write the spec and become the command."""
    rows, filler = int((folder / "rows.count").read_text()), (folder / "filler.txt").read_text()
    (folder / "rows.synth").write_text(SPEC.format(url=url, flying=flying, rows=rows, filler=filler, route=route))
    command = str(Path(sys.executable).with_name("synthc"))
    os.execv(command, [command, "run", "-C", str(folder), "--json", "rows.synth"])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), "complete" if "complete" in sys.argv else "ask")
