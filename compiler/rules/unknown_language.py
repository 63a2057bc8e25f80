"""A comparison with something that is no code of a language.

`language(text)` gives the two letters of ISO 639-1, such as `en`, so a comparison with anything else holds for
no row.

```synth wrong
synth 1

public source web = files("web.jsonl") {
  text       = .text
  kind       = .kind
  safe: bool = .safe
  score: int = .score
  license    = "CC0-1.0"
}

filter english = web
  | where language(text) == "english"
```

```synth right
synth 1

public source web = files("web.jsonl") {
  text       = .text
  kind       = .kind
  safe: bool = .safe
  score: int = .score
  license    = "CC0-1.0"
}

filter english = web
  | where language(text) == "en"
```
"""

from __future__ import annotations

from collections.abc import Iterator

from synthc.compiler.rules.conditions import Conditions, calls
from synthc.compiler.rules.edits import rewritten
from synthc.compiler.rules.rule import Rule
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Diagnostic, Safety, warning

CODES = frozenset(
    ["af", "am", "an", "ar", "as", "az", "be", "bg", "bn", "br", "bs", "ca", "cs", "cy", "da", "de", "dz", "el", "en", "eo", "es", "et", "eu", "fa", "fi", "fo", "fr", "ga", "gl", "gu", "he", "hi", "hr", "ht", "hu", "hy", "id", "is", "it", "ja", "jv", "ka", "kk", "km", "kn", "ko", "ku", "ky", "la", "lb", "lo", "lt", "lv", "mg", "mk", "ml", "mn", "mr", "ms", "mt", "nb", "ne", "nl", "nn", "no", "oc", "or", "pa", "pl", "ps", "pt", "qu", "ro", "ru", "rw", "se", "si", "sk", "sl", "sq", "sr", "sv", "sw", "ta", "te", "th", "tl", "tr", "ug", "uk", "ur", "vi", "vo", "wa", "xh", "zh", "zu"]
)
"""The languages that are told apart."""
NAMES = {
    "arabic": "ar", "chinese": "zh", "czech": "cs", "danish": "da", "dutch": "nl", "english": "en", "finnish": "fi", "french": "fr",
    "german": "de", "greek": "el", "hebrew": "he", "hindi": "hi", "italian": "it", "japanese": "ja", "korean": "ko", "norwegian": "no",
    "polish": "pl", "portuguese": "pt", "russian": "ru", "spanish": "es", "swedish": "sv", "turkish": "tr", "ukrainian": "uk",
    "ara": "ar", "deu": "de", "eng": "en", "fra": "fr", "ger": "de", "hin": "hi", "ita": "it", "jpn": "ja", "kor": "ko", "nld": "nl",
    "por": "pt", "rus": "ru", "spa": "es", "swe": "sv", "zho": "zh",
}  # fmt: skip


def check(conditions: Conditions) -> Iterator[Diagnostic]:
    """Find texts that `language` never gives."""
    for binary in conditions.of(syntax.Binary):
        if binary.operator not in {"==", "!=", "in", "not in"} or not calls(binary.left, "language"):
            continue
        for written in binary.right.items if isinstance(binary.right, syntax.ListOf) else (binary.right,):
            if isinstance(written, syntax.Text) and written.value not in CODES:
                yield _unknown(written)


def _unknown(written: syntax.Text) -> Diagnostic:
    said = written.value.strip().lower().replace("_", "-").partition("-")[0]
    meant = said if said in CODES else NAMES.get(said)
    fix = rewritten(written.span, f'"{meant}"', safety=Safety.UNSAFE) if meant else None
    message = f"`language` never gives `{written.span.text}`, for it is no code of ISO 639-1"
    return warning(RULE.name, message, written.span, help=f'write `"{meant}"`' if meant else 'write the two letters of a language, such as `"en"`', fix=fix)


RULE = Rule(name="unknown-language", of=(syntax.Declaration, syntax.Test), words=("language",), conditions=check)
