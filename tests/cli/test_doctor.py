"""`synthc doctor`."""

from __future__ import annotations

import socket
import threading

import pytest

from synthc.cli import doctor, serve
from tests.cli.project import Project


def test_looks(project: Project) -> None:
    """Each thing is one line."""
    said = project.run("doctor")

    assert "ok       Python 3" in said.out
    assert "can be written" in said.out


def test_silent_endpoint(project: Project) -> None:
    """A server that does not answer is missing, with its mend."""
    project.write("spec.synth", 'synth 1\n\nendpoint llm = tgi("http://127.0.0.1:9")\n\nprompt a(t: text) -> text { ask = """{{ t }}""" }\n\ntest a { "x" -> "y" }\n')
    said = project.run("doctor")

    assert said.code == 1
    assert "missing  endpoint `llm` at http://127.0.0.1:9 is not answering (nobody listens); start the server, or point elsewhere with `--endpoint llm=tgi:URL`\n" in said.out
    assert "Traceback" not in said.err


def test_several_specs(project: Project) -> None:
    """Which one is meant nobody knows, so it is said that none was looked at, and how one is."""
    for name in ("a", "b"):
        project.write(f"{name}.synth", f'synth 1\n\nendpoint {name}s = tgi("http://127.0.0.1:9")\n\nprompt p(t: text) -> text {{ ask = """{{{{ t }}}}""" }}\n\ntest p {{ "x" -> "y" }}\n')

    assert "ok       no endpoint was looked at: there are several specs here (a.synth, b.synth, spec.synth); say which one\n" in project.run("doctor").out
    assert "missing  endpoint `bs` at http://127.0.0.1:9 is not answering" in project.run("doctor", "b.synth").out


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{"router": "synthc"}', "ok       `synthc serve` answers at http://127.0.0.1:PORT\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "ok       port PORT is another program's, so say `synthc serve --port 0`\n"),
        (b"SSH-2.0\r\n", "ok       port PORT is another program's, so say `synthc serve --port 0`\n"),
        (None, "ok       port PORT is free for `synthc serve`\n"),
    ],
)
def test_server(project: Project, monkeypatch: pytest.MonkeyPatch, answer: bytes | None, said: str) -> None:
    """Whether the server of the bundled model answers, or might; that it does not is no fault."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        monkeypatch.setattr(serve, "PORT", port)
        if answer is not None:
            listening.listen()
            threading.Thread(target=_answer, args=(listening, answer), daemon=True).start()

        assert said.replace("PORT", str(port)) in project.run("doctor").out


def _answer(listening: socket.socket, answer: bytes) -> None:
    connection, _ = listening.accept()
    with connection:
        connection.recv(1000)
        connection.sendall(answer)


def test_missing_package(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that is not there is named with the command that installs it."""
    monkeypatch.setattr(doctor, "requires", lambda _: ["no-such-package>=2"])
    said = project.run("doctor")

    assert said.code == 1
    assert "missing  no-such-package; install it with `pip install 'no-such-package>=2'`\n" in said.out
