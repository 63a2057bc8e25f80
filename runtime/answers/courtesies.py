"""What assistants say before and after an answer: `Sure, here is ...:` and `Let me know if ...`."""

from __future__ import annotations

import re

_YES = r"(?:sure(?: thing)?|certainly|of course|absolutely|okay|ok|great|got it|no problem|understood|alright)"
_HERE = r"(?:here(?:'s|\u2019s| is| are| you go| goes)|below (?:is|are)|(?:the )?following (?:is|are)|this is (?:a|the|my))"
_ABROAD = (
    r"(?:voici|bien s\u00fbr|d'accord|hier (?:ist|sind)|nat\u00fcrlich|gerne?|klar|aqu\u00ed (?:tienes?|est\u00e1n?|hay)|claro|por supuesto|aqui est(?:\u00e1|\u00e3o)|ecco|certo"
    r"|hier is|zeker|oto|jasne|\u0432\u043e\u0442|\u043a\u043e\u043d\u0435\u0447\u043d\u043e|\u597d\u7684|\u5f53\u7136|\u4ee5\u4e0b|\u306f\u3044\u3001|\u4ee5\u4e0b)"
)
_FIRST_LINE = re.compile(rf"\A[*_#\s\u00a1]*(?:(?:{_YES}|{_HERE})\b|{_ABROAD})[^\n]*[:\uff1a][*_\s]*\n+", re.IGNORECASE)
_KINDLY = re.compile(rf"\A{_YES}[!.]+ *\n\s*\n", re.IGNORECASE)
_SAME_LINE = re.compile(rf"\A(?:{_YES}[!,.]+ +)(?:i can (?:do|help with) that[!.]+ +)?{_HERE}\b[^:\n]{{0,90}}:[* ]+", re.IGNORECASE)
_HERE_IS = re.compile(
    r"\Ahere(?:'s|\u2019s| is| are) (?:the|a|an|your|my|one|some)(?: [\w-]+){0,4} (?:messages?|texts?|rewrite|rewording|version|reply|response|answer|chat|conversation|sentence|paraphrase|summary|translation)\b[^:\n]{0,60}:[* ]+",
    re.IGNORECASE,
)
_LABEL = re.compile(r"\A\W{0,3}(?:(?:the |my )?(?:final )?answer|response|output|assistant|(?:rewritten|revised|new|final) (?:text|message|version|sentence))\W{0,2}:\W{0,3}\s+", re.IGNORECASE)
_ALONE = re.compile(rf"\A(?:(?:{_YES}|{_HERE})\b|{_ABROAD})[^\n]*(?:[:\uff1a]|here (?:is|are)[^\n]*\.)[*\s]*\Z", re.IGNORECASE)
_BREAK = re.compile(r"\n\s*\n|(?<=```)\n")
_AFTER = re.compile(
    r"\A\W{0,3}(?:let me know (?:if|how|when) (?:you|there|this|that|i)\b.*(?:like|need|want|help|question|adjust|chang|else|works for you)"
    r"|(?:i )?hope (?:this|that|these|it) (?:helps?|works?|meets?|fits?|is what)|(?:please )?feel free to (?:ask|let|modify|adjust|change|use|reach|tweak)"
    r"|(?:is there|was there) anything else|would you like (?:me to|another|more|to (?:see|continue))|do you (?:want|need) me to"
    r"|if you(?:'d| would|\u2019d)? (?:like|need|want|have)\b.*(?:let me know|feel free|just ask|i can|ask)|enjoy!?\W*\Z"
    r"|\(?note(?: that)?:? (?:i|this|these|the|that|all|in)\b|(?:explanation|rationale|reasoning|justification)\b\W*:|(?:in )?this (?:rewrite|version|message|chat|conversation|response|text) (?:is|keeps|uses|captures|was|has|maintains|sounds)"
    r"|i(?:'ve|\u2019ve| have)? (?:kept|tried|made|rewritten|used|aimed)\b.*(?:tone|style|natural|casual|informal|original|length|short|message|realistic)"
    r"|these (?:messages|are|texts)\b)",
    re.IGNORECASE | re.DOTALL,
)


def without_preamble(text: str) -> str:
    r"""Return a text without what an assistant says first.

    >>> without_preamble("Sure! Here is one:\n\nhello")
    'hello'
    """
    for said in (_KINDLY, _FIRST_LINE, _SAME_LINE, _HERE_IS, _LABEL):
        text = said.sub("", text, count=1).lstrip()
    return text


def without_afterword(text: str) -> str:
    r"""Return a text without the last paragraphs that an assistant adds.

    >>> without_afterword("hello\n\nLet me know if you'd like another one!")
    'hello'
    """
    kept = text.rstrip()
    while (breaks := list(_BREAK.finditer(kept))) and is_afterword(kept[breaks[-1].end() :]):
        kept = kept[: breaks[-1].start()]
    return kept


def is_afterword(line: str) -> bool:
    """Tell whether a line is what an assistant adds behind an answer."""
    return _AFTER.match(line) is not None


def is_preamble(line: str) -> bool:
    """Tell whether a line does nothing but announce an answer."""
    return _ALONE.match(line) is not None
