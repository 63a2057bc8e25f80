"""Specs that are made for measuring: always the same, without findings, and of any length.

python bench/language/corpus.py FOLDER

writes all of them, to look at. A spec is made of numbered groups of declarations as people write them, with
comments, prompts and steps, that come together in one mix, one model and its evaluation.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

SPECS, PROMPTS, SOURCES, CONSTANTS = 440, 20, 20, 20
"""How many files of each sort a project has: 500 in all."""

SUBJECTS = ("a late bus", "dinner", "a lost key", "the weather", "homework", "a broken phone", "a film", "the garden", "a new job", "a cat")
MANNERS = ("short and informal", "as one long message", "with a question at the end", "in the words of a teenager", "kindly", "in a hurry")
QUALITIES = ("typed on a phone", "written by one person to another", "free of names", "easy to read aloud", "about everyday life", "funny")
WRITERS = ("a nurse", "a student", "a baker", "a bus driver", "a grandmother", "a waiter", "a builder", "a teacher", "a gardener", "a singer")

PUBLIC = """\
# Web text, part {n}: pages that were crawled in one month.
public source web_{n} = files("data/web/part-{n:04}-*.jsonl.gz") {{
  text         = .text
  score: float = .meta.score else 0.0
  license      = "ODC-BY-1.0"
}}
"""

JUDGE = """\
prompt judge_{n}(text: text) -> "yes" | "no" {{
  max_input = {max_input}
  ask = \"\"\"
    Is this text {quality}? Think of {subject}.
    Answer yes or no.

    {{{{ text }}}}
    \"\"\"
}}
"""

REWRITE = """\
# Rewrites a text as people would have typed it.
prompt rewrite_{n}(text: text, who: text) -> list(text) {{
  max_input   = {max_input}
  max_output  = 256
  temperature = {temperature}
  ask = \"\"\"
    Somebody tells a friend about this text. Write the messages, {manner},
    in the order in which they are sent. {{{{ answer_format }}}}

    who writes: {{{{ who }}}}
    {{{{ text }}}}
    \"\"\"
}}
"""

TESTS = """\
test judge_{n} {{
  "on my way, save me a seat"                     -> "yes"
  "The treaty of {year} was signed by both sides."  -> "no"
}}
"""

WHO = """\
let who_{n} = [
  {writers},
]
"""

CHOSEN = """\
filter chosen_{n} = {web}
  | where words(text) in {low}..{high} and language(text) == "en"
  | dedup text {{ near = 0.{near} }}
  | ask answer = {judge}(text)  # one request for each row
  | where answer.p("yes") >= 0.{least}
  | take {rows}
"""

SPOKEN = """\
transform spoken_{n} = chosen_{n}
  | sample {share}%
  | let who = "{writer}"
  | ask turns = {rewrite}(text, who)
  | explode turns as text
  | select text
"""

INVENTED = """\
# Rows that come from nothing but slots and the model.
generate invented_{n} = grid(age = 18..70, app = phone.apps, hour = phone.hours, topic = phone.topics, who = {who})
  | sample {rows}
  | ask turns = phone.invent_chat(age, app, hour, topic, who) {{ temperature = {temperature} }}
  | explode turns as text
  | dedup text {{ near = 0.{near} }}
"""

TRAINED = """\
vocab keys = word_vocab(corpus) {{ size = 10k }}
model keyboard = lstm(keys) {{ embedding = 96, hidden = 256, tied = true }}

pretrain baseline = keyboard on chosen_{n} {{ words = {words}M, seeds = 2 }}
pretrain warm     = keyboard on corpus{pad}{{ like = baseline }}
"""

TUNED = """\
private source phones = files("data/users/*.jsonl.gz") {{
  text       = .text
  user       = .user_id
  people     = "people-{n}"
  population = 10M
  split      = {{ tune = 10%, test = 10% }}
}}

federate tuned = warm over phones {{
  rounds = {rounds}
  cohort = 6500
  local  = sgd(0.5, epochs = 1, batch = 16, max_words = 2k)
  server = sgd(1.0, momentum = 0.9)
  dp     = gaussian(clip = 0.3, epsilon = 4)
}}

evaluate accuracy = next_word(baseline, warm, tuned) over phones.test {{
  pairs   = [warm vs baseline, tuned vs warm]
  require = warm.top1 >= baseline.top1
}}

