"""Another package adds an endpoint by two entry points."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from synthc.compiler.catalog.server import ENDPOINTS
from synthc.compiler.compile import check
from synthc.runtime.endpoints.base import Request
from synthc.runtime.endpoints.open import open_endpoint
from synthc.runtime.errors import InputError
from synthc.runtime.run import Options, run
from tests.compiled import graph_of
from tests.runtime.spec import TEXTS, write_jsonl

PACKAGE = '''
from pydantic import Field

from synthc.compiler.catalog.asked import Address, Secret, Asked
from synthc.compiler.catalog.server import EndpointEntry
from synthc.compiler.catalog.values import Settings, Words
from synthc.runtime.endpoints.base import Identity, Reply


class Server(Settings):
    """What stands in its brackets."""

    url: Address = Field(description="Where it stands.")


class Parrot(Asked):
    """How it is asked."""

    greeting: Words = Field("hi", description="What it says first.")
    token: Secret = Field(None, description="What it wants to see.")


class Parroting:
    remote = True

    def __init__(self, name, settings, token):
        self.name, self.settings, self.token = name, settings, token

    async def identity(self):
        return Identity(model="parrot", revision="1", server="parrot")

    async def answer(self, request):
        text = f"{self.settings['greeting']} {request.text} from {self.settings['url']} by {self.token}"
        return Reply(text=text, finish="stop", logprob=-1.0, choices=None, tokens_in=1, tokens_out=1)

    async def close(self):
        pass


ENDPOINT = EndpointEntry(settings=Parrot, brackets=Server, takes="the address of the parrot")
'''
ENTRIES = "[synthc.endpoints]\nparrot = parrots:ENDPOINT\n\n[synthc.servers]\nparrot = parrots:Parroting\n"
ASKED = 'prompt say(text: text) -> text { ask = """{{ text }}""" }\ntransform said = web\n  | ask answer = say(text)\n  | select answer\n'
SPEC = f'synth 1\n{TEXTS}endpoint polly = parrot(env("PARROT", "http://here")) {{ greeting = "ahoy", token = secret("CRACKER"), concurrency = 2 }}\n{ASKED}'


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Install a package, as far as Python can tell."""
    folder = tmp_path / "site"
    about = folder / "parrots-1.0.dist-info"
    about.mkdir(parents=True)
    (folder / "parrots.py").write_text(PACKAGE)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: parrots\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(ENTRIES)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("CRACKER", "a-cracker")
    ENDPOINTS.forget()
    yield about
    ENDPOINTS.forget()


def test_it_answers_the_rows_of_a_run(tmp_path: Path) -> None:
    """Its address and its token are read when the spec is run, and stand in no file of the run."""
    write_jsonl(tmp_path / "web.jsonl", [{"text": "hello"}])
    graph = graph_of(tmp_path / "spec.synth", SPEC)

    done = run(graph, Options(project=tmp_path))

    assert done.problem is None
    assert [node["status"] for node in done.document["nodes"] if node["name"] == "said"] == ["done"]
    assert graph.by_name["polly"].settings["url"] == {"env": "PARROT", "default": "http://here"}
    assert "a-cracker" not in "".join(path.read_text(errors="replace") for path in done.folder.rglob("*.json*"))


def test_it_is_given_its_address_and_its_token(tmp_path: Path) -> None:
    """As they are when it is opened."""
    endpoint = open_endpoint(graph_of(tmp_path / "spec.synth", SPEC).by_name["polly"], None)
    request = Request(messages=None, prompt="hello", answer={"kind": "text"}, max_input=None, max_output=9, temperature=0.0, top_p=None, stop=(), seed=None)

    assert asyncio.run(endpoint.answer(request)).text == "ahoy hello from http://here by a-cracker"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("endpoint polly = parrot()\n", "`parrot` takes the address of the parrot"),
        ('endpoint polly = parrot("here")\n', "an address begins with http:// or https://"),
        ('endpoint polly = parrot("http://here") { greting = "a" }\n', "there is no setting `greting` here"),
        ('endpoint polly = parrot("http://here") { token = "a-cracker" }\n', "a token never stands in a spec"),
        ('endpoint polly = parot("http://here")\n', "there is no endpoint `parot(...)`"),
    ],
)
def test_what_is_wrong_with_it_is_a_finding(tmp_path: Path, text: str, message: str) -> None:
    """Its brackets, its settings and its name are judged as those of every endpoint."""
    (tmp_path / "spec.synth").write_text(f"synth 1\n{text}")

    assert message in [found.message for found in check(tmp_path / "spec.synth", tmp_path)]


def test_what_people_were_pretended_to_teach_does_not_reach_it(tmp_path: Path) -> None:
    """Of an endpoint that does not come with synthc nobody knows whether it answers on this machine."""
    (tmp_path / "spec.synth").write_text(SPEC + SIMULATED)

    assert [found.rule for found in check(tmp_path / "spec.synth", tmp_path) if found.severity == "error"] == ["simulated-flow"]


SIMULATED = """
vocab keys = word_vocab(web) { size = 10 }
model tiny = lstm(keys) { embedding = 4, hidden = 4 }
pretrain warm = tiny on web { words = 1k }
private source users = files("users.jsonl") { user = .user, simulate = 1M, draw = 20 }
federate tuned = warm over users { rounds = 2, cohort = 1k, local = sgd(0.5), dp = gaussian(clip = 0.3, noise = 1.0) }
budget users { epsilon = 8, delta = 1e-8 }
transform again = web
  | where logprob(tuned, text) > -3
  | ask answer = say(text)
"""


def test_a_graph_says_where_its_package_is_missing(tmp_path: Path, package: Path) -> None:
    """A graph travels; what asks its endpoint may not have."""
    graph = graph_of(tmp_path / "spec.synth", SPEC)
    (package / "entry_points.txt").write_text("")

    with pytest.raises(InputError, match="no package here carries out `parrot`; install the one that it came from"):
        open_endpoint(graph.by_name["polly"], None)
