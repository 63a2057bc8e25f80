"""`synthc serve`: says where it listens, takes a key, and stops when it is told to."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

LONG = {"inputs": "tell me", "parameters": {"max_new_tokens": 300, "do_sample": True, "seed": 1, "grammar": {"type": "regex", "value": "[a-z ]*~"}}}
"""It may not end before a letter that the model does not write."""


@contextmanager
def command(*options: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the command on a free port and return it with its address."""
    started = subprocess.Popen(
        [sys.executable, "-m", "synthc", "serve", "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    try:
        assert started.stdout is not None
        told = [started.stdout.readline() for _ in range(3)]
        said = re.search(r"http://\S+", told[0])
        assert said is not None, told
        assert told == [f"the bundled model answers at {said[0]}\n", f"  synthc run --endpoint NAME=tgi:{said[0]}\n", "  stop it with Ctrl-C\n"]
        yield started, said[0]
    finally:
        started.kill()
        started.wait()


def ask(url: str, body: Any, key: str = "") -> Any:
    """Send a body to `/generate`."""
    request = urllib.request.Request(f"{url}/generate", json.dumps(body).encode(), {"Content-Type": "application/json", "Authorization": f"Bearer {key}"})
    with urllib.request.urlopen(request, timeout=300) as response:
        return json.loads(response.read())


def test_the_address_is_told_and_a_key_of_the_environment_is_asked_for() -> None:
    """The port is the one that it took; the key is shown nowhere."""
    with command(SYNTHC_API_KEY="hunter2") as (server, url):
        body = {"inputs": "hi", "parameters": {"max_new_tokens": 2}}

        assert ask(url, body, "hunter2")["generated_text"]
        with pytest.raises(urllib.error.HTTPError, match="401"):
            ask(url, body)
        server.send_signal(signal.SIGTERM)
        _, err = server.communicate(timeout=300)

    assert (server.returncode, err) == (0, "synthc: done\n")


def test_ctrl_c_lets_what_is_being_answered_be_finished() -> None:
    """And then exits with 0."""
    with command() as (server, url):
        connection = socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1])), timeout=300)
        body = json.dumps(LONG).encode()
        connection.sendall(b"POST /generate_stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        read = connection.recv(10)
        server.send_signal(signal.SIGINT)
        while piece := connection.recv(65536):
            read += piece
        _, err = server.communicate(timeout=300)

    assert b'"finish_reason"' in read or b'"generated_text": "' in read
    assert (server.returncode, err) == (0, "synthc: finishing 1 answers; once more to leave at once\n")


def test_a_second_ctrl_c_leaves_at_once() -> None:
    """Whatever is being answered."""
    with command() as (server, url):
        connection = socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1])), timeout=300)
        body = json.dumps({**LONG, "parameters": {**LONG["parameters"], "max_new_tokens": 1000}}).encode()  # type: ignore[dict-item]
        connection.sendall(b"POST /generate_stream HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        connection.recv(10)
        server.send_signal(signal.SIGINT)
        assert server.stderr is not None
        server.stderr.readline()
        server.send_signal(signal.SIGINT)
        server.wait(timeout=300)

    assert server.returncode == 130


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--port", "99999"], "argument --port: `99999` is no port; ports are numbers up to 65535"),
        (["--max-concurrent-requests", "0"], "argument --max-concurrent-requests: `0` is no number of requests; at least one may be let in"),
        (["--host", "203.0.113.7"], "choose another with `--host` and `--port`, `--port 0` takes any that is free"),
    ],
)
def test_what_cannot_be_done_is_told(options: list[str], said: str) -> None:
    """With exit 2 and what to do."""
    found = subprocess.run([sys.executable, "-m", "synthc", "serve", *options], capture_output=True, text=True, check=False)

    assert found.returncode == 2
    assert said in found.stderr
    assert "Traceback" not in found.stderr


def test_a_port_that_is_taken_is_told() -> None:
    """By its number."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        found = subprocess.run([sys.executable, "-m", "synthc", "serve", "--port", port], capture_output=True, text=True, check=False)

    assert found.stderr == f"synthc: cannot listen at 127.0.0.1:{port} (address already in use); choose another with `--host` and `--port`, `--port 0` takes any that is free\n"
