"""Says in the author's words why an item doesn't parse.

`CLUES` is the table: each looks at where the parser gave up, and the first that recognises a mistake speaks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches

from synthc.dsl.diagnostic import Diagnostic, Edit, Fix, Label, Safety, error
from synthc.dsl.failure import Failure
from synthc.dsl.tokens import CLOSERS, RESERVED, Token

COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">=", "in"})

# The parser's names of what may follow, in the order they are mentioned; operators may nearly always follow.
EXPECTED = {
    "ARROW": "`->`",
    "COMMA": "`,`",
    "PIPE": "`|`",
    "END_ROUND": "`)`",
    "END_SQUARE": "`]`",
    "END_CURLY": "`}`",
    "ROUND": "`(`",
    "CURLY": "`{`",
    "AS": "`as`",
    "TO": "`to`",
    "COLON": "`:`",
}

# What texts are opened by elsewhere, by hand or by a word processor, and closed by.
_QUOTES = {"'": "'", "`": "`", "\u201c": "\u201d", "\u201d": "\u201d", "\u201e": "\u201c", "\u2018": "\u2019", "\u2019": "\u2019", "\u00ab": "\u00bb"}

_ITEM = re.compile(r"(?:(?:public|private)\s+)?[A-Za-z_]\w*\s+[A-Za-z_]\w*\s*[=:]|prompt\s+\w+\s*\(|(?:test|budget)\s+[\w.]+\s*\{|publish\s+[\w.]+\s+to\b|import\s+[A-Za-z\"]")

_INSTEAD = {
    "%": "a share attaches its sign, `20%`",
    "!": "write `not`",
    "&": "write `and`",
    ";": "settings are parted by commas or new lines",
}


def explain(failure: Failure) -> Diagnostic:
    """Return the one finding for an item that doesn't parse."""
    return next(finding for clue in CLUES if (finding := clue(failure)))


def _unclosed_text(failure: Failure) -> Diagnostic | None:
    if failure.found.kind != "open":
        return None
    start = failure.found.start
    quotes, where = ('"""', "on a line below") if failure.found.text == '"""' else ('"', "on its line")
    place = failure.source.span(start, start + len(quotes))
    return error("unclosed-text", "this text is never closed", place, help=f"close it with `{quotes}` {where}")


def _single_quotes(failure: Failure) -> Diagnostic | None:
    closing = _QUOTES.get(failure.found.text)
    if closing is None:
        return None
    source, start = failure.source, failure.found.start
    line_end = source.text.find("\n", start)
    end = source.text.find(closing, start + 1, failure.end if line_end < 0 else line_end) + 1
    inside = source.text[start + 1 : end - 1]
    fix = None
    if end and '"' not in inside and "\\" not in inside:
        fix = Fix(title="use double quotes", edits=(Edit(span=source.span(start, end), text=f'"{inside}"'),))
    help = 'write `"..."`'
    message = "texts stand in double quotes" if closing == "'" else "texts stand in straight double quotes"
    return error("single-quotes", message, source.span(start, end or start + 1), help=help, fix=fix)


def _foreign_character(failure: Failure) -> Diagnostic | None:
    if failure.found.kind != "other":
        return None
    said = failure.found.text
    if said[0].isalpha():
        begun = failure.last.kind == "word" and failure.last.end == failure.found.start
        name = failure.span(failure.last if begun else failure.found).to(failure.place)
        return error("bad-name", f"`{name.text}` is not a name", name, help="names are written with `a` to `z`, digits and `_`")
    shown = f"`{said}`" if said.isprintable() and not said.isspace() else f"U+{ord(said[0]):04X}"
    help = _INSTEAD.get(said)
    return error("unknown-character", f"the character {shown} means nothing here", failure.place, help=help)


def _unclosed_bracket(failure: Failure) -> Diagnostic | None:
    if failure.found.text or not failure.open:
        return None
    bracket = failure.open[-1]
    help = f"close it with `{CLOSERS[bracket.text]}`; a word in column 1 begins the next item"
    return error("unclosed-bracket", f"this `{bracket.text}` is never closed", failure.span(bracket), help=help)


def _stray_bracket(failure: Failure) -> Diagnostic | None:
    said = failure.found.text
    if said not in CLOSERS.values():
        return None
    if not failure.open:
        return error("stray-bracket", f"this `{said}` closes nothing", failure.place)
    bracket = failure.open[-1]
    if CLOSERS[bracket.text] == said:
        return None
    label = Label(span=failure.span(bracket), text="opened here")
    message = f"`{said}` stands where `{CLOSERS[bracket.text]}` should close `{bracket.text}`"
    return error("stray-bracket", message, failure.place, labels=(label,))


