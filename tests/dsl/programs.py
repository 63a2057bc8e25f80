"""Random programs in random white space."""

from __future__ import annotations

from hypothesis import strategies as st

NAMES = st.sampled_from(["a", "text", "near", "test", "prompt", "budget", "synth", "publish", "kind_2", "list", "android"])
SPACES = st.sampled_from([" "] * 6 + ["  ", "\n  ", "\n\n\n    ", "\t", "\r\n ", " # why\n ", "\n # own\n "])
LITERALS = st.sampled_from(['"x"', '"a \\"b\\" # {"', "3", "0.5", "20k", "2.5M", "1e-10", "20%", "60s", "5min", "true", "none", ".a", ".a.b"])
TEMPLATES = st.sampled_from(['"""one {{ a }} line"""', '"""\n     first\n\n       {{ f(a,\n     b = "}}") }} x  \n     """', '"""\n  """'])
BREAK = "\n   "

Tokens = list[str]
NOTHING: st.SearchStrategy[Tokens] = st.just([])


def joined(*parts: st.SearchStrategy[Tokens] | str) -> st.SearchStrategy[Tokens]:
    """Return a strategy of token lists, one part after the other."""
    all_parts = [st.just([part]) if isinstance(part, str) else part for part in parts]
    return st.tuples(*all_parts).map(lambda lists: [token for tokens in lists for token in tokens])


def one(words: st.SearchStrategy[str]) -> st.SearchStrategy[Tokens]:
    """Return a strategy of lists of one token."""
    return words.map(lambda word: [word])


def listed(part: st.SearchStrategy[Tokens], least: int = 0) -> st.SearchStrategy[Tokens]:
    """Return a strategy of parts with commas between them and perhaps behind."""
    ends = st.sampled_from([[], [","]])
    many = st.lists(part, min_size=least, max_size=3)
    return st.tuples(many, ends).map(lambda drawn: [*_between(drawn[0], [","]), *(drawn[1] if drawn[0] else [])])


def apart(part: st.SearchStrategy[Tokens]) -> st.SearchStrategy[Tokens]:
    """Return a strategy of entries of a block, parted by commas or new lines."""
    ends = st.sampled_from([[","], [BREAK], [",", BREAK]])
    return st.lists(st.tuples(part, ends), max_size=3).map(lambda drawn: [token for entry, end in drawn for token in (*entry, *end)])


def _between(parts: list[Tokens], mark: Tokens) -> Tokens:
    out: Tokens = []
    for part in parts:
        out += [*mark, *part] if out else part
    return out


name = one(NAMES)
atom = one(st.one_of(LITERALS, TEMPLATES)) | name


def _larger(inner: st.SearchStrategy[Tokens]) -> st.SearchStrategy[Tokens]:
    operators = one(st.sampled_from(["+", "-", "*", "/", "and", "or", "else"]))
    argument = joined(name, "=", inner) | inner
    grouped = joined("(", inner, ")")
    return st.one_of(
        joined(inner, operators, inner),
        joined("(", grouped, one(st.sampled_from(["==", "<=", "in", "vs", ".."])), grouped, ")"),
        joined("(", grouped, "not", "in", grouped, ")"),
        joined("(", "not", inner, ")"),
        joined("-", grouped),
        joined(name, "(", listed(argument), ")"),
        joined(grouped, ".", name, "(", listed(argument), ")"),
        joined("[", listed(inner), "]"),
        grouped,
    )


expression = st.recursive(atom, _larger, max_leaves=5)
record = st.recursive(joined("{", "}"), lambda inner: joined("{", apart(joined(name, "=", inner | expression)), "}"), max_leaves=2)
types = st.recursive(
    name | one(st.just('"yes"')) | joined('"yes"', "|", '"no"'),
    lambda inner: joined("list", "(", inner, ")") | joined("{", apart(joined(name, ":", inner)), "}"),
    max_leaves=3,
)
literal = one(st.sampled_from(['"x"', "3", "true"])) | joined("-", "3")
case = joined(literal | joined("(", listed(expression, 1), ")"), "->", literal | joined("(", expression, ")"))
value = expression | record | joined("by", "(", listed(expression), ")")
setting = joined(name, "=", value) | joined(name, ":", types, "=", expression)
settings = joined("{", apart(setting | joined("examples", "{", apart(case), "}")), "}")
clause = joined(one(st.sampled_from(["on", "over", "as", "by", "using", "from", "to"])), expression)
maybe_settings = NOTHING | settings
step = joined("|", name, listed(joined(name, "=", expression) | expression), NOTHING | clause, maybe_settings)
steps = st.lists(step, max_size=3).map(lambda drawn: [token for each in drawn for token in each])
weighted = joined("60%", name, "+", "40%", name, "(", listed(expression), ")")

kind = one(st.sampled_from(["filter", "mix", "source", "let"]))
declaration = joined(st.sampled_from([[], ["public"]]), kind, name, "=", expression | weighted, NOTHING | clause, maybe_settings, steps)
prompt = joined("prompt", name, "(", listed(joined(name, ":", types)), ")", "->", types, maybe_settings)
other = st.one_of(
    joined("test", name, ".", name, "{", apart(case), "}"),
    joined("budget", name, settings),
    joined("publish", name, "to", expression),
    joined("import", name, ".", name),
    joined("import", '"x.synth"', "as", name),
    joined("param", name, ":", types),
)


@st.composite
def programs(draw: st.DrawFn) -> str:
    """Return a program that parses, spaced at random."""
    items = draw(st.lists(st.one_of(declaration, declaration, prompt, other), min_size=1, max_size=4))
    text = "synth 1\n"
    for tokens in items:
        text += draw(st.sampled_from(["", "\n", "\n\n\n", "# doc\n# of it\n", "# loose\n\n", "  # inner\n"]))
        spaced = [token if token == BREAK else token + draw(SPACES) for token in tokens]
        text += "".join(spaced).rstrip(" \t") + "\n"
    return text
