"""Why an answer cannot be used."""

from __future__ import annotations


class Unreadable(Exception):
    """An answer that is not of its type; the message goes on where "the answer is" ends."""

    @property
    def reason(self) -> str:
        """What stands beside a row that is set aside."""
        return f"the answer is {self}"


class Refused(Unreadable):
    """An answer in which a model says that it will not answer."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("a refusal")

    @property
    def reason(self) -> str:
        """One word, the same for all refusals, so that they are counted together."""
        return "refused"


def shown(text: str) -> str:
    r"""Return the beginning of a text as reasons quote it.

    >>> shown("a few\nwords")
    '`a few words`'
    """
    line = " ".join(text.split())
    return f"`{line if len(line) <= 40 else line[:37] + '...'}`"
