"""Verdicts of prompt tests as JUnit XML, which build servers read."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from synthc.compiler.graph.written import literal

if TYPE_CHECKING:
    from synthc.runtime.prompt_tests import Verdict

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(rounds: Sequence[Sequence[Verdict]]) -> str:
    """Return one test suite a prompt and one test case a case, of several rounds one for each."""
    verdicts = [(verdict, f" (round {place})" if len(rounds) > 1 else "") for tries in zip(*rounds, strict=True) for place, verdict in enumerate(tries, 1)]
    root = ET.Element("testsuites", name="synthc")
    for about, group in groupby(verdicts, key=lambda pair: pair[0].about):
        cases = list(group)
        failed = sum(not verdict.passed for verdict, _ in cases)
        suite = ET.SubElement(root, "testsuite", name=about, tests=str(len(cases)), failures=str(failed))
        for verdict, round_ in cases:
            asked = ", ".join(literal(value) for value in verdict.slots.values())
            case = ET.SubElement(suite, "testcase", classname=about, name=_clean(asked) + round_, file=verdict.place)
            if verdict.reason is not None:
                failure = ET.SubElement(case, "failure", message=_clean(verdict.reason))
                failure.text = _clean(verdict.raw or "")
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _clean(text: str) -> str:
    return NOT_XML.sub("\ufffd", text)
