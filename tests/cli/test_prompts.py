"""`synthc test`, against a deterministic endpoint."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pytest

from synthc.runtime.endpoints.base import EndpointError, Identity, Reply, Request
from synthc.runtime.endpoints.fake import FakeEndpoint, chosen, written
from tests.cli.project import SPEC, Project

LISTING = """
prompt items(topic: text, count: int) -> list(text) {
  temperature = 0.5
  ask         = \"\"\"
    {{ count }} about {{ topic }}. {{ answer_format }}
    \"\"\"
}

test items {
  ("tea", 2)    -> (count(answer) == 2 and "green" in answer)
  ("coffee", 3) -> ["a", "b", "c"]
}
"""


TEA = """
prompt drink(of: text) -> text {
  temperature = 0.9
  ask         = \"\"\"
    {{ of }}
    \"\"\"
}

test drink {
  "leaf" -> "tea"
}
"""


def answering(monkeypatch: pytest.MonkeyPatch) -> FakeEndpoint:
    """Put a fake in the place of every endpoint."""
    fake = FakeEndpoint(reply=reply)
    monkeypatch.setattr("synthc.runtime.prompt_tests.open_endpoint", lambda *_: fake)
    return fake


def reply(request: Request) -> Reply | str:
    """Say yes to everything, know two teas, and fail at coffee."""
    if "coffee" in request.text:
        return written("")
    if "broken" in request.text:
        raise EndpointError("the server says no")
    return '["green", "black"]' if "tea" in request.text else chosen(yes=0.9, no=0.1)


def test_misses(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A miss is shown with what was asked, expected and answered; the exit code is 1."""
    answering(monkeypatch)
    said = project.run("test")

    assert said.code == 1
    assert said.out == (
        "spec.synth:24:3: typed\n"
        '  asked     "The treaty"\n'
        '  expected  "no"\n'
        '  answer    "yes"\n'
        "  so        another answer was expected\n"
        "\n"
        "1 of 2 passed\n"
    )


