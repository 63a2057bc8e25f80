"""A project of BAML that is like the project of specs: as many files with about as many lines, prompts, types, and no errors."""

from __future__ import annotations

from collections.abc import Iterator

from corpus import CONSTANTS, PROMPTS, SOURCES, SPECS, words

SHARED = PROMPTS + SOURCES + CONSTANTS

CLIENT = """\
client<llm> Local {
  provider openai-generic
  options {
    base_url "http://localhost:8080/v1"
    model "local"
  }
}
"""

TYPES = """\
/// Who writes, and what about.
enum App{n} {{
  Messages @description("the app that came with the phone")
  FamilyGroup
  WorkChat
  DatingApp
  GameChat
}}

class Writer{n} {{
  who string @description("{writer}, or somebody like that")
  age int
  app App{n}
  topic string @description("such as {subject}")
}}

class Chat{n} {{
  writer Writer{n}
  turns string[] @description("the messages in the order in which they are sent")
}}
"""

FUNCTIONS = """\
// Is it worth learning from?
function Judge{n}(text: string) -> "yes" | "no" {{
  client Local
  prompt #"
    Is this text {quality}? Think of {subject}.
    {{{{ ctx.output_format }}}}

    {{{{ text }}}}
  "#
}}

function Rewrite{n}(text: string, writer: Writer{shared}) -> Chat{shared} {{
  client Local
  prompt #"
    {{{{ writer.who }}}} tells a friend about this text. Write the messages, {manner},
    in the order in which they are sent.
    {{{{ ctx.output_format }}}}

    {{{{ text }}}}
  "#
}}

test judge_{n} {{
  functions [Judge{n}]
  args {{
    text "on my way, save me a seat"
  }}
}}

test treaty_{n} {{
  functions [Judge{n}]
  args {{
    text "The treaty of {year} was signed by both sides."
  }}
}}

test seat_{n} {{
  functions [Judge{n}]
  args {{
    text "keep me a seat, {n} of us are coming too"
  }}
}}
"""


def baml_project() -> Iterator[tuple[str, str]]:
    """Yield the files of a project with their text: 60 of types, and 440 of functions that use some of them."""
    yield "baml_src/client.baml", CLIENT
    for n in range(1, SHARED):
        yield f"baml_src/shared/types_{n}.baml", TYPES.format(**words(n))
    yield "baml_src/shared/types_0.baml", TYPES.format(**words(0))
    for n in range(SPECS - 1):
        yield f"baml_src/teams/team_{n % 20}/functions_{n}.baml", FUNCTIONS.format(shared=n % SHARED, **words(n))
