"""What a server may send, and what becomes of what it may not."""

from __future__ import annotations

import asyncio
import datetime as dt
import errno
import socket
import ssl
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar

import pytest

from synthc.runtime.endpoints.http import link
from synthc.runtime.endpoints.http.client import HttpClient, Response, Unreachable
from synthc.runtime.endpoints.http.link import Broken
from tests.runtime.endpoints.http.raw_server import RawServer, whole
from tests.waiting import LONGEST, waited

T = TypeVar("T")
HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKS = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def client_of(server: RawServer, timeout: float = LONGEST) -> HttpClient:
    """Return a client of a server."""
    return HttpClient(url=server.url, agent="tests", timeout=timeout)


def told(server: RawServer, work: Callable[[HttpClient], Awaitable[T]], timeout: float = LONGEST) -> T:
    """Return what a client is told by a server."""

    async def run() -> T:
        async with server.running():
            client = client_of(server, timeout)
            try:
                return await work(client)
            finally:
                await client.close()

    return asyncio.run(run())


async def asked(client: HttpClient) -> Response:
    """Ask one question."""
    return await client.send("POST", "/generate", b'{"inputs": "x"}')


READABLE = {
    "with a length": whole(b"yes"),
    "in chunks": CHUNKS + b"1\r\ny\r\n2\r\nes\r\n0\r\n\r\n",
    "in chunks with extensions and trailers": CHUNKS + b"1;a=b\r\ny\r\n2\r\nes\r\n0\r\nX-Sum: 7\r\n\r\n",
    "after an announcement": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + whole(b"yes"),
    "with names in capitals": b"HTTP/1.1 200 OK\r\nCONTENT-LENGTH: 3\r\n\r\nyes",
}


@pytest.mark.parametrize("piecewise", [False, True])
@pytest.mark.parametrize("said", READABLE.values(), ids=READABLE)
def test_an_answer_is_read(said: bytes, piecewise: bool) -> None:  # noqa: FBT001
    """However it is framed, and in however many pieces it comes; the connection serves the next question too."""

    async def twice(client: HttpClient) -> list[bytes]:
        return [(await asked(client)).body for _ in range(2)]

    server = RawServer(says=lambda _: said, piecewise=piecewise)

    assert told(server, twice) == [b"yes", b"yes"]
    assert server.connections == 1