def test_repeated(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each case is asked once a round, with other seeds where it is sampled; a case that passes at times is shown."""
    project.write("spec.synth", SPEC + TEA)
    lucky = iter(["no tea", "tea", "tea"])
    fake = FakeEndpoint(reply=lambda request: next(lucky) if "leaf" in request.text else chosen(yes=0.9, no=0.1))
    monkeypatch.setattr("synthc.runtime.prompt_tests.open_endpoint", lambda *_: fake)
    said = project.run("test", "--repeat", "3")

    assert sum("leaf" in request.text for request in fake.asked) == 3
    assert len({request.seed for request in fake.asked if "leaf" in request.text}) == 3
    assert ': drink: missed in 1 of 3 rounds\n  asked     "leaf"\n  expected  "tea"\n  answer    "no tea"\n' in said.out
    assert 'spec.synth:24:3: typed: missed in 3 of 3 rounds\n  asked     "The treaty"\n  expected  "no"\n  answer    "yes" (3 times)\n' in said.out
    assert said.out.endswith("test   cases  passed  rate\ntyped      2  3 of 6   50%\ndrink      1  2 of 3   67%\n\n5 of 9 passed\n")
    table = [line.split() for line in said.out.splitlines()]
    start = table.index(["typed:", "expected", "no", "yes"])
    assert table[start + 1 : start + 3] == [["no", "3"], ["yes", "3"]]


class Careful(FakeEndpoint):
    """Another model."""

    async def identity(self) -> Identity:
        """Return another identity, so that the ledger tells the two apart."""
        return Identity(model="careful", revision="1", server="fake")


def test_against(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two endpoints are shown side by side, with the cases that differ and whether that may be chance."""
    careful = Careful(reply=lambda request: chosen(yes=0.1, no=0.9) if "treaty" in request.text else chosen(yes=0.9, no=0.1))
    hasty = FakeEndpoint(reply=reply)
    monkeypatch.setattr("synthc.runtime.prompt_tests.open_endpoint", lambda _, override, *__: careful if override == "tgi:http://localhost:9" else hasty)
    project.write("spec.synth", SPEC.replace("The treaty", "the treaty"))
    said = project.run("test", "--against", "embedded=tgi:http://localhost:9")

    assert "spec.synth:24:3: typed: passed 0 of 1, against 1\n" in said.out
    assert "passed 50.0%, against 100.0%: better in 0, worse in 1, exact sign test p = 1\n" in said.out
    assert said.code == 1


def test_asked_once(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the ledger has is not asked again."""
    fake = answering(monkeypatch)
    project.run("test")
    project.run("test")

    assert len(fake.asked) == 2


def test_expressions_and_lists(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """An expression over the answer is evaluated; an unreadable answer is asked again, then a miss."""
    project.write("spec.synth", SPEC + LISTING)
    fake = answering(monkeypatch)
    said = project.run("test", "--json")
    document = json.loads(said.out)

    rates = {"typed": {"cases": 2, "tries": 2, "passed": 1}, "items": {"cases": 2, "tries": 2, "passed": 1}}
    assert document["summary"] == {"passed": 2, "failed": 2, "prompts": rates}
    assert {test["round"] for test in document["tests"]} == {1}
    passed, missed = (test for test in document["tests"] if test["about"] == "items")
    assert (passed["passed"], passed["answer"], passed["slots"]) == (True, ["green", "black"], {"topic": "tea", "count": 2})
    assert (missed["passed"], missed["answer"], missed["reason"]) == (False, None, "the answer is empty")
    assert sum("coffee" in request.text for request in fake.asked) == 3


def test_failed_request(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that fails for good is a miss with its reason."""
    project.write("spec.synth", SPEC.replace("lol ok", "broken"))
    answering(monkeypatch)

    assert "so        the server says no\n" in project.run("test").out


def test_junit(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The XML has a suite for each prompt and a failure for each miss."""
    project.write("spec.synth", SPEC.replace("lol ok", "bell \\u{7}"))
    answering(monkeypatch)
    project.run("test", "--junit", "x.xml")
    root = ET.parse(project.folder / "x.xml").getroot()

    assert [suite.get("name") for suite in root] == ["typed"]
    assert [(suite.get("tests"), suite.get("failures")) for suite in root] == [("2", "1")]


def test_junit_of_rounds(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each round has a test case with a name of its own, which build servers tell apart by."""
    answering(monkeypatch)
    project.run("test", "--junit", "x.xml", "--repeat", "2")
    names = [case.get("name", "") for case in ET.parse(project.folder / "x.xml").getroot().iter("testcase")]

    assert len(set(names)) == len(names) == 4
    assert [name.rpartition(" (")[2] for name in names] == ["round 1)", "round 2)"] * 2


def test_imported_tests(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests of imported files run when asked for."""
    project.write("main.synth", 'synth 1\n\nimport "spec.synth" as spec\n')
    answering(monkeypatch)

    assert project.run("test").out == "no tests here; imported ones run with `--all`\n"
    assert project.run("test", "--all").out.endswith("1 of 2 passed\n")


def test_no_tests(project: Project) -> None:
    """A spec without tests passes."""
    project.write("spec.synth", "synth 1\n")
    said = project.run("test")

    assert (said.code, said.out) == (0, "no tests here\n")


@pytest.mark.parametrize("command", ["test", "run"])
@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("embedded", "say `NAME=tgi:http://HOST:PORT`, `NAME=openai:http://HOST:PORT` or `NAME=embedded`"),
        ("embedded=tgi", "say `NAME=tgi:http://HOST:PORT`, `NAME=openai:http://HOST:PORT` or `NAME=embedded`"),
        ("embedded=tgi:localhost", "say `NAME=tgi:http://HOST:PORT`, `NAME=openai:http://HOST:PORT` or `NAME=embedded`"),
        ("llm=embedded", "this graph has no endpoint `llm`; there are `embedded`"),
    ],
)
def test_bad_endpoint(project: Project, command: str, said: str, answer: str) -> None:
    """A malformed `--endpoint` is refused before anything is asked."""
    found = project.run(command, "--endpoint", said)

    assert (found.code, found.out) == (2, "")
    assert found.err == f"synthc: `--endpoint {said}`: {answer}\n"


def test_damaged_ledger(project: Project) -> None:
    """A ledger that cannot be read is named."""
    project.write(".synth/ledger.sqlite", "not a database, and long enough to be seen as none" * 20)
    said = project.run("test")

    assert said.code == 2
    assert "not a readable ledger" in said.err


EXPECTATIONS = """
prompt likely(topic: text) -> "yes" | "no" {
  ask = \"\"\"
    {{ topic }}
    \"\"\"
}

prompt readable(topic: text, since: date) -> int {
  ask = \"\"\"
    {{ topic }} {{ since }}
    \"\"\"
}

test likely {
  "a"      -> (answer.p("yes") >= 0.85)
  "b"      -> (answer.p("no") > 0.2)
  "broken" -> (not answer.ok)
}

test readable {
  ("coffee", date("2024-12-31")) -> (not answer.ok and answer.raw == "")
  ("coffee", date("2024-12-31")) -> (answer == 3)
}
"""


def test_expectations_speak_of_all_that_an_answer_has(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of probabilities and of what could not be read; a server that fails is never as expected."""
    project.write("spec.synth", SPEC + EXPECTATIONS)
    answering(monkeypatch)
    tests = json.loads(project.run("test", "--json").out)["tests"]
    verdicts = {name: [(test["passed"], test["reason"]) for test in tests if test["about"] == name] for name in ("likely", "readable")}

    assert verdicts["likely"] == [(True, None), (False, "what is expected of the answer does not hold"), (False, "the server says no")]
    assert verdicts["readable"] == [(True, None), (False, "the answer is empty")]