def _reserved_word(failure: Failure) -> Diagnostic | None:
    if failure.found.text not in RESERVED or "NAME" not in failure.accepts:
        return None
    if "EQUALS" in failure.accepts and failure.after.text not in {"=", ":", "("}:
        return error("syntax-error", f"expected `=` after `{failure.last.text}`, found `{failure.found.text}`", failure.place)
    help = "choose another name; reserved are " + ", ".join(f"`{word}`" for word in sorted(RESERVED))
    return error("reserved-word", f"`{failure.found.text}` is a reserved word", failure.place, help=help)


def _indexing(failure: Failure) -> Diagnostic | None:
    if failure.found.text != "[" or not failure.last.ends_value or failure.found.start != failure.last.end:
        return None
    return error("no-indexing", "there is no indexing", failure.place, help="take fields by name, `x.name`; `explode` makes a row of each part")


def _chain(failure: Failure) -> Diagnostic | None:
    if failure.found.text not in COMPARISONS or failure.takes_value:
        return None
    first = _comparison_before(failure)
    if first is None:
        return None
    label = Label(span=failure.span(first), text="compared here already")
    help = "write two comparisons, `a < b and b < c`"
    return error("chained-comparison", "comparisons can't be chained", failure.place, labels=(label,), help=help)


def _comparison_before(failure: Failure) -> Token | None:
    """Return the comparison whose right side the parser has just read."""
    depth = 0
    for token in reversed(failure.before):
        if token.kind not in {"mark", "word"}:
            continue
        depth += (token.text in CLOSERS.values()) - (token.text in CLOSERS)
        if depth < 0 or (depth == 0 and token.text in {"and", "or", "not", "else", "vs", ",", "=", "|", "->"}):
            return None
        if depth == 0 and token.text in COMPARISONS:
            return token
    return None


def _open_range(failure: Failure) -> Diagnostic | None:
    help = "write `>= 5` or `<= 5` in place of a range with one end"
    if failure.found.text == ".." and failure.takes_value:
        return error("open-range", "this range has no lower end", failure.place, help=help)
    if failure.last.text == ".." and failure.takes_value:
        return error("open-range", "this range has no upper end", failure.span(failure.last), help=help)
    return None


def _third_end(failure: Failure) -> Diagnostic | None:
    if failure.found.text != ".." or not failure.last.ends_value:
        return None
    return error("syntax-error", "a range has two ends", failure.place)


def _bare_fraction(failure: Failure) -> Diagnostic | None:
    if failure.last.text != "." or failure.found.kind != "number" or failure.found.start != failure.last.end:
        return None
    span = failure.span(failure.last).to(failure.place)
    number = failure.before[-2] if len(failure.before) > 1 and failure.before[-2].end == failure.last.start else None
    if number is not None:
        whole = failure.span(number).to(span)
        return error("bad-number", f"`{whole.text}` is not a number", whole, help="a number has one point at most; versions and dates are texts, in quotes")
    fix = Fix(title=f"write `0{span.text}`", edits=(Edit(span=span, text=f"0{span.text}"),))
    return error("bad-number", f"`{span.text}` is not a number", span, help=f"write `0{span.text}`", fix=fix)


def _foreign_operator(failure: Failure) -> Diagnostic | None:
    here = {("|", "|"): "or", ("*", "*"): None, ("/", "/"): None, ("=", "="): None}
    pair = (failure.last.text, failure.found.text)
    if pair not in here or failure.last.end != failure.found.start:
        return None
    span = failure.span(failure.last).to(failure.place)
    instead = here[pair]
    help = f"write `{instead}`" if instead else {"/": "comments begin with `#`"}.get(pair[0])
    return error("unknown-operator", f"there is no operator `{span.text}`", span, help=help)


def _slashes(failure: Failure) -> Diagnostic | None:
    """Recognise a comment of another language, at the beginning of a line."""
    if (failure.found.text, failure.after.text) != ("/", "/") or failure.found.end != failure.after.start:
        return None
    span = failure.place.to(failure.span(failure.after))
    return error("unknown-operator", "there is no operator `//`", span, help="comments begin with `#`")


