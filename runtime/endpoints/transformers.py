"""Any causal language model of a folder or of the Hub, in this process, asked in batches of similar length."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from synthc.runtime.endpoints.base import EndpointError, Identity, Reply, Request
from synthc.runtime.endpoints.limits import Limits, last_text
from synthc.runtime.errors import InputError

if TYPE_CHECKING:
    from synthc.runtime.endpoints.causal import Causal, Prepared

    Waiting = tuple[Prepared, asyncio.Future[Reply]]

GATHER = 0.01
"""Seconds a request waits for others that may share its batch."""
CHUNK = 1 << 22


@dataclass(slots=True, kw_only=True)
class TransformersEndpoint:
    """One model, loaded when it is first asked which it is."""

    name: str
    model: str
    revision: str | None = None
    batch: int = 16
    device: str = "auto"
    dtype: str = "auto"
    token: str | None = field(default=None, repr=False)
    remote: bool = False
    _causal: Causal | None = None
    _identity: Identity | None = None
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(max_workers=1))
    _waiting: list[Waiting] = field(default_factory=list)
    _worker: asyncio.Task[None] | None = None

    async def identity(self) -> Identity:
        """Load the model and return its name, with the commit it is of or a hash of its files.

        Raises:
            InputError: it can't be loaded, or what loads it is not installed.
        """
        if self._identity is None:
            if find_spec("transformers") is None:
                raise InputError(f"endpoint `{self.name}` needs transformers, which is not installed; install it with `pip install 'synthc[transformers]'`")
            self._causal, found = await asyncio.get_running_loop().run_in_executor(self._thread, self._load)
            self._identity = found
        return self._identity

    async def answer(self, request: Request) -> Reply:
        """Return the answer, worked out with others that wait."""
        await self.identity()
        assert self._causal is not None
        prepared = self._causal.prepare(self._fitted(request))
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting.append((prepared, future))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await future

    async def close(self) -> None:
        """End the work and let go of the model."""
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._causal = None

    def _load(self) -> tuple[Causal, Identity]:
        from synthc.runtime.endpoints.causal import load

        folder = Path(self.model)
        try:
            causal, commit, version = load(self.model, revision=self.revision, device=self.device, dtype=self.dtype, token=self.token)
        except (OSError, ValueError, KeyError) as problem:
            reason = str(problem).strip().splitlines()[0][:200]
            raise InputError(f"endpoint `{self.name}`: {self.model} can't be loaded ({reason}); name a folder or a repository with a causal language model") from None
        revision = _hash(folder) if folder.is_dir() else commit or ""
        return causal, Identity(model=folder.name if folder.is_dir() else self.model, revision=revision, server=f"transformers {version}")

    def _fitted(self, request: Request) -> Request:
        """Return a request that fits into the model, its last message cut at the end if it may be."""
        assert self._causal is not None
        limits = Limits(total=self._causal.longest)
        most, tokens = limits.most_input(request), self._causal.length(request.text)
        if most is None or tokens <= most:
            return limits.of_output(request, tokens)
        kept = self._causal.cut(last_text(request), tokens - most)
        if not request.cut or not kept:
            raise limits.too_long(request, tokens)
        if request.messages is None:
            return limits.of_output(replace(request, prompt=kept), most)
        return limits.of_output(replace(request, messages=(*request.messages[:-1], replace(request.messages[-1], content=kept))), most)

    async def _work(self) -> None:
        """Answer all that wait, batch after batch, the shortest first."""
        await asyncio.sleep(GATHER)
        while self._waiting:
            self._waiting.sort(key=lambda one: (one[0].choice, len(one[0].tokens)))
            kind = self._waiting[0][0].choice
            batch = [one for one in self._waiting[: self.batch] if one[0].choice == kind]
            del self._waiting[: len(batch)]
            await self._answered(batch)

    async def _answered(self, batch: list[Waiting]) -> None:
        assert self._causal is not None
        try:
            replies = await asyncio.get_running_loop().run_in_executor(self._thread, self._causal.answers, [prepared for prepared, _ in batch])
        except (RuntimeError, MemoryError) as problem:
            reason = str(problem).strip().splitlines()[0][:200] if str(problem).strip() else type(problem).__name__
            failure = EndpointError(f"endpoint `{self.name}` failed at {len(batch)} requests together ({reason}); lower its `batch`")
            for _, future in batch:
                if not future.done():
                    future.set_exception(failure)
            return
        for (_, future), reply in zip(batch, replies, strict=True):
            if not future.done():
                future.set_result(reply)


def _hash(folder: Path) -> str:
    """Return a hash of all files that a model consists of."""
    state = blake2b(digest_size=16)
    for file in sorted(path for path in folder.iterdir() if path.suffix in {".json", ".safetensors", ".model", ".txt", ".jinja", ".bin"}):
        state.update(file.name.encode())
        with file.open("rb") as opened:
            while chunk := opened.read(CHUNK):
                state.update(chunk)
    return state.hexdigest()
