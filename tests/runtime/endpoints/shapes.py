"""The fields of TGI's answers as its OpenAPI file describes them, in a compact form, and whether a value has that shape.

`?` behind a field says that it may be left out, `?` behind a type that it may be null.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Shape = dict[str, Any]

TOKEN: Shape = {"id": "int", "text": "str", "logprob": "float?", "special": "bool"}
PREFILL: Shape = {"id": "int", "text": "str", "logprob": "float?"}
FINISH = {"length", "eos_token", "stop_sequence"}
SEQUENCE: Shape = {"finish_reason": FINISH, "generated_tokens": "int", "seed?": "int?", "prefill": [PREFILL], "tokens": [TOKEN], "top_tokens?": [[TOKEN]]}
DETAILS: Shape = {**SEQUENCE, "best_of_sequences?": [{**SEQUENCE, "generated_text": "str"}]}
GENERATED: Shape = {"generated_text": "str", "details?": DETAILS}
STREAMED: Shape = {
    "index": "int",
    "token": TOKEN,
    "top_tokens?": [TOKEN],
    "generated_text?": "str?",
    "details?": ({"finish_reason": FINISH, "generated_tokens": "int", "input_length": "int", "seed?": "int?"}, None),
}
HEAD = {"id": "str", "created": "int", "model": "str", "system_fingerprint": "str", "object": "str"}
USAGE = {"prompt_tokens": "int", "completion_tokens": "int", "total_tokens": "int"}
LIKELY = {"token": "str", "logprob": "float"}
LOGPROBS = ({"content": [{**LIKELY, "top_logprobs": [LIKELY]}]}, None)
MESSAGE = {"role": "str", "content": "str"}
CHAT = {**HEAD, "choices": [{"index": "int", "message": MESSAGE, "finish_reason": "str", "logprobs?": LOGPROBS}], "usage": USAGE}
CHUNK = {**HEAD, "choices": [{"index": "int", "delta": MESSAGE, "finish_reason?": "str?", "logprobs?": LOGPROBS}], "usage?": (USAGE, None)}
COMPLETED = {"index": "int", "text": "str", "logprobs?": ([("float", None)], None), "finish_reason": "str"}
COMPLETION = {**HEAD, "choices": [COMPLETED], "usage": USAGE}
COMPLETION_CHUNK = {**HEAD, "choices": [COMPLETED]}
SIMPLE_TOKENS = [{"id": "int", "text": "str", "start": "int", "stop": "int"}]
CHAT_TOKENS = {"tokenize_response": SIMPLE_TOKENS, "templated_text": "str"}
MODELS = {"object": "str", "data": [{"id": "str", "object": "str", "created": "int", "owned_by": "str"}]}
NUMBERS = ("max_concurrent_requests", "max_best_of", "max_stop_sequences", "max_input_tokens", "max_total_tokens", "validation_workers", "max_client_batch_size")
INFO = {
    "model_id": "str",
    "router": "str",
    "version": "str",
    **dict.fromkeys(NUMBERS, "int"),
    **dict.fromkeys(("model_sha?", "model_pipeline_tag?", "sha?", "docker_label?"), "str?"),
}
ERROR = {"error": "str", "error_type": "str"}
TYPES: dict[str, tuple[type, ...]] = {"int": (int,), "float": (float, int), "str": (str,), "bool": (bool,)}


def misfits(value: Any, shape: Any, place: str = "$") -> Iterator[str]:
    """Yield each place where a value is not as a shape says, a field that no shape knows among them."""
    if isinstance(shape, tuple):
        if all(list(misfits(value, one, place)) for one in shape):
            yield f"{place}: {value!r} is none of what it may be"
    elif shape is None or isinstance(shape, set):
        if value is not None if shape is None else value not in shape:
            yield f"{place}: {value!r} is not allowed"
    elif isinstance(shape, str):
        if value is None and shape.endswith("?"):
            return
        if not isinstance(value, TYPES[shape.rstrip("?")]) or (isinstance(value, bool) and shape != "bool"):
            yield f"{place}: {value!r} is no {shape}"
    elif type(value) is not type(shape):
        yield f"{place}: {value!r} is no {type(shape).__name__}"
    elif isinstance(shape, list):
        for number, item in enumerate(value):
            yield from misfits(item, shape[0], f"{place}[{number}]")
    else:
        yield from _fields(value, shape, place)


def _fields(value: dict[str, Any], shape: dict[str, Any], place: str) -> Iterator[str]:
    known = {name.rstrip("?"): (of, name.endswith("?")) for name, of in shape.items()}
    yield from (f"{place}.{name}: unknown" for name in value.keys() - known.keys())
    for name, (of, may_lack) in known.items():
        if name in value:
            yield from misfits(value[name], of, f"{place}.{name}")
        elif not may_lack:
            yield f"{place}.{name}: missing"