budget phones {{ epsilon = 8, delta = 1e-10 }}
"""


def words(n: int) -> dict[str, object]:
    """Return what differs between the groups: always the same for a number."""
    chance = Random(n)
    return {
        "n": n,
        "subject": chance.choice(SUBJECTS),
        "manner": chance.choice(MANNERS),
        "quality": chance.choice(QUALITIES),
        "writer": chance.choice(WRITERS),
        "writers": ",\n  ".join(f'"{who}, aged {chance.randint(16, 80)}"' for who in chance.sample(WRITERS, 4)),
        "max_input": chance.choice((256, 512, 1024)),
        "temperature": chance.choice((0.7, 0.8, 1.0)),
        "year": chance.randint(1500, 1900),
        "low": chance.randint(3, 9),
        "high": chance.randint(100, 900),
        "near": chance.randint(7, 9),
        "least": chance.randint(3, 9),
        "rows": f"{chance.randint(2, 90)}k",
        "share": chance.randint(5, 60),
        "words": chance.randint(5, 50),
        "pad": " " * (len(str(n)) + 2),
        "rounds": chance.randint(200, 3000),
        "web": f"web_{n}",
        "judge": f"judge_{n}",
        "rewrite": f"rewrite_{n}",
        "who": f"who_{n}",
    }


GROUP = (PUBLIC, JUDGE, REWRITE, TESTS, WHO, CHOSEN, SPOKEN, INVENTED)


def group(n: int) -> str:
    """Return eight declarations that need each other; its rows are `chosen_N`, `spoken_N` and `invented_N`."""
    return "\n".join(GROUP).format(**words(n))


def head(*imports: str) -> str:
    """Return how a file begins."""
    return "".join(("synth 1\n", "\n" * bool(imports), *(f"import {name}\n" for name in imports)))


def spec(lines: int) -> str:
    """Return a whole spec of about so many lines."""
    groups = [group(n) for n in range(1, 1 + max(1, round((lines - 45) / (group(1).count("\n") + 1))))]
    rows = [f"{kind}_{n}" for n in range(1, 1 + len(groups)) for kind in ("chosen", "spoken", "invented")]
    return "\n".join((head("std.phone"), *groups, mix(rows), TRAINED.format(**words(1)), TUNED.format(**words(1))))


def mix(rows: list[str]) -> str:
    """Return a mix of all rows whose shares make 100%."""
    each = int(100 / len(rows) * 100) / 100
    shares = [*(f"{each:g}%" for _ in rows[1:]), f"{100 - each * (len(rows) - 1):g}%"]
    parts = [f"{share} {name}" for share, name in zip(shares, rows, strict=True)]
    per_line = [" + ".join(parts[at : at + 4]) for at in range(0, len(parts), 4)]
    return "mix corpus = " + "\n      + ".join(per_line) + "\n"


def graph(nodes: int) -> str:
    """Return a spec that compiles to a graph of so many nodes: many rows with few prompts."""
    groups, more = divmod(nodes - 9, 4)
    shared = {"judge": "judge_0", "rewrite": "rewrite_0", "who": "who_0"}
    each = [f"{PUBLIC}\n{CHOSEN}\n{SPOKEN}\n{INVENTED}".format(**words(n) | shared) for n in range(1, 1 + groups)]
    each += [CHOSEN.replace("chosen_{n}", "more_{n}").format(**words(n) | shared) for n in range(1, 1 + more)]
    rows = [f"{kind}_{n}" for n in range(1, 1 + groups) for kind in ("chosen", "spoken", "invented")]
    rows += [f"more_{n}" for n in range(1, 1 + more)]
    prompts = f"{JUDGE}\n{REWRITE}\n{WHO}".format(**words(0))
    return "\n".join((head("std.phone"), prompts, *each, mix(rows), TRAINED.format(**words(1)), TUNED.format(**words(1))))


def project() -> Iterator[tuple[str, str]]:
    """Yield the files of a project with their text: 60 shared modules, and the specs that import some of them."""
    for n in range(PROMPTS):
        yield f"shared/prompts_{n}.synth", f"{head()}\n{JUDGE}\n{REWRITE}\n{TESTS}".format(**words(n)).replace(f"_{n}", "")
    for n in range(SOURCES):
        yield f"shared/sources_{n}.synth", "\n".join((head(), *four(PUBLIC, n)))
    for n in range(CONSTANTS):
        yield f"shared/constants_{n}.synth", "\n".join((head(), *four(WHO, n)))
    for n in range(SPECS):
        yield f"specs/team_{n % 20}/keyboard_{n}.synth", one_of_many(n)


def four(template: str, n: int) -> list[str]:
    """Return four declarations of a shared module, numbered from 1."""
    return [template.format(**words(10 * n + part)).replace(f"_{10 * n + part} ", f"_{part} ") for part in range(1, 5)]


def one_of_many(n: int) -> str:
    """Return a spec of a project: prompts, sources and lists are those of shared modules."""
    chance = Random(-n)
    prompts, sources, constants = chance.randrange(PROMPTS), chance.randrange(SOURCES), chance.randrange(CONSTANTS)
    shared = (f'"../../shared/{name}.synth" as {name.split("_")[0]}' for name in (f"prompts_{prompts}", f"sources_{sources}", f"constants_{constants}"))
    part = chance.randint(1, 4)
    imported = {"web": f"sources.web_{part}", "judge": "prompts.judge", "rewrite": "prompts.rewrite", "who": f"constants.who_{part}"}
    rows = f"{CHOSEN}\n{SPOKEN}\n{INVENTED}".format(**words(n) | imported)
    end = (TRAINED, TUNED) if n % 4 == 0 else (TRAINED,)
    return "\n".join((head("std.phone", *shared), rows, mix([f"{kind}_{n}" for kind in ("chosen", "spoken", "invented")]), *(part.format(**words(n)) for part in end)))


def write(files: Iterator[tuple[str, str]], folder: Path) -> list[Path]:
    """Write files and return where they are."""
    paths = []
    for name, text in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def main() -> None:
    """Write everything into the folder that is named."""
    folder = Path(sys.argv[1])
    paths = write(project(), folder / "project")
    lengths = [path.read_text(encoding="utf-8").count("\n") for path in paths]
    print(f"{len(paths)} files, {sum(lengths)} lines")
    for lines in (1_000, 10_000, 100_000):
        (folder / f"lines_{lines}.synth").write_text(spec(lines), encoding="utf-8")
    (folder / "graph_500.synth").write_text(graph(500), encoding="utf-8")


if __name__ == "__main__":
    main()