@pytest.mark.parametrize("said", [HEAD + b"\r\nyes", b"HTTP/1.0 200 OK\r\n\r\nyes", b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nyes", whole(b"yes", b"Connection: close")])
def test_an_answer_that_ends_the_connection_is_read(said: bytes) -> None:
    """An older server's, or one whose end is that of the connection; the next question gets a new one."""

    async def twice(client: HttpClient) -> list[bytes]:
        return [(await asked(client)).body for _ in range(2)]

    server = RawServer(says=lambda _: said, hangs_up=True)

    assert told(server, twice) == [b"yes", b"yes"]
    assert server.connections == 2


def test_what_is_sent() -> None:
    """One request with its length and no more than a server must know; headers that come twice are both kept."""
    server = RawServer(says=lambda _: whole(b"", b"X-Queue-Time: 3", b"Via: a", b"Via: b", status=b"429 Too Many Requests"))

    async def work(client: HttpClient) -> Response:
        client.authorization = "Bearer t0k"
        return await asked(client)

    found = told(server, work)

    assert found == Response(429, {"content-length": "0", "x-queue-time": "3", "via": "a, b"}, b"")
    assert server.requests[0].decode().split("\r\n") == [
        "POST /generate HTTP/1.1",
        f"Host: 127.0.0.1:{server.port}",
        "User-Agent: tests",
        "Accept: */*",
        "Accept-Encoding: identity",
        "Authorization: Bearer t0k",
        "Content-Type: application/json",
        "Content-Length: 15",
        "",
        '{"inputs": "x"}',
    ]


def test_an_address_with_a_path_and_a_query() -> None:
    """Both go with each route, encoded where they must be."""
    server = RawServer(says=lambda _: whole(b"yes"))

    async def work(client: HttpClient) -> None:
        client.url += "/mödels/a b/?key=1&x=/"
        await client.send("GET", "/info")

    told(server, work)

    assert server.requests[0].startswith(b"GET /m%C3%B6dels/a%20b/info?key=1&x=/ HTTP/1.1\r\n")


NOT_HTTP = "what it sent is not HTTP"
BROKEN = {
    "garbage": (b"\x16\x03\x01 no HTTP\r\n\r\n", NOT_HTTP),
    "a page without a head": (b"<html>please log in</html>\r\n\r\n", NOT_HTTP),
    "two lengths": (HEAD + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nyes", NOT_HTTP),
    "a length and chunks": (HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nyes\r\n0\r\n\r\n", NOT_HTTP),
    "a length that is none": (HEAD + b"Content-Length: -3\r\n\r\nyes", NOT_HTTP),
    "a chunk that has no size": (CHUNKS + b"zz\r\nyes\r\n0\r\n\r\n", NOT_HTTP),
    "a line ended otherwise": (b"HTTP/1.1 200 OK\nContent-Length: 3\n\nyes", NOT_HTTP),
    "another protocol from here": (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n", NOT_HTTP),
    "nothing": (b"", "the connection was closed before an answer"),
    "half a head": (HEAD + b"Content-Le", "the connection was closed before an answer"),
    "half a body": (HEAD + b"Content-Length: 30\r\n\r\nyes", "the connection was closed in the middle of an answer"),
    "half its chunks": (CHUNKS + b"3\r\nyes\r\n", "the connection was closed in the middle of an answer"),
    "only an announcement": (b"HTTP/1.1 100 Continue\r\n\r\n", "the connection was closed before an answer"),
    "a head without end": (HEAD + b"X-Many: 1\r\n" * 10_000, "its headers are longer than 64 kB"),
    "a header without end": (HEAD + b"X-Long: " + b"1" * 100_000, "its headers are longer than 64 kB"),
    "announcements without end": (b"HTTP/1.1 100 Continue\r\n\r\n" * 5_000, "its headers are longer than 64 kB"),
    "a compressed body": (whole(b"yes", b"Content-Encoding: gzip"), "its answer is compressed, which it was asked not to do"),
}


@pytest.mark.parametrize(("said", "why"), BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("streamed", [False, True])
def test_what_http_does_not_allow_is_said(said: bytes, why: str, streamed: bool) -> None:  # noqa: FBT001
    """In a sentence, at once, whether the answer is read whole or as it comes; a server that breaks off is told from one that talks nonsense."""

    async def work(client: HttpClient) -> bytes:
        if not streamed:
            return (await asked(client)).body
        async with client.stream("POST", "/generate", b"{}") as found:
            return await found.whole()

    with pytest.raises(Broken) as problem:
        told(RawServer(says=lambda _: said, hangs_up=True), work)

    assert str(problem.value) == why


def test_an_answer_is_not_read_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that sends more than any answer has is left."""
    monkeypatch.setattr(link, "MOST", 1 << 20)

    with pytest.raises(Broken, match=r"^its answer is longer than 1 MB$"):
        told(RawServer(says=lambda _: HEAD + b"Content-Length: 9999999\r\n\r\n" + b"x" * 3_000_000), asked)


@pytest.mark.parametrize("more", [whole(b"no"), b"no", b"\x00"])
def test_what_comes_behind_an_answer_is_never_another_answer(more: bytes) -> None:
    """The first answer is one; what nobody asked for costs the connection, and the next question is answered by itself."""
    numbers = iter(range(10))
    server = RawServer(says=lambda _: whole(b"%d" % next(numbers)) + more)

    async def thrice(client: HttpClient) -> list[bytes]:
        return [(await asked(client)).body for _ in range(3)]

    assert told(server, thrice) == [b"0", b"1", b"2"]
    assert server.connections == 3


def test_what_comes_between_questions_is_not_an_answer() -> None:
    """A server that talks unasked loses the connection, and the next question is answered on another."""
    server = RawServer(says=lambda _: whole(b"yes"))

    async def work(client: HttpClient) -> bytes:
        await asked(client)
        client._idle[0].data_received(whole(b"no"))
        return (await asked(client)).body

    assert told(server, work) == b"yes"
    assert server.connections == 2


def test_a_deadline_is_for_all_of_an_exchange() -> None:
    """A server that says nothing, or not all, is left at the deadline and hears of it; the connection is not used again."""

    async def work(client: HttpClient) -> None:
        for _ in range(2):
            with pytest.raises(TimeoutError):
                await asked(client)
        with pytest.raises(TimeoutError):
            async with client.stream("POST", "/generate", b"{}") as found:
                await found.whole()
        await waited(lambda: server.connections == 3)

    server = RawServer(says=lambda _: HEAD + b"Content-Length: 3\r\n\r\ny")
    told(server, work, timeout=0.1)

    assert server.connections == 3


def test_each_question_has_its_own_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was asked later is late later."""
    server = RawServer(says=lambda _: b"")

    async def work(client: HttpClient) -> None:
        loop, now, questions = asyncio.get_running_loop(), [0.0], []
        monkeypatch.setattr(loop, "time", lambda: now[0])
        for number in range(4):
            now[0] = number / 10
            questions.append(asyncio.create_task(asked(client)))
            await server.asked(number + 1)
        for number in range(4):
            now[0] = 0.35 + number / 10
            await waited(questions[number].done, pause=0)
            assert [question.done() for question in questions] == [other <= number for other in range(4)]
            assert isinstance(questions[number].exception(), TimeoutError)

    told(server, work, timeout=0.3)


def test_whoever_stops_waiting_ends_the_work() -> None:
    """A cancelled question and a stream that is left break their connections off, so that the server does no more for them."""
    server = RawServer(says=lambda _: HEAD + b"Content-Length: 9\r\n\r\none\ntwo")

    async def work(client: HttpClient) -> bytes:
        question = asyncio.create_task(asked(client))
        await waited(lambda: len(server.requests) == 1)
        question.cancel()
        async with client.stream("POST", "/generate", b"{}") as found:
            line = await anext(found.lines())
        await waited(lambda: server.left == 2)
        return line

    assert told(server, work) == b"one"
    assert (server.connections, server.left) == (2, 2)


def test_lines_come_as_they_are_sent() -> None:
    """Whole though they come in pieces, the last one though nothing ends it; the connection serves the next question."""
    server = RawServer(says=lambda _: CHUNKS + b"4\r\na\r\nb\r\n7\r\n\r\nc\nlas\r\n1\r\nt\r\n0\r\n\r\n", piecewise=True)

    async def work(client: HttpClient) -> list[bytes]:
        found = []
        for _ in range(2):
            async with client.stream("POST", "/generate_stream", b"{}") as stream:
                found = [line async for line in stream.lines()]
        return found

    assert told(server, work) == [b"a\r", b"b\r", b"c", b"last"]
    assert server.connections == 1


def test_a_thousand_questions_are_in_flight_at_once() -> None:
    """Each on a connection of its own, and all answered."""
    server = RawServer(says=lambda request: whole(request.rpartition(b"\r\n")[2]), together=1024)

    async def work(client: HttpClient) -> list[bytes]:
        found = await asyncio.gather(*(client.send("POST", "/generate", b"%d" % number) for number in range(1024)))
        return [one.body for one in found]

    assert told(server, work) == [b"%d" % number for number in range(1024)]
    assert server.most_busy == 1024


def test_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    """At a port, or under a name."""

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async def work() -> None:
        for url in ("http://127.0.0.1:9", "http://localhost:9"):
            with pytest.raises(Unreachable, match=r"^nobody listens$"):
                await HttpClient(url=url, agent="tests", timeout=LONGEST).send("GET", "/info")
        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        with pytest.raises(Unreachable, match=r"^nobody knows its name$"):
            await HttpClient(url="http://nowhere.invalid", agent="tests", timeout=LONGEST).send("GET", "/info")

    asyncio.run(work())


def test_what_else_keeps_from_a_server_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the system's words; where no more files may be open, with what to do."""

    async def work(code: int) -> str:
        async def refuse(*_: object, **__: object) -> None:
            raise OSError(code, "Connect call failed")

        monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", refuse)
        with pytest.raises(Unreachable) as problem:
            await HttpClient(url="http://10.0.0.1", agent="tests", timeout=LONGEST).send("GET", "/info")
        return str(problem.value)

    assert asyncio.run(work(errno.EHOSTUNREACH)) == "no route to host"
    assert asyncio.run(work(errno.ECONNRESET)) == "connection reset by peer"
    assert asyncio.run(work(errno.EMFILE)) == "this machine lets no more files be open; lower `concurrency`, or raise `ulimit -n`"


def certificate(folder: Path) -> Path:
    """Write a certificate of this machine, with its key, that nobody else vouches for."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - dt.timedelta(days=1), now + dt.timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    path = folder / "server.pem"
    written = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    path.write_bytes(written + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return path


def test_encrypted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server is spoken to over TLS if its certificate holds; one that nobody vouches for, or that speaks no TLS, gets no question."""
    pem = certificate(tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(pem)

    server = RawServer(says=lambda _: whole(b"yes"), tls=tls)
    with pytest.raises(Unreachable, match=r"^its certificate does not hold: self-signed certificate$") as problem:
        told(server, asked)
    assert not problem.value.passing
    assert server.requests == []

    plain = RawServer(says=lambda _: whole(b"yes"))

    async def over_tls(client: HttpClient) -> Response:
        return await HttpClient(url=client.url.replace("http:", "https:"), agent="tests", timeout=LONGEST).send("GET", "/info")

    plain.greets = b"220 ready\r\n"
    with pytest.raises(Unreachable, match=r"^it does not speak TLS: WRONG_VERSION_NUMBER$"):
        told(plain, over_tls)

    monkeypatch.setenv("SSL_CERT_FILE", str(pem))

    async def twice(client: HttpClient) -> list[bytes]:
        return [(await asked(client)).body for _ in range(2)]

    server = RawServer(says=lambda _: whole(b"yes"), tls=tls)
    assert told(server, twice) == [b"yes", b"yes"]
    assert server.connections == 1
