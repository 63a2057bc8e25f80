"""Each client in an environment of its own, installed from the package index as its users would."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from trial import Client

FOLDER = Path(tempfile.gettempdir()) / "synthc-bench-calls"
OWN = Path(sys.executable)
ASKED = (
    Client(name="floor", driver="floor", python=OWN, package="aiohttp"),
    Client(name="client of synthc", driver="client", python=OWN, package="synthc"),
    Client(name="synthc", driver="ours", python=OWN, package="synthc"),
    Client(name="synthc, /generate", driver="ours", python=OWN, more=("complete",), package="synthc"),
    Client(name="datatrove, no checkpoints", driver="datatrove", python=FOLDER / "datatrove", package="datatrove"),
    Client(name="Curator", driver="curator", python=FOLDER / "bespokelabs-curator", package="bespokelabs-curator"),
    Client(name="datatrove, checkpoints", driver="datatrove", python=FOLDER / "datatrove", more=("checkpoints",), package="datatrove"),
    Client(name="Data Designer", driver="data_designer", python=FOLDER / "data-designer", package="data-designer"),
    Client(name="distilabel", driver="distilabel", python=FOLDER / "distilabel", package="distilabel"),
)
"""Whose `python` is a folder is installed there first."""
PACKAGES = {
    # The extra `inference` brings vLLM, which the runner doesn't need to ask a server that is there.
    "datatrove": ("datatrove[io]", "aiohttp", "aiosqlite", "httpx", "numpy", "rich"),
    "bespokelabs-curator": ("bespokelabs-curator",),
    "data-designer": ("data-designer",),
    # It imports requests, which it doesn't name among what it needs.
    "distilabel": ("distilabel[openai]", "requests"),
}


def installed(client: Client) -> Client | str:
    """Return a client with its Python, or why it can't be installed."""
    if client.python == OWN:
        return client
    python = client.python / "bin" / "python"
    done = client.python / "installed"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", client.python], check=True)
        command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES[client.package]]
        told = subprocess.run(command, check=False, capture_output=True, text=True)
        if told.returncode:
            return "\n".join(line for line in told.stderr.splitlines() if not line.startswith("WARNING"))[-600:]
        done.touch()
    return Client(name=client.name, driver=client.driver, python=python, more=client.more, package=client.package)


def version(client: Client) -> str:
    """Return the version of a client's package."""
    command = [client.python, "-c", "import sys; from importlib.metadata import version; print(version(sys.argv[1]))", client.package]
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout.strip()
