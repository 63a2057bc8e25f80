"""Answers that are errors, in the words of TGI's router.

Refusal                422 validation, template_error, tool_error; 424 generation; 429 overloaded; 500 incomplete_generation
`-- Unreadable         400, 413, 415 and 422 of a body that is no such request: text/plain, before any rule is looked at
"""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """An error with its status and TGI's `error_type`."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        """Take all three."""
        super().__init__(message)
        self.status, self.kind, self.message = status, kind, message

    @property
    def document(self) -> dict[str, Any]:
        """The body, on the routes of TGI and of OpenAI alike."""
        return {"error": self.message, "error_type": self.kind}

    @property
    def event(self) -> dict[str, Any]:
        """What an OpenAI stream holds in its place: TGI says 422 there, whatever it was."""
        return {"error": {"message": self.message, "http_status_code": 422}}


class Unreadable(Refusal):
    """A body that is no such request; the answer is plain text."""

    def __init__(self, status: int, message: str) -> None:
        """Take the status and the sentence."""
        super().__init__(status, "", message)


def invalid(message: str) -> Refusal:
    """Return the refusal of a setting."""
    return Refusal(422, "validation", f"Input validation error: {message}")


def overloaded() -> Refusal:
    """Return the refusal of a request for which there is no permit."""
    return Refusal(429, "overloaded", "Model is overloaded")


def failed(message: str) -> Refusal:
    """Return the error of an answer that could not be written."""
    return Refusal(424, "generation", f"Request failed during generation: {message}")


def incomplete() -> Refusal:
    """Return the error of an answer that broke off."""
    return Refusal(500, "incomplete_generation", "Incomplete generation")
