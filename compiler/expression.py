"""Types an expression and turns it into its JSON form, in one walk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from synthc.compiler import constant
from synthc.compiler.catalog.functions import ALSO_CALLED, FUNCTIONS, PATTERNS, Gives
from synthc.compiler.meant import as_the_other, comparable, function_meant
from synthc.compiler.pattern import wrong_pattern
from synthc.compiler.privacy import join
from synthc.compiler.refusal import no_score, no_value
from synthc.compiler.scope import FOREIGN, Scope
from synthc.compiler.suggest import guess, spelling
from synthc.compiler.typed import MISTAKE, Typed, content, joined, like, made
from synthc.compiler.types import (
    BOOL,
    DATE,
    FLOAT,
    INT,
    SHARE,
    TEXT,
    UNKNOWN,
    Type,
    accepts,
    common,
    list_of,
    of_arithmetic,
    one_share,
    range_of,
    spoken,
)
from synthc.compiler.wording import a, wanted
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Label, error
from synthc.dsl.source import Span

ANSWER_FIELDS = {"raw": TEXT, "ok": BOOL, "logprob": FLOAT}


@dataclass(slots=True, kw_only=True)
class Expressions:
    """Checks expressions of one place: a step, a hole of a prompt, an expected answer.

    `kept` names answers of an `ask` with `on_fail = keep` that may be read only behind `where a.ok`; in a `step`
    models may score rows, whose label the step takes on.
    """

    scope: Scope
    columns: Mapping[str, Type] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()
    what: str = "a column or a declaration"
    step: bool = False

    def check(self, written: syntax.Expression, wanted: Type | None = None) -> Typed:
        """Return the typed expression; a mistake is reported once and has type `unknown`."""
        typed = self._walk(written)
        if wanted is not None and is_option(written, wanted):
            return Typed(type=wanted, json=typed.json)
        if wanted is not None and not accepts(wanted, typed.type):
            self.scope.report(error("wrong-type", f"{spoken(wanted)} is wanted here, and this is {spoken(typed.type)}", written.span))
            return MISTAKE
        return content(typed) if wanted is not None else typed

    def _walk(self, written: syntax.Expression) -> Typed:
        handler: Callable[[Expressions, Any], Typed] | None = WALK.get(type(written))
        if handler is None:
            self._wrong("this cannot stand in an expression", written.span)
            return MISTAKE
        return handler(self, written)

    def _wrong(self, message: str, span: Span, **more: Any) -> Typed:
        self.scope.report(error("wrong-type", message, span, **more))
        return MISTAKE

    def _literal(self, written: Any) -> Typed:
        types = {bool: BOOL, int: INT, float: FLOAT, str: TEXT}
        if isinstance(written, syntax.Share):
            return Typed(type=SHARE, json={"value": written.value})
        return Typed(type=types[type(written.value)], json={"value": written.value})

    def _nothing(self, written: syntax.Nothing) -> Typed:
        return self._wrong("nothing is ever `none`: a row that misses a value is set aside", written.span)

    def _template(self, written: syntax.Template) -> Typed:
        parts = [
            Typed(type=TEXT, json={"value": part}) if isinstance(part, str) else self.check(part.value)
            for part in written.parts
        ]
        if not parts:
            return Typed(type=TEXT, json={"value": ""})
        found = parts[0] if len(parts) > 1 or parts[0].type == TEXT else made("concat", TEXT, Typed(type=TEXT, json={"value": ""}), parts[0])
        for part in parts[1:]:
            found = made("concat", TEXT, found, content(part))
        return found

    def _name(self, written: syntax.Name) -> Typed:
        declared = self.scope.names.get(written.name)
        if written.name in self.columns:
            if declared is not None and not isinstance(declared, syntax.Prompt) and declared.kind.name in {"param", "let"}:
                return self._hidden(written, declared)
            if written.name in self.kept:
                self._kept(written)
            return Typed(type=self.columns[written.name], json={"column": written.name})
        if declared is not None:
            return self._declared(written, self.scope, declared)
        if self.scope.lost(written) or self.scope.imported(written.name) or written.name in FOREIGN:
            self.scope.unknown(written, self.what)
            return MISTAKE
        help_, fix = guess(written.name, {*self.columns, *self.scope.names, *self.scope.aliases}, written.span)
        if help_ is None and self.columns:
            help_ = "the columns here are " + ", ".join(f"`{name}`" for name in self.columns)
        self.scope.report(error("unknown-name", f"{wanted(self.what)}, and nothing is called `{written.name}`", written.span, help=help_, fix=fix))
        return MISTAKE

    def _hidden(self, written: syntax.Name, declared: syntax.Declaration) -> Typed:
        self.scope.report(
            error(
                "hidden-declaration",
                f"`{written.name}` is both a column and a declaration, so this could mean either",
                written.span,
                labels=(Label(span=declared.name.span, text="the declaration"),),
                help="rename one of them",
            )
        )
        return MISTAKE

    def _kept(self, written: syntax.Name) -> None:
        """Report an answer that may have failed, once for all steps that read it."""
        message = f"`{written.name}` may have failed, for its `ask` says `on_fail = keep`"
        if not any(one.message == message for one in self.scope.program.diagnostics):
            self.scope.report(error("unchecked-answer", message, written.span, help=f"read it behind `where {written.name}.ok`"))

    def _declared(self, written: syntax.Expression, scope: Scope, declared: Any) -> Typed:
        thing = scope.program.thing(scope, declared)
        if thing is None:
            return MISTAKE
        if thing.thing != "constant":
            self.scope.report(no_value(thing, written.span, "an expression"))
            return MISTAKE
        assert thing.type is not None
        return Typed(type=thing.type, json=constant.expression(thing.value), flow=thing.flow)

    def _field(self, written: syntax.Field) -> Typed:
        found = self.scope.find(written) if isinstance(written.of, syntax.Name) and written.of.name not in self.columns else None
        if found is not None:
            return self._declared(written, *found)
        if isinstance(written.of, syntax.Name) and self.scope.imported(written.of.name):
            self.scope.unknown(written, "a value")
            return MISTAKE
        if isinstance(written.of, syntax.Name) and written.of.name in self.kept and written.name.name in {"ok", "raw"}:
            return Typed(type=ANSWER_FIELDS[written.name.name], json={"field": written.name.name, "of": {"column": written.of.name}})
        of = self._walk(written.of)
        if of.type == UNKNOWN:
            return MISTAKE
        if of.type.kind == "answer" and written.name.name in ANSWER_FIELDS:
            return like(of, ANSWER_FIELDS[written.name.name], {"field": written.name.name, "of": of.json})
        inner = content(of)
        type_ = inner.type.field(written.name.name)
        if type_ is None:
            names = [name for name, _ in inner.type.fields] + (list(ANSWER_FIELDS) if of.type.kind == "answer" else [])
            help_, fix = guess(written.name.name, names, written.name.span)
            self.scope.report(error("unknown-field", f"{spoken(of.type)} has no field `{written.name.name}`", written.name.span, help=help_, fix=fix))
            return MISTAKE
        return like(inner, type_, {"field": written.name.name, "of": inner.json})

    def _list(self, written: syntax.ListOf) -> Typed:
        items = [content(self._walk(item)) for item in written.items]
        of: Type | None = UNKNOWN
        for item, spelled in zip(items, written.items, strict=True):
            wider = common(of or UNKNOWN, item.type)
            if wider is None:
                return self._wrong(f"the items of a list have one type, and after {spoken(of or UNKNOWN)} this is {spoken(item.type)}", spelled.span)
            of = wider
        return joined(list_of(of or UNKNOWN), {"list": [item.json for item in items]}, *items)

    def _range(self, written: syntax.Range) -> Typed:
        low, high = self._walk(written.low), self._walk(written.high)
        if low.type == high.type == DATE:
            return joined(range_of(DATE), {"range": [low.json, high.json]}, low, high)
        low, high = self.check(written.low, FLOAT), self.check(written.high, FLOAT)
        ends = [end.json["value"] for end in (low, high) if end.json is not None and "value" in end.json]
        if len(ends) == 2 and ends[0] > ends[1]:
            self.scope.report(error("wrong-value", "this range is empty: its low end stands above its high end", written.span, help=f"write `{written.high.span.text}..{written.low.span.text}`"))
            return MISTAKE
        return joined(range_of(common(low.type, high.type) or FLOAT), {"range": [low.json, high.json]}, low, high)

    def _unary(self, written: syntax.Unary) -> Typed:
        wanted, op = (BOOL, "not") if written.operator == "not" else (FLOAT, "neg")
        operand = self.check(written.operand, wanted)
        return joined(operand.type, {"op": op, "args": [operand.json]}, operand)

    def _binary(self, written: syntax.Binary) -> Typed:
        operator = written.operator
        if operator in {"and", "or"}:
            return made(operator, BOOL, self.check(written.left, BOOL), self.check(written.right, BOOL))
        if operator in {"in", "not in"}:
            return self._membership(written)
        left, right = content(self._walk(written.left)), content(self._walk(written.right))
        if UNKNOWN in {left.type, right.type}:
            return MISTAKE
        if operator == "+" and common(left.type, right.type) in {TEXT, *([left.type] if left.type.kind == "choice" else [])}:
            return made("concat", TEXT, left, right)
        if operator in {"+", "-", "*", "/"}:
            return self._arithmetic(written, left, right)
        if operator in {"==", "!=", "<", "<=", ">", ">="} and one_share(left.type, right.type):
            return self._wrong("a share is no number, so the two cannot be compared", written.span, help=as_the_other(written))
        if operator in {"==", "!="}:
            return self._equality(written, left, right)
        if operator in {"<", "<=", ">", ">="}:
            if not (left.type.numeric and right.type.numeric) and left.type != right.type:
                return self._wrong(f"{spoken(left.type)} and {spoken(right.type)} cannot be compared", written.span, help=comparable(left, right))
            return made(operator, BOOL, left, right)
        if operator == "else":
            return self._wrong("`else` gives a default to a column of a source; here every value is there", written.span)
        return self._wrong(f"`{operator}` cannot stand in an expression", written.span)

    def _arithmetic(self, written: syntax.Binary, left: Typed, right: Typed) -> Typed:
        for side, spelled in ((left, written.left), (right, written.right)):
            if not side.type.numeric:
                return self._wrong(f"`{written.operator}` wants numbers, and this is {spoken(side.type)}", spelled.span)
        if written.operator == "/" and right.json.get("value") == 0:
            self.scope.report(error("wrong-value", "this divides by zero", written.span))
            return MISTAKE
        type_ = of_arithmetic(written.operator, left.type, right.type)
        if type_ is None:
            return self._wrong(f"a share is no number, so `{written.operator}` does not apply to the two", written.span, help=as_the_other(written))
        return made(written.operator, type_, left, right)

    def _equality(self, written: syntax.Binary, left: Typed, right: Typed) -> Typed:
        for choice, other in ((left, written.right), (right, written.left)):
            if choice.type.kind == "choice" and isinstance(other, syntax.Text) and other.value not in choice.type.options:
                help_, _ = spelling(other.value, choice.type.options, other.span)
                self.scope.report(error("impossible-comparison", f"the answer is {choice.type}, never \"{other.value}\"", other.span, help=help_))
                return MISTAKE
        if common(left.type, right.type) is None and not (left.type.numeric and right.type.numeric):
            return self._wrong(f"{spoken(left.type)} and {spoken(right.type)} are never equal", written.span, help=comparable(left, right))
        return made(written.operator, BOOL, left, right)

    def _membership(self, written: syntax.Binary) -> Typed:
        left, right = content(self._walk(written.left)), content(self._walk(written.right))
        of = right.type.of if right.type.kind in {"list", "range"} else right.type if right.type.kind == "text" else None
        if UNKNOWN in {left.type, right.type}:
            return MISTAKE
        if of is not None and one_share(of, left.type):
            return self._wrong("a share is no number, so it is in no list or range of them", written.span)
        if of is None or (common(of, left.type) is None and not (of.numeric and left.type.numeric)):
            return self._wrong(f"`in` wants a list, a range or a text of {spoken(left.type)} on its right, and this is {spoken(right.type)}", written.right.span)
        found = made("in_text" if right.type.kind == "text" else "in", BOOL, left, right)
        return found if written.operator == "in" else joined(BOOL, {"op": "not", "args": [found.json]}, found)

    def _call(self, written: syntax.Call) -> Typed:
        if isinstance(written.function, syntax.Field):
            return self._method(written, written.function)
        name = written.function.name
        if name == "logprob":
            return self._logprob(written)
        if name == "record":
            return self._record(written)
        function = FUNCTIONS.get(name)
        if function is None:
            help_, fix = function_meant(name, written.function.span)
            self.scope.report(error("unknown-function", f"there is no function `{name}`", written.function.span, help=help_, fix=fix))
            return MISTAKE
        if not self.scope.unnamed(written):
            return MISTAKE
        slots = function.slots * max(1, len(written.arguments)) if function.variadic else function.slots
        if len(written.arguments) != len(slots):
            return self._wrong(f"`{name}` takes {len(slots)} argument{'s' * (len(slots) != 1)}, and this gives it {len(written.arguments)}", written.span, help=function.help)
        arguments = [self.check(argument.value, slot) for argument, slot in zip(written.arguments, slots, strict=True)]
        if name in PATTERNS and not self._pattern(name, arguments[PATTERNS[name]], written.arguments[PATTERNS[name]].value):
            return MISTAKE
        result = RESULTS[function.gives](arguments, function.result)
        return joined(result, {"call": name, "args": [a.json for a in arguments]}, *arguments)

    def _pattern(self, name: str, typed: Typed, written: syntax.Expression) -> bool:
        """Check a regular expression that is known; of columns only `matches` takes one, which is tried at run."""
        if name == "extract" and typed.json is not None and "value" not in typed.json:
            self.scope.report(error("wrong-pattern", "`extract` takes a regular expression that is known when the spec is compiled", written.span, help="write it in quotes, or as a constant"))
            return False
        problem = wrong_pattern(typed.json["value"]) if typed.json is not None and "value" in typed.json else None
        if problem is not None:
            self.scope.report(error("wrong-pattern", f"this is no regular expression: {problem}", written.span, help='a sign that stands for itself has two backslashes before it, as in `"\\\\."`'))
        return problem is None

    def _method(self, written: syntax.Call, function: syntax.Field) -> Typed:
        of = self._walk(function.of)
        if of.type == UNKNOWN:
            return MISTAKE
        if function.name.name != "p" or of.type.content.kind != "choice" or of.type.kind != "answer":
            said = ALSO_CALLED.get(function.name.name, function.name.name)
            given = ", ".join([function.of.span.text, *(argument.span.text for argument in written.arguments)])
            mend = f"write `{said}({given})`" if said in FUNCTIONS else "an answer of a choice has `.p(\"option\")`"
            return self._wrong(f"{spoken(of.type)} has no `{function.name.name}(...)`", function.name.span, help=mend)
        if len(written.arguments) != 1 or not isinstance(written.arguments[0].value, syntax.Text):
            return self._wrong("`.p` takes one option, as a text in quotes", written.span)
        option = written.arguments[0].value
        if option.value not in of.type.content.options:
            help_, _ = spelling(option.value, of.type.content.options, option.span)
            self.scope.report(error("impossible-comparison", f"the answer is {of.type.content}, never \"{option.value}\"", option.span, help=help_))
            return MISTAKE
        return like(of, FLOAT, {"method": "p", "of": of.json, "args": [{"value": option.value}]})

    def _logprob(self, written: syntax.Call) -> Typed:
        if not self.scope.unnamed(written):
            return MISTAKE
        if len(written.arguments) != 2:
            return self._wrong("`logprob` takes a model and a text", written.span)
        found = self.scope.must_find(written.arguments[0].value, "a pre-trained or tuned model")
        text = self.check(written.arguments[1].value, TEXT)
        thing = found and found[0].program.thing(*found)
        if thing is None:
            return MISTAKE
        if thing.thing != "trained":
            return self._wrong(f"`logprob` wants a pre-trained or tuned model, and `{thing.name}` is {a(thing.kind)}", written.arguments[0].span)
        flow = thing.flow.through(written.span, f"`{thing.name}` scores {'rows' if self.step else 'a text'} here")
        if not self.step:
            self.scope.report(no_score(flow, written.span, constant=self.what == "a constant"))
            return MISTAKE
        return Typed(
            type=FLOAT,
            json={"call": "logprob", "args": [{"node": thing.name}, text.json]},
            flow=join(flow, text.flow),
            inputs=(thing.name, *text.inputs),
        )

    def _record(self, written: syntax.Call | syntax.Record) -> Typed:
        fields: dict[str, Typed] = {}
        given = written.fields if isinstance(written, syntax.Record) else written.arguments
        if not self.scope.all_once([(one.name.name, one.span) for one in given if one.name], "the field"):
            return MISTAKE
        for argument in given:
            if argument.name is None:
                return self._wrong("a field of a record has a name: `record(name = value)`", argument.span)
            fields[argument.name.name] = content(self._walk(argument.value))
        type_ = Type(kind="record", fields=tuple((name, typed.type) for name, typed in fields.items()))
        return joined(type_, {"record": {name: typed.json for name, typed in fields.items()}}, *fields.values())


def is_option(written: syntax.Expression, wanted: Type) -> bool:
    """Tell whether a text in quotes is an option of the choice that is wanted."""
    return wanted.kind == "choice" and isinstance(written, syntax.Text) and written.value in wanted.options


def _widest(arguments: list[Typed], _: Type) -> Type:
    return INT if all(argument.type == INT for argument in arguments) else FLOAT


RESULTS: Mapping[Gives, Callable[[list[Typed], Type], Type]] = {
    Gives.RESULT: lambda _, result: result,
    Gives.FIRST: lambda arguments, _: arguments[0].type,
    Gives.ITEM: lambda arguments, _: arguments[0].type.of or UNKNOWN,
    Gives.WIDEST: _widest,
}
WALK: Mapping[type, Callable[[Expressions, Any], Typed]] = {
    syntax.Text: Expressions._literal,
    syntax.Number: Expressions._literal,
    syntax.Share: Expressions._literal,
    syntax.Boolean: Expressions._literal,
    syntax.Template: Expressions._template,
    syntax.Name: Expressions._name,
    syntax.Field: Expressions._field,
    syntax.ListOf: Expressions._list,
    syntax.Range: Expressions._range,
    syntax.Record: Expressions._record,
    syntax.Unary: Expressions._unary,
    syntax.Binary: Expressions._binary,
    syntax.Call: Expressions._call,
    syntax.Nothing: Expressions._nothing,
}
