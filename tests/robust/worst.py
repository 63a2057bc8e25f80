"""The worst texts that were thought of: long, deep, repeated, each of about as many characters as it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

HEAD = "synth 1\n"
WEB = 'public source web = files("web.jsonl")\n'
PROMPT = 'prompt p(text: text) -> "yes" | "no" { ask = """{{ text }}""" }\n'


def filled(piece: str, size: int) -> str:
    """Return a piece over and over."""
    return (piece * (size // len(piece) + 1))[:size]


def counted(piece: str, size: int) -> str:
    """Return a piece over and over, with `#` in it counted."""
    return "".join(piece.replace("#", str(number)) for number in range(size // (len(piece) + 2)))


TUNED = """synth 1
public source web = files("w.jsonl")
private source users = files("u.jsonl") { user = .u, topic = .topic, text = .text, population = 10M }
vocab keys = word_vocab(web) { size = 10k }
model m = lstm(keys)
pretrain a = m on web { words = 20M }
budget users { epsilon = 8, delta = 1e-9 }
"""

MARKS = ("(", "[", "{", '"', '"""', "{{", "#", "|", ")", "\\", '\\"', ".", "-", "\n", "\r", "\t", "\0", "\ufeff", "\u2028", "\u0301", "9", "=", ",", "->", " and", " not", "'", "\n  |", "}}", "a")
RAW: Mapping[str, Callable[[int], str]] = {f"raw {mark!r}": lambda size, mark=mark: filled(mark, size) for mark in MARKS}  # type: ignore[misc]
VALUE: Mapping[str, Callable[[int], str]] = {f"value {mark!r}": lambda size, mark=mark: HEAD + "let a = " + filled(mark, size) for mark in MARKS}  # type: ignore[misc]
PLAIN = tuple(mark for mark in MARKS if '"' not in mark)
HOLES: Mapping[str, Callable[[int], str]] = {
    f"template {mark!r}": lambda size, mark=mark: HEAD + 'let a = """\n  ' + filled(mark, size) + '\n  """\n'  # type: ignore[misc]
    for mark in PLAIN
}

ROWS = HEAD + 'public source web = files("x")\nfilter rows = web\n'
PIECES = ("[", "[a", "(a", "a|", "a?", "(a*)*", "a{9}{9}", "[^a]", "\\\\p{", "(?:", "(?i)", "9")

