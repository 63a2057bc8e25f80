"""One engine, one case, in a process of its own: python run.py ENGINE MILLIONS SENTENCES USERS ROUNDS FOLDER STARTED"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from work import Clock, Work


def main() -> None:
    """Carry some rounds out and print what they took."""
    engine, millions, sentences, users, rounds, folder, started = sys.argv[1:]
    work = Work(folder=Path(folder), millions=int(millions), sentences=int(sentences), users=int(users))
    clock = Clock(float(started) or time.time())
    if engine == "prepare":
        from peers.ours import prepare

        prepare(work)
        return
    if engine in {"pool", "one process", "flower chunked"}:
        from peers.ours import tune

        tune(work, int(rounds), clock, engine="ray" if engine == "flower chunked" else "local", workers=1 if engine == "one process" else 2)
    elif engine == "by hand":
        from peers.by_hand import tune as by_hand

        by_hand(work, int(rounds), clock, 2)
    elif engine == "flower each":
        from peers.flower_each import tune as each

        each(work, int(rounds), clock, 2)
    else:
        from peers.pfl_research import tune as pfl

        pfl(work, int(rounds), clock)
    print(json.dumps(clock.told()))


if __name__ == "__main__":
    main()
