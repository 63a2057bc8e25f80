"""Models behind the Hub's providers, and Inference Endpoints, which are servers that other clients here know."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from synthc.runtime.endpoints.base import Endpoint, EndpointError, Identity, Reply, Request
from synthc.runtime.endpoints.connection import RETRIED, SLOW_DOWN, Connection
from synthc.runtime.endpoints.dialect import OTHER
from synthc.runtime.endpoints.first_token import CannotGoOn, option_scores
from synthc.runtime.endpoints.guided import form_for
from synthc.runtime.endpoints.openai import OpenaiEndpoint
from synthc.runtime.endpoints.openai_answer import Said, said_in
from synthc.runtime.endpoints.same_model import Changing
from synthc.runtime.endpoints.stops import until_stop
from synthc.runtime.endpoints.tgi import TgiEndpoint
from synthc.runtime.errors import InputError, OutsideFault


@dataclass(slots=True, kw_only=True)
class DeployedEndpoint:
    """An Inference Endpoint by its address: Text Generation Inference where it says so, else OpenAI's routes."""

    connection: Connection
    _server: TgiEndpoint | OpenaiEndpoint | None = None

    @property
    def remote(self) -> bool:
        """Whether requests leave this machine."""
        return not self.connection.local

    @property
    def at_once(self) -> int | None:
        """How many requests its server takes, where it tells."""
        return self._server.at_once if self._server is not None else None

    async def identity(self) -> Identity:
        """Ask, once, which server runs there and which model it has."""
        return await (await self.server()).identity()

    async def look(self) -> Identity:
        """Ask again which model answers."""
        server = await self.server()
        return await (server.look() if isinstance(server, Changing) else server.identity())

    async def answer(self, request: Request) -> Reply:
        """Return the answer of the server."""
        return await (await self.server()).answer(request)

    async def close(self) -> None:
        """Close the connections."""
        await self.connection.close()

    async def server(self) -> Endpoint:
        """Return the client of the server that runs there."""
        if self._server is None:
            try:
                told = await self.connection.ask("/info")
            except EndpointError as problem:
                raise OutsideFault(f"{problem}; an Inference Endpoint that sleeps wakes up in minutes: see to it and repeat the command") from None
            tgi = isinstance(told, Mapping) and "model_id" in told
            self._server = TgiEndpoint(connection=self.connection) if tgi else OpenaiEndpoint(connection=self.connection)
        return self._server