WRITTEN: Mapping[str, Callable[[int], str]] = {
    "short lines": lambda size: filled("a b\n", size),
    "a long name": lambda size: HEAD + "let " + "a" * size + " = 1",
    "a long unknown name": lambda size: HEAD + "let a = " + "a" * size,
    "a long kind": lambda size: HEAD + "a" * size + " b = 1",
    "many items": lambda size: HEAD + counted("let a# = #\n", size),
    "a chain, first to last": lambda size: HEAD + "".join(f"let a{i} = a{i + 1}\n" for i in range(size // 18)),
    "a chain of rows": lambda size: HEAD + "".join(f"filter a{i} = a{i + 1} | where true\n" for i in range(size // 32)),
    "unknown names in a list": lambda size: HEAD + "let a = [" + counted("q#, ", size) + "1]",
    "unknown settings": lambda size: HEAD + 'public source s = files("x") {\n' + counted("  licens# = 1\n", size) + "}",
    "unknown kinds": lambda size: HEAD + counted("filtr# a# = b\n", size),
    "the same name again and again": lambda size: HEAD + filled("let a = 1\n", size),
    "parts of a mix": lambda size: HEAD + "mix m = " + " + ".join(["1% p"] * (size // 7)),
    "a long list": lambda size: HEAD + "let a = [" + filled("1, ", size) + "1]",
    "a long sum": lambda size: HEAD + "let a = 1" + filled(" + 1", size - size % 4),
    "fields of fields": lambda size: HEAD + "let a = b" + filled(".c", size - size % 2),
    "digits": lambda size: HEAD + "let a = " + "9" * size + "\nlet b = 0." + "9" * size + "\nlet c = 1e" + "9" * size,
    "digits in a text": lambda size: HEAD + 'let a = "' + "9" * size + '"',
    "numbers that grow": lambda _: HEAD + "let a0 = " + "9" * 290 + "\n" + "".join(f"let a{i} = a{i - 1} * a{i - 1}\n" for i in range(1, 60)),
    "texts that grow": lambda _: HEAD + 'let a0 = "xx"\n' + "".join(f"let a{i} = a{i - 1} + a{i - 1}\n" for i in range(1, 60)),
    "templates that grow": lambda _: HEAD + 'let a0 = "x"\n' + "".join(f'let a{i} = """{{{{ a{i - 1} }}}}{{{{ a{i - 1} }}}}"""\n' for i in range(1, 60)),
    "lists that grow": lambda _: HEAD + "let a0 = [1]\n" + "".join(f"let a{i} = [a{i - 1}, a{i - 1}]\n" for i in range(1, 60)),
    "records that grow": lambda _: HEAD + "let a0 = record(x = 1)\n" + "".join(f"let a{i} = record(x = a{i - 1}, y = a{i - 1})\n" for i in range(1, 60)),
    "holes": lambda size: HEAD + 'prompt p(text: text) -> text { ask = """' + filled("{{ text }} ", size - size % 11) + '""" }',
    "wrong holes": lambda size: HEAD + 'prompt p(text: text) -> text { ask = """' + filled("{{ txt }} ", size - size % 10) + '""" }',
    "open holes": lambda size: HEAD + 'prompt p(text: text) -> text { ask = """' + filled("{{ { ", size - size % 5) + '""" }',
    "holes with comments": lambda size: HEAD + 'prompt p(text: text) -> text { ask = """' + filled("{{ # }} ", size - size % 8) + '""" }',
    "holes with quotes": lambda size: HEAD + 'prompt p(text: text) -> text { ask = """' + filled('{{ " }} ', size - size % 8) + '""" }',
    "options": lambda size: HEAD + "prompt p(text: text) -> " + " | ".join(f'"o{i}"' for i in range(size // 10)) + ' { ask = """{{ text }}""" }',
    "imports that are not there": lambda size: HEAD + counted('import "x#.synth" as p#\n', size),
    "broken items": lambda size: HEAD + counted("let a# =\n", size),
    "escapes": lambda size: HEAD + 'let a = "' + filled("\\n", size - size % 2) + '"',
    "comparisons": lambda size: HEAD + "let a = " + filled("1 < ", size - size % 4) + "1",
    "wide characters": lambda size: HEAD + 'let a = "' + "\u6f22" * size + '" b',
    "tabs before a mistake": lambda size: HEAD + "let a = " + "\t" * size + "b",
    "patterns of files": lambda size: HEAD + 'public source a = files("' + filled("*a", size) + '")\nprivate source b = files("' + "a" * size + '") { user = .u }',
    "directives": lambda size: filled("# synth: foo\n", size) + HEAD,
    "columns": lambda size: HEAD + 'public source s = files("x") {\n' + counted("  c# = .c#\n", size) + "}",
    "steps that add a column": lambda size: ROWS + counted("  | let v# = #\n", size),
    "steps that read the last one": lambda size: ROWS + "  | let v0 = 1\n" + "".join(f"  | let v{i} = v{i - 1} + 1\n" for i in range(1, size // 25)),
    "steps that ask": lambda size: HEAD + 'prompt p(t: text) -> text { ask = """{{ t }}""" }\n' + ROWS.removeprefix(HEAD) + counted("  | ask v# = p(text)\n", size),
    "steps that choose": lambda size: ROWS + counted("  | where words(text) > #\n", size),
    "the same step again and again": lambda size: ROWS + filled("  | where words(text) > 5\n", size - size % 25),
    "silenced items": lambda size: HEAD + counted("# synth: ignore[useless-decoding]\nlet a# = #\n", size),
    "silenced lines": lambda size: HEAD + counted("let a# = # # synth: ignore[useless-decoding]\n", size),
    "imports that nobody uses": lambda size: HEAD + counted("import std.phone as p#\n", size),
    **{f"a regular expression of {piece!r}": lambda size, piece=piece: f'{ROWS}  | where matches(text, "{filled(piece, size - size % len(piece))}")\n' for piece in PIECES},  # type: ignore[misc]
    "federations with noise": lambda size: TUNED + counted("federate f# = a over users { rounds = 1#, cohort = 1000, local = sgd(0.5), dp = gaussian(clip = 0.3, noise = 1.#) }\n", size),
    "federations that ask for an epsilon": lambda size: TUNED + counted("federate f# = a over users { rounds = 1#, cohort = 1000, local = sgd(0.5), dp = gaussian(clip = 0.3, epsilon = 0.1#) }\n", size),
    "federations by trees": lambda size: TUNED + counted("federate f# = a over users { rounds = 1#, cohort = 1000, local = sgd(0.5), dp = tree(clip = 0.3, noise = 1.#, separation = 9, delta = 1e-15) }\n", size),
    "federations by matrices": lambda size: TUNED + counted("federate f# = a over users { rounds = 1#, cohort = 1000, local = sgd(0.5), dp = blt(clip = 0.3, noise = 1.#, separation = 9, delta = 1e-15) }\n", size),
    "measures": lambda size: TUNED + counted('measure m# = histogram(topic) over users { domain = ["a"], dp = gaussian(clip = 1.0, noise = 1.#, delta = 1e-15) }\n', size),
    "endpoints that are all the default": lambda size: HEAD + counted('endpoint e# = tgi("http://localhost:#") { default = true }\n', size),
    "long texts with words in column 1": lambda size: HEAD + counted('let a# = """\nb\n"""\n', size),
    "indented items": lambda size: HEAD + "let a = 1\n" + counted("  let a# = 1\n", size),
    "a regular expression that backtracks": lambda size: HEAD + 'let a = matches("' + "a" * size + '", "(a+)+$b")',
}

WORST: Mapping[str, Callable[[int], str]] = {**RAW, **VALUE, **HOLES, **WRITTEN}
