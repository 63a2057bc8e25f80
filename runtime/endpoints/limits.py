"""What a server takes at most, and requests bounded by it before they are sent."""

from __future__ import annotations

from dataclasses import dataclass, replace

from synthc.runtime.endpoints.base import EndpointError, Request

TEMPLATE = 8
"""Tokens that a chat template adds to each message, and none to a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The tokens that are read at most, those read and written together, and the stops; None is not told."""

    input: int | None = None
    total: int | None = None
    stops: int | None = None

    def most_input(self, request: Request) -> int | None:
        """Return how many tokens of text a request may have so that the whole answer has room."""
        added = _template(request)
        bounds = [request.max_input, _less(self.input, added), _less(self.total, added + (1 if _crowded(self, request) else request.max_output))]
        told = [bound for bound in bounds if bound is not None]
        return max(1, min(told)) if told else None

    def surely_fits(self, request: Request) -> bool:
        """Tell whether a request fits whatever its tokens are, for none is shorter than a byte."""
        size, most = len(request.text.encode()), self.most_input(request)
        return (most is None or size <= most) and (self.total is None or size + _template(request) + request.max_output <= self.total)

    def of_output(self, request: Request, tokens: int) -> Request:
        """Return a request whose answer has no more room than is left behind its tokens."""
        if self.total is None:
            return request
        return replace(request, max_output=max(1, min(request.max_output, self.total - tokens - _template(request))))

    def of_stops(self, request: Request) -> Request:
        """Return a request with as many stops as the server takes; the answer is cut at the others when it is there."""
        return request if self.stops is None or len(request.stop) <= self.stops else replace(request, stop=request.stop[: self.stops])

    def too_long(self, request: Request, tokens: int) -> EndpointError:
        """Return why a prompt of so many tokens is not sent."""
        if request.max_input is not None and request.max_input <= (self.most_input(request) or request.max_input):
            return EndpointError(f"the prompt has {tokens:,} tokens, more than `max_input = {request.max_input}`")
        most = self.most_input(request)
        return EndpointError(f"the prompt has {tokens:,} tokens, and the server takes {most:,} beside an answer of {request.max_output:,}; shorten it, or lower `max_output`")


def _template(request: Request) -> int:
    return TEMPLATE * len(request.messages or ())


def _less(bound: int | None, by: int) -> int | None:
    return None if bound is None else bound - by


def _crowded(limits: Limits, request: Request) -> bool:
    """Whether a prompt would have less than half of the room; then the answer gets what is left."""
    return limits.total is not None and request.max_output > limits.total // 2


def last_text(request: Request) -> str:
    """Return what is cut where a request is too long: the text to complete, or the last message."""
    return request.messages[-1].content if request.messages else request.prompt or ""


def without_end(request: Request, over: int) -> Request:
    """Return a request without so many bytes at the end of its last text."""
    kept = last_text(request).encode()[:-over].decode(errors="ignore")
    if request.messages is None:
        return replace(request, prompt=kept)
    return replace(request, messages=(*request.messages[:-1], replace(request.messages[-1], content=kept)))