@dataclass(slots=True, kw_only=True)
class HfEndpoint:
    """A model of the Hub, answered by a provider; `base_url` stands in for the Hub's router in tests."""

    name: str
    model: str
    provider: str | None = None
    token: str | None = field(default=None, repr=False)
    timeout: float = 60.0
    base_url: str | None = None
    remote: bool = True
    _client: Any = None

    async def identity(self) -> Identity:
        """Return the model and who answers for it; providers do not tell of which commit it is.

        Raises:
            InputError: no token is named, or the provider is not known.
        """
        if self.token is None:
            raise InputError(f"endpoint `{self.name}`: the Hub wants a token, and the one saved on this machine is not sent; name it with `token = secret(\"HF_TOKEN\")`")
        if self._client is None:
            self._client = self._opened(self.token)
        return Identity(model=self.model, revision="", server=f"hf {self.provider or 'auto'}")

    async def answer(self, request: Request) -> Reply:
        """Return the answer; of a choice with a log-probability for each option."""
        await self.identity()
        if request.messages is None:
            raise InputError(f"endpoint `{self.name}`: providers answer chats; write the prompt with `ask`, or give the address of an Inference Endpoint")
        if request.answer["kind"] == "choice":
            return await self._choose(request)
        said = await self._say(request, logprobs=True, **_decoding(request))
        known = [logprob for logprob in said.logprobs if logprob is not None]
        return Reply(
            text=until_stop(said.text, request.stop),
            finish="length" if said.finish == "length" else "stop",
            logprob=sum(known) / len(known) if known else None,
            choices=None,
            tokens_in=said.tokens_in,
            tokens_out=said.tokens_out,
        )

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()

    def _opened(self, token: str) -> Any:
        from huggingface_hub import AsyncInferenceClient

        try:
            if self.base_url is not None:
                return AsyncInferenceClient(base_url=self.base_url, api_key=token, timeout=self.timeout)
            return AsyncInferenceClient(model=self.model, provider=self.provider, api_key=token, timeout=self.timeout)  # type: ignore[arg-type]
        except ValueError as problem:
            raise InputError(f"endpoint `{self.name}`: {str(problem).splitlines()[0].replace(token, '...')}") from None

    async def _choose(self, request: Request) -> Reply:
        said = await self._say(request, max_tokens=1, temperature=0.0, logprobs=True, top_logprobs=OTHER.likely)
        if not said.likely:
            raise InputError(f"endpoint `{self.name}`: the provider ({self.provider or 'auto'}) tells no probabilities, which a choice is read from; name another `provider`, or let the answer be `text`")
        scores = await option_scores(_only_first, request.answer["options"], said.likely[0])
        best = max(scores, key=lambda option: scores[option])
        known = math.isfinite(scores[best])
        return Reply(text=best if known else "", finish="stop", logprob=scores[best] if known else None, choices=scores, tokens_in=said.tokens_in, tokens_out=said.tokens_out)

    async def _say(self, request: Request, **settings: Any) -> Said:
        from huggingface_hub.errors import HfHubHTTPError, InferenceTimeoutError

        messages = [{"role": one.role, "content": one.content} for one in request.messages or ()]
        try:
            return said_in(asdict(await self._client.chat_completion(messages, **settings)), request)
        except HfHubHTTPError as problem:
            raise self._refusal(problem.response.status_code, str(problem)) from None
        except (InferenceTimeoutError, TimeoutError):
            raise EndpointError(f"endpoint `{self.name}` took longer than {self.timeout:g}s", retry=True) from None
        except (KeyError, IndexError, TypeError, AttributeError):
            raise EndpointError(f"endpoint `{self.name}` answered in a form that is not that of OpenAI's API") from None
        except (ValueError, StopIteration) as problem:
            raise InputError(f"endpoint `{self.name}`: {self._hidden(str(problem))}; see the page of the model for its providers") from None
        except Exception as problem:
            # What carries the requests is one of several libraries, each with its own errors.
            if "Connect" not in type(problem).__name__ and "Protocol" not in type(problem).__name__ and "Read" not in type(problem).__name__:
                raise
            raise EndpointError(f"endpoint `{self.name}` broke off ({type(problem).__name__})", retry=True, gone=True) from None

    def _refusal(self, status: int, said: str) -> EndpointError:
        message = f"endpoint `{self.name}` answered {status}: {self._hidden(said)}"
        overloaded = status in SLOW_DOWN
        return EndpointError(message, retry=overloaded or status in RETRIED, overloaded=overloaded, gone=status in {401, 402, 403})

    def _hidden(self, said: str) -> str:
        """Return the first line of a message without the token."""
        return (said.strip().splitlines() or [""])[0].replace(self.token or "\0", "...")[:300]


async def _only_first(_: str, /) -> Mapping[str, float]:
    """Refuse to tell of a second token: providers take no beginning of an answer."""
    raise CannotGoOn


def _decoding(request: Request) -> dict[str, Any]:
    body = {
        "max_tokens": request.max_output,
        "temperature": request.temperature,
        "top_p": request.top_p if request.top_p is not None and request.top_p < 1 else None,
        "seed": request.seed & (2**31 - 1) if request.seed is not None else None,
        "stop": list(request.stop[:4]) or None,
        **OTHER.grammar(form_for(request)),
    }
    return {key: value for key, value in body.items() if value is not None}
