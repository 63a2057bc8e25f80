"""What servers and chat templates leave around an answer: thoughts, tokens that end a turn, tags."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from synthc.runtime.answers.unreadable import Unreadable

_THOUGHTS = r"(?:think|thinking|thoughts?|reasoning|reflection|scratchpad)"
_OPENED = re.compile(rf"\A(?:<{_THOUGHTS}>|\[THINK\]|<\|channel\|>(?:analysis|commentary))", re.IGNORECASE)
_CLOSED = re.compile(rf"</{_THOUGHTS}>|\[/THINK\]|<\|channel\|>final<\|message\|>", re.IGNORECASE)
_HEADER = re.compile(r"\A\s*(?:<s>|\[/INST\]|<bos>)?\s*(?:(?:<\|im_start\|>|<\|start_header_id\|>|<start_of_turn>|<\|start\|>)\s*(?:assistant|model)\s*(?:<\|end_header_id\|>)?|<\|assistant\|>)?")
_ENDED = re.compile(
    r"<\|(?:im_end|im_start|eot_id|eom_id|endoftext|end_of_text|end|return|user|start_header_id)\|>|</s>|<(?:end|start)_of_turn>|<eos>|\[/?INST\]"
    r"|<\uff5cend\u2581of\u2581sentence\uff5c>|^#{2,3} ?(?:Instruction|Input|Human|User)s?\b:?",
    re.MULTILINE,
)
_TAGGED = re.compile(r"<(?P<tag>answer|final_answer|output|response|result|reply|message|json|text)>(?P<inside>.*?)(?:</(?P=tag)>|\Z)", re.DOTALL | re.IGNORECASE)
_UNSEEN = re.compile("[\ufeff\u200b\u2060\u200e\u200f]")
_ENTITY = re.compile(r"&(?:amp|quot|apos|lt|gt|nbsp|#39|#34|#x27|rsquo|lsquo|ldquo|rdquo|hellip);")


def unwrapped(text: str, *, cut: bool) -> str:
    r"""Return what was said aloud, up to where the turn ends.

    >>> unwrapped("<think>Hm.</think>\nhello<|im_end|>", cut=False)
    'hello'

    Raises:
        Unreadable: nothing was said.
    """
    said = _ENDED.split(_HEADER.sub("", _aloud(_UNSEEN.sub("", text).lstrip(), cut=cut)), maxsplit=1)[0].strip()
    tagged = list(_TAGGED.finditer(said))
    if len(tagged) == 1 and (tagged[0].start() == 0 or tagged[0].end() == len(said)):
        said = tagged[0]["inside"].strip()
    if cut and said and text.endswith("\n"):
        said += "\n"  # so that the last line is known to be finished
    if not said:
        raise Unreadable("empty, for it was cut off before it began; raise `max_output`" if cut else "empty")
    return said


def _aloud(text: str, *, cut: bool) -> str:
    """Return what follows the thoughts; a chat template may have opened them in the prompt."""
    closed = list(_CLOSED.finditer(text))
    if closed:
        return text[closed[-1].end() :]
    if _OPENED.match(text):
        raise Unreadable("cut off while the model was thinking; raise `max_output`" if cut else "nothing but the model's thoughts")
    return text


def spellings(text: str) -> Iterator[str]:
    """Yield a text as it is, without entities of HTML, and without the back slashes of a text inside JSON."""
    yield text
    if (spelt := plain(text)) != text:
        yield spelt
    if '\\"' in text:
        yield text.replace('\\"', '"')


def plain(text: str) -> str:
    """Return a text without the entities of HTML that its writer meant as characters.

    >>> plain("rock &amp; roll")
    'rock & roll'
    """
    return _ENTITY.sub(lambda found: html.unescape(found[0]).replace("\u00a0", " "), text) if "&" in text else text
