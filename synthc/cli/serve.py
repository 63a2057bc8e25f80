"""`synthc serve`: the bundled model behind the HTTP API of Text Generation Inference.

It answers TGI's own routes and OpenAI's, so that what speaks to a real server can be tried without one;
`synthc run --endpoint NAME=tgi:http://127.0.0.1:PORT` asks it. It is a small model that makes pipelines
run, and replaces no real one.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synthc.runtime.endpoints.embedded.server.serve import Listening, Server

PORT = 8080
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen at; others than those of this machine let others ask")
    parser.add_argument("--port", type=_port, default=PORT, help="the port, 0 for any that is free")
    parser.add_argument("--api-key", metavar="KEY", help="answer only who sends it as a bearer token; rather set `SYNTHC_API_KEY`, which no list of processes shows")
    parser.add_argument("--max-concurrent-requests", type=_positive, default=128, metavar="N", help="requests beyond it are refused with 429")
    parser.add_argument("--disable-grammar-support", action="store_true", help="refuse grammars with 422, as some servers do")


def run(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C or a termination; what is being answered is finished, unless told twice."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # before numpy is imported: more threads take more time at these sizes
    from synthc import __version__
    from synthc.runtime.endpoints.embedded.server.limits import Limits
    from synthc.runtime.endpoints.embedded.server.serve import Server

    limits = Limits(max_concurrent_requests=options.max_concurrent_requests, disable_grammar_support=options.disable_grammar_support)
    key = options.api_key or os.environ.get("SYNTHC_API_KEY") or None
    if options.host not in LOOPBACK and key is None:
        print(f"synthc: whoever reaches {options.host} may ask; `--api-key KEY` lets in only those who have it", file=sys.stderr)
    asyncio.run(_serve(Server(host=options.host, port=options.port, key=key, limits=limits, version=__version__)))
    return 0


async def _serve(server: Server) -> None:
    from synthc.runtime.endpoints.embedded.server.serve import serving
    from synthc.runtime.errors import InputError

    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _stop, told)
    try:
        async with serving(server) as listening:
            print(_welcome(listening), flush=True)
            await told.wait()
            left = listening.generating.flying
            print(f"synthc: finishing {left} answers; once more to leave at once" if left else "synthc: done", file=sys.stderr, flush=True)
    except OSError as problem:
        said = (os.strerror(problem.errno) if problem.errno else str(problem)).lower()
        raise InputError(f"cannot listen at {server.host}:{server.port} ({said}); choose another with `--host` and `--port`, `--port 0` takes any that is free") from None


def _stop(told: asyncio.Event) -> None:
    if told.is_set():
        os._exit(130)
    told.set()


def _welcome(listening: Listening) -> str:
    return f"the bundled model answers at {listening.url}\n  synthc run --endpoint NAME=tgi:{listening.url}\n  stop it with Ctrl-C"


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"`{text}` is no port; ports are numbers up to 65535")
    return int(text)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"`{text}` is no number of requests; at least one may be let in")
    return int(text)
