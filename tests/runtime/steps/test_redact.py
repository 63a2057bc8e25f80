"""What `redact` finds, and what it leaves alone."""

from __future__ import annotations

import time

import pytest

from synthc.runtime.steps.redact import FINDS, redacted

FOUND = {
    "write to jo.smith+list@mail.example.co.uk now": "write to [email] now",
    "mail:jo@example.org.": "mail:[email].",
    "see https://example.org/a?b=c#d, ok": "see [url], ok",
    "(www.example.org/x)": "([url])",
    "call +44 20 7946 0958": "call [phone]",
    "call (020) 7946 0958!": "call [phone]!",
    "ring 555-0123 or 07700 900123": "ring [phone] or [phone]",
    "tel. 030/1234567": "tel. [phone]",
    "card 4111 1111 1111 1111 exp 12/27": "card [card] exp 12/27",
    "4111-1111-1111-1111": "[card]",
    "IBAN DE89 3704 0044 0532 0130 00.": "IBAN [iban].",
    "GB82WEST12345698765432": "[iban]",
    "at 192.168.0.1 and 2001:db8::1": "at [ip] and [ip]",
    "hi @some_body and @x": "hi [handle] and @x",
    "code 12345, room 204": "code [digits], room 204",
}
LEFT = [
    "on 2024-12-31 and 31.12.2024, from 1939-1945",
    "at 10:30, 3.14159 times, 12 x 345",
    "it costs 1,299.00 or 15 000",
    "version 1.2.3.4567, ratio 16:9",
    "me@home",
    "12:34:56",
    "",
]


@pytest.mark.parametrize("text", FOUND)
def test_what_points_at_a_person_is_marked(text: str) -> None:
    """By its kind; what stands around it stays."""
    assert redacted(text, list(FINDS), None) == FOUND[text]


@pytest.mark.parametrize("text", LEFT)
def test_dates_prices_and_times_stay(text: str) -> None:
    """And whatever else merely has digits or signs in it."""
    assert redacted(text, ["email", "phone", "url", "ip", "card", "iban", "handle"], None) == text


def test_redacted_text_has_nothing_left_to_redact() -> None:
    """Doing it twice changes nothing."""
    for text in FOUND:
        once = redacted(text, list(FINDS), None)
        assert redacted(once, list(FINDS), None) == once


@pytest.mark.parametrize("piece", ["a", "1", "a.", "1 -", ":", "f:", "www.", "@", "+1", "A1"])
def test_long_runs_of_anything_take_no_time(piece: str) -> None:
    """Web text has lines of a hundred thousand letters in it."""
    started = time.process_time()
    redacted(piece * (100_000 // len(piece)), list(FINDS), None)

    assert time.process_time() - started < 5
