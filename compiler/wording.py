"""How findings say a thing: with its article, and in the number of its name."""

from __future__ import annotations


def a(word: str) -> str:
    """Return a word behind its article.

    >>> a("evaluate"), a("source")
    ('an evaluate', 'a source')
    """
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def wanted(what: str) -> str:
    """Return that something should stand here.

    >>> wanted("rows or a model"), wanted("a vocabulary")
    ('rows or a model are wanted here', 'a vocabulary is wanted here')
    """
    return f"{what} {'are' if what.startswith('rows') else 'is'} wanted here"