def _other_equals(failure: Failure) -> Diagnostic | None:
    """Recognise `name == value` and `name: value` where a setting gets its value."""
    doubled = failure.found.text == "==" and "EQUALS" in failure.accepts
    colon = failure.last.text == ":" and failure.found.kind in {"number", "template"} and "NAME" in failure.accepts and bool(failure.open)
    typed = failure.last.kind == "text" and len(failure.before) > 1 and failure.before[-2].text == ":" and "EQUALS" in failure.accepts and bool(failure.open)
    if not doubled and not colon and not typed:
        return None
    said, place = ("==", failure.place) if doubled else (":", failure.span(failure.before[-2] if typed else failure.last))
    does = "compares" if doubled else "says the type of a column"
    fix = Fix(title="write `=`", edits=(Edit(span=place, text="=" if doubled else " ="),))
    return error("syntax-error", f"`{said}` {does}, and a setting gets its value by `=`", place, help="write `=`", fix=fix)


def _from_import(failure: Failure) -> Diagnostic | None:
    """Recognise `from a.b import c`."""
    words = [token for token in failure.tokens if token.kind == "word"]
    if failure.before or failure.found.text != "from" or "import" not in [word.text for word in words]:
        return None
    said = ".".join(word.text for word in words if word.text not in {"from", "import"})
    return error("syntax-error", "a module is imported as a whole", failure.place.to(failure.span(words[-1])), help=f"write `import {said}`, and say its name before what it has")


def _filter_in_hole(failure: Failure) -> Diagnostic | None:
    """Recognise `{{ text | upper }}`."""
    if failure.whole != "hole" or failure.found.text != "|":
        return None
    called = f"`{failure.after.text}({failure.source.text[failure.start : failure.found.start].strip()})`" if failure.after.kind == "word" else "`upper(text)`"
    return error("syntax-error", "a hole holds an expression, and an expression has no `|`", failure.place, help=f"call a function, such as {called}")


def _single_equals(failure: Failure) -> Diagnostic | None:
    if failure.found.text != "=" or not failure.last.ends_value or "COMPARE" not in failure.accepts:
        return None
    fix = Fix(title="write `==`", edits=(Edit(span=failure.place, text="=="),), safety=Safety.UNSAFE)
    return error("single-equals", "`=` gives a value, it doesn't compare", failure.place, help="write `==`", fix=fix)


def _misplaced_record(failure: Failure) -> Diagnostic | None:
    if failure.found.text != "{" or not failure.takes_value:
        return None
    return error("misplaced-record", "a record can't stand here", failure.place, help="write `record(name = value)`")


def _setting_of_test(failure: Failure) -> Diagnostic | None:
    """Recognise `test chatty { repeat = 3 }`."""
    if failure.found.text != "=" or len(failure.open) != 1 or failure.before[0].text != "test" or failure.last.kind != "word":
        return None
    help = "ask the cases several times with `synthc test --repeat N`" if failure.last.text == "repeat" else "a case is written `INPUT -> EXPECTED`"
    return error("syntax-error", f"a test holds cases alone, and `{failure.last.text}` is written as a setting", failure.span(failure.last), help=help)


def _missing_equals(failure: Failure) -> Diagnostic | None:
    """Recognise `split { tune = 10% }`, which begins like `examples { ... }`."""
    if failure.found.text != "=" or "ARROW" not in failure.accepts or not failure.open:
        return None
    bracket = failure.open[-1]
    name = failure.before[failure.before.index(bracket) - 1]
    here = failure.source.span(name.end, name.end)
    fix = Fix(title="put `=` between them", edits=(Edit(span=here, text=" ="),))
    message = f"expected `=` between `{name.text}` and its record"
    return error("syntax-error", message, failure.span(bracket), help=f"write `{name.text} = {{ ... }}`", fix=fix)


def _bare_answer(failure: Failure) -> Diagnostic | None:
    if failure.last.text != "->" or "SQUARE" not in failure.accepts or failure.found.kind != "word":
        return None
    help = "put an expression over `answer` in parentheses"
    return error("syntax-error", f"expected a literal or `(...)` after `->`, found `{failure.found.text}`", failure.place, help=help)


def _misspelled_edition(failure: Failure) -> Diagnostic | None:
    word = failure.last
    if len(failure.before) != 1 or failure.found.kind != "number" or not get_close_matches(word.text, ["synth"]):
        return None
    fix = Fix(title="write `synth`", edits=(Edit(span=failure.span(word), text="synth"),))
    message = f"`{word.text} {failure.found.text}` doesn't say which edition of the language the file is in"
    return error("missing-edition", message, failure.span(word), help="did you mean `synth`?", fix=fix)


