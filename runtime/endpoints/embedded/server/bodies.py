"""The bodies of requests: which fields there are and of which types; unknown ones are ignored, as by TGI."""

from __future__ import annotations

import json
from typing import Annotated, Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from synthc.runtime.endpoints.embedded.server.refusal import Unreadable

U32 = Annotated[int, Field(strict=True, ge=0, lt=2**32)]
I32 = Annotated[int, Field(strict=True, ge=-(2**31), lt=2**31)]
U64 = Annotated[int, Field(strict=True, ge=0, lt=2**64)]
F32 = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Flag = Annotated[bool, Field(strict=True)]
Text = Annotated[str, Field(strict=True)]
B = TypeVar("B", bound="Body")


class Body(BaseModel):
    """What all bodies share."""

    model_config = ConfigDict(extra="ignore", frozen=True, protected_namespaces=())


class Grammar(Body):
    """What an answer must match: a regular expression, or a JSON schema."""

    type: Text = Field(pattern="^(json|json_schema|json_object|regex)$")
    value: Any = None
    json_schema: Any = None


class Parameters(Body):
    """The settings of `/generate`."""

    best_of: U64 | None = None
    temperature: F32 | None = None
    repetition_penalty: F32 | None = None
    frequency_penalty: F32 | None = None
    top_k: I32 | None = None
    top_p: F32 | None = None
    typical_p: F32 | None = None
    do_sample: Flag = False
    max_new_tokens: U32 | None = None
    return_full_text: Flag | None = None
    stop: tuple[Text, ...] = ()
    truncate: U64 | None = None
    watermark: Flag = False
    details: Flag = False
    decoder_input_details: Flag = False
    seed: U64 | None = None
    top_n_tokens: U32 | None = None
    grammar: Grammar | None = None
    adapter_id: Text | None = None


class Generate(Body):
    """A request of `/generate`; without `parameters` TGI samples, with empty ones it does not."""

    inputs: Text
    parameters: Parameters = Parameters(do_sample=True)


class Compat(Generate):
    """A request of `/`, which may be a stream."""

    stream: Flag = False


class Chunk(Body):
    """A part of a message; this model reads text alone."""

    type: Text
    text: Text = ""


class Message(Body):
    """A message of a chat."""

    role: Text
    content: Text | tuple[Chunk, ...] | None = None

    @property
    def text(self) -> str:
        """What it says."""
        if isinstance(self.content, tuple):
            return "".join(chunk.text for chunk in self.content)
        return self.content or ""


class StreamOptions(Body):
    """What a stream holds beside its text."""

    include_usage: Flag = False


class OpenAi(Body):
    """What both OpenAI routes take."""

    model: Text | None = None
    max_tokens: U32 | None = None
    temperature: F32 | None = None
    top_p: F32 | None = None
    frequency_penalty: F32 | None = None
    seed: U64 | None = None
    stop: tuple[Text, ...] | Text | None = None
    stream: Flag = False
    stream_options: StreamOptions | None = None

    @property
    def stops(self) -> tuple[str, ...]:
        """The stop sequences, of which one may stand alone."""
        return (self.stop,) if isinstance(self.stop, str) else self.stop or ()

    @property
    def sampling(self) -> dict[str, Any]:
        """The settings of `/generate` that these stand for: a temperature of 0 is greedy, any other samples."""
        shared = {name: getattr(self, name) for name in ("top_p", "frequency_penalty", "seed")}
        greedy = self.temperature == 0
        return {**shared, "do_sample": not greedy, "temperature": None if greedy else self.temperature, "max_new_tokens": self.max_tokens, "stop": self.stops}

    @property
    def with_usage(self) -> bool:
        """Whether a stream ends with the numbers of tokens."""
        return self.stream_options is not None and self.stream_options.include_usage


class Chat(OpenAi):
    """A request of `/v1/chat/completions`."""

    messages: tuple[Message, ...]
    logprobs: Flag | None = None
    top_logprobs: U32 | None = None
    presence_penalty: F32 | None = None
    response_format: Grammar | None = None
    tools: tuple[Any, ...] | None = None

    @property
    def parameters(self) -> Parameters:
        """The settings of `/generate` that it stands for; TGI adds 2 to a presence penalty."""
        penalty = None if self.presence_penalty is None else self.presence_penalty + 2.0
        return Parameters(**self.sampling, repetition_penalty=penalty, top_n_tokens=self.top_logprobs, grammar=self.response_format, details=True)


class Completion(OpenAi):
    """A request of `/v1/completions`."""

    prompt: Text | tuple[Text, ...]
    suffix: Text | None = None
    repetition_penalty: F32 | None = None

    @property
    def prompts(self) -> tuple[str, ...]:
        """The prompts, of which one may stand alone."""
        return (self.prompt,) if isinstance(self.prompt, str) else self.prompt

    @property
    def parameters(self) -> Parameters:
        """The settings of `/generate` that it stands for."""
        return Parameters(**self.sampling, repetition_penalty=self.repetition_penalty, details=True)


async def read_body(request: web.Request, body: type[B]) -> B:
    """Return the body of a request.

    Raises:
        Unreadable: it is none, as TGI's web framework says before any of its rules is looked at.
    """
    if request.content_type.partition("+")[2] != "json" and request.content_type != "application/json":
        raise Unreadable(415, "Expected request with `Content-Type: application/json`")
    try:
        document = json.loads(await request.read(), parse_constant=_no_number)
        json.dumps(document, ensure_ascii=False).encode()  # half of an emoji is no text
    except web.HTTPRequestEntityTooLarge:
        raise Unreadable(413, "Failed to buffer the request body: length limit exceeded") from None
    except (ValueError, RecursionError) as problem:
        raise Unreadable(400, f"Failed to parse the request body as JSON: {problem}") from None
    try:
        return body.model_validate(_without_nulls(document))
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the body"
        raise Unreadable(422, f"Failed to deserialize the JSON body into the target type: {where}: {first['msg']}") from None


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _without_nulls(document: Any) -> Any:
    """Return a body without the fields that are null at its top and in its parameters: they stand for what is left out."""
    if not isinstance(document, dict):
        return document
    kept = {key: value for key, value in document.items() if value is not None}
    given = kept.get("parameters")
    return {**kept, "parameters": {key: value for key, value in given.items() if value is not None}} if isinstance(given, dict) else kept
