"""Whether the answers of the server fit TGI's own OpenAPI file.

python bench/serve/openapi.py OPENAPI.json

OPENAPI.json is docs/openapi.json of huggingface/text-generation-inference; needs `pip install jsonschema`. Its
known faults are mended first: `nullable` and numeric `exclusiveMinimum` are of two versions of JSON schema.
Writes bench/results/serve_openapi.json.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import jsonschema

ROOT = Path(__file__).parents[2]
FEW = {"max_new_tokens": 4}
ALL = {**FEW, "details": True, "top_n_tokens": 3, "do_sample": True, "seed": 1}
CHAT = [{"role": "user", "content": "Make a chat of it.\n\nA bridge opened in May."}]
ASKED: list[tuple[str, str, Any, int, str]] = [
    ("POST", "/generate", {"inputs": "hi", "parameters": FEW}, 200, "GenerateResponse"),
    ("POST", "/generate", {"inputs": "hi", "parameters": {**ALL, "decoder_input_details": True}}, 200, "GenerateResponse"),
    ("POST", "/generate", {"inputs": "hi", "parameters": {**FEW, "details": True, "best_of": 2, "do_sample": True}}, 200, "GenerateResponse"),
    ("POST", "/generate", {"inputs": "hi", "parameters": {**ALL, "grammar": {"type": "regex", "value": "yes|no"}}}, 200, "GenerateResponse"),
    ("POST", "/generate", {"inputs": ""}, 422, "ErrorResponse"),
    ("POST", "/generate_stream", {"inputs": "hi", "parameters": FEW}, 200, "StreamResponse"),
    ("POST", "/generate_stream", {"inputs": "hi", "parameters": ALL}, 200, "StreamResponse"),
    ("POST", "/generate_stream", {"inputs": ""}, 200, "ErrorResponse"),
    ("POST", "/", {"inputs": "hi", "parameters": ALL}, 200, "[GenerateResponse]"),
    ("POST", "/", {"inputs": "hi", "parameters": ALL, "stream": True}, 200, "StreamResponse"),
    ("POST", "/v1/chat/completions", {"messages": CHAT, "max_tokens": 4}, 200, "ChatCompletion"),
    ("POST", "/v1/chat/completions", {"messages": CHAT, "max_tokens": 4, "logprobs": True, "top_logprobs": 2}, 200, "ChatCompletion"),
    ("POST", "/v1/chat/completions", {"messages": CHAT, "max_tokens": 4, "stream": True, "stream_options": {"include_usage": True}}, 200, "ChatCompletionChunk"),
    ("POST", "/v1/chat/completions", {"messages": []}, 422, "ErrorResponse"),
    ("POST", "/v1/completions", {"prompt": "hi", "max_tokens": 4}, 200, "CompletionFinal"),
    ("POST", "/v1/completions", {"prompt": ["hi", "ho"], "max_tokens": 4}, 200, "CompletionFinal"),
    ("POST", "/v1/completions", {"prompt": "hi", "max_tokens": 4, "stream": True}, 200, "Chunk"),
    ("POST", "/tokenize", {"inputs": "hi there"}, 200, "TokenizeResponse"),
    ("POST", "/chat_tokenize", {"messages": CHAT}, 200, "ChatTokenizeResponse"),
    ("GET", "/info", None, 200, "Info"),
]
"""Method, path, body, status, and the schema of the answer or of each event."""


def mended(schema: Any) -> Any:
    """Return a schema of OpenAPI 3.0 as JSON schema."""
    if isinstance(schema, list):
        return [mended(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: mended(value) for key, value in schema.items() if key not in {"nullable", "default", "example"}}
    return {"anyOf": [found, {"type": "null"}]} if schema.get("nullable") is True else found


def fetched(url: str, method: str, path: str, body: Any) -> tuple[int, list[Any]]:
    """Return the status and the answer, or each event of a stream."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url + path, data, {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request) as response:
            status, kind, text = response.status, response.headers["Content-Type"], response.read().decode()
    except urllib.error.HTTPError as problem:
        status, kind, text = problem.code, problem.headers["Content-Type"], problem.read().decode()
    if kind.startswith("text/event-stream"):
        events = [line.removeprefix("data:").strip() for line in text.splitlines() if line.startswith("data:")]
        return status, [json.loads(event) for event in events if event != "[DONE]"]
    return status, [json.loads(text)]


def main() -> None:
    """Ask, compare and write."""
    text = Path(sys.argv[1]).read_bytes()
    document = mended(json.loads(text))
    server = subprocess.Popen([sys.executable, "-m", "synthc", "serve", "--port", "0"], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    results = []
    try:
        assert server.stdout is not None
        url = re.findall(r"http://\S+", server.stdout.readline())[0]
        for method, path, body, status, name in ASKED:
            reference = {"$ref": f"#/components/schemas/{name.strip('[]')}"}
            schema = {**document, **({"type": "array", "items": reference} if name.startswith("[") else reference)}
            validator = jsonschema.Draft202012Validator(schema)
            got, answers = fetched(url, method, path, body)
            problems = [f"{error.json_path}: {error.message}" for answer in answers for error in validator.iter_errors(answer)]
            problems += [] if got == status else [f"status {got}, not {status}"]
            results.append({"request": f"{method} {path}", "body": body, "schema": name, "answers": len(answers), "problems": problems})
    finally:
        server.terminate()
        server.wait()
    bad = sum(bool(result["problems"]) for result in results)
    found = {"openapi_sha256": hashlib.sha256(text).hexdigest(), "requests": len(results), "requests_with_problems": bad, "results": results}
    (ROOT / "bench" / "results" / "serve_openapi.json").write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps({**found, "results": [result for result in results if result["problems"]]}, indent=1))


if __name__ == "__main__":
    main()