def _missing_alias(failure: Failure) -> Diagnostic | None:
    if not failure.before or failure.before[0].text != "import" or failure.found.text or failure.accepts != {"AS"}:
        return None
    stem = re.sub(r"\W|^(?=[0-9])", "_", failure.last.text.strip('"').rpartition("/")[2].removesuffix(".synth").lower()) or "other"
    fix = Fix(title=f"name it `{stem}`", edits=(Edit(span=failure.source.span(failure.last.end, failure.last.end), text=f" as {stem}"),))
    return error("missing-alias", "an imported file needs a name", failure.place, help=f"write `import {failure.last.text} as {stem}`", fix=fix if stem.isascii() and stem not in RESERVED else None)


def _indented_item(failure: Failure) -> Diagnostic | None:
    """Recognise an item that is indented as if it belonged to the one above."""
    between = failure.source.text[failure.last.end : failure.found.start]
    line = between.rpartition("\n")
    # A `let` or an `ask` may as well be a step that lacks its pipe.
    if not failure.before or failure.found.kind != "word" or failure.whole != "item":
        return None
    if failure.found.text in {"let", "ask"} and failure.before[0].text not in {"synth", "import", "let", "param"}:
        return None
    if failure.open or failure.takes_value or not line[1] or line[2].strip() or not _ITEM.match(failure.source.text, failure.found.start, failure.end):
        return None
    alike = re.compile(f"^{line[2]}(?={_ITEM.pattern})", re.MULTILINE).finditer(failure.source.text, failure.found.start - len(line[2]), failure.end)
    fix = Fix(title="remove the white space", edits=tuple(Edit(span=failure.source.span(*margin.span()), text="") for margin in alike))
    return error("indented-item", "an item begins in column 1", failure.place, help="remove the white space before it", fix=fix)


def _expected(failure: Failure) -> Diagnostic:
    """Say what was expected: the clue that is left when no other knows better."""
    found = failure.found.text
    said = f"`{found}`" if failure.found.kind in {"word", "mark", "number"} else "a text"
    wanted = _wanted(failure)
    after = f" after `{failure.last.text}`" if failure.last.kind in {"word", "mark", "number"} else ""
    if not found:
        message = f"expected {wanted}{after}, and the {failure.whole} ends" if wanted else f"unexpected end{after}"
    else:
        message = f"expected {wanted}{after}, found {said}" if wanted else f"unexpected {said}{after}"
    labels = tuple(Label(span=failure.span(bracket), text="inside this") for bracket in failure.open[-1:])
    return error("syntax-error", message, failure.place, labels=labels, help=_layout_help(failure))


def _layout_help(failure: Failure) -> str | None:
    """Say what columns and pipes mean, where one may be missing."""
    if failure.found.text == "=" and len(failure.before) == 1:
        return "an item begins with a kind and a name; indent what belongs to the item above"
    if failure.last.text == "|" and not failure.found.text:
        return "write a step behind the `|`, or remove it"
    between = failure.source.text[failure.last.end : failure.found.start]
    if "PIPE" in failure.accepts and failure.found.kind == "word" and "\n" in between:
        return "a step begins with `|`, an item in column 1"
    return None


def _wanted(failure: Failure) -> str:
    """Return what may stand there, shortest first, or nothing where that would be a long list."""
    accepts = failure.accepts
    if failure.takes_value:
        return "a value"
    always = {"AS", "TO"} if "ON" in accepts else set()
    always |= {"ROUND"} if "COMMA" in accepts else set()
    words = [shown for name, shown in EXPECTED.items() if name in accepts - always]
    if "EQUALS" in accepts and "COMMA" not in accepts:
        return "`=`"
    if "SHARE" in accepts:
        return "a share"
    if "NAME" in accepts:
        words.append("a name")
    if accepts == {"NUMBER"}:
        words.append("a number")
    if "STRING" in accepts:
        words.append("a text")
    if len(words) > 4:
        return ""
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


CLUES: tuple[Callable[[Failure], Diagnostic | None], ...] = (
    _unclosed_text,
    _single_quotes,
    _foreign_character,
    _unclosed_bracket,
    _stray_bracket,
    _indexing,
    _chain,
    _open_range,
    _third_end,
    _bare_fraction,
    _foreign_operator,
    _slashes,
    _from_import,
    _filter_in_hole,
    _other_equals,
    _single_equals,
    _misplaced_record,
    _setting_of_test,
    _missing_equals,
    _bare_answer,
    _misspelled_edition,
    _missing_alias,
    _reserved_word,
    _indented_item,
    _expected,
)
