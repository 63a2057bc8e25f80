"""`synthc plan`."""

from __future__ import annotations

import json

import pytest

from tests.cli.project import SPEC, Project

PRIVATE = """synth 1

public source web = files("web.jsonl") { text = .text }

private source users = files("users.jsonl") {
  text       = .text
  user       = .user
  people     = "people"
  population = 10M
  split      = { test = 10% }
}

vocab keys = word_vocab(web) { size = 100 }
model keyboard = lstm(keys) { embedding = 8, hidden = 8 }
pretrain warm = keyboard on web { words = 1k }

federate tuned = warm over users {
  rounds = 100
  cohort = 1000
  local  = sgd(0.5, epochs = 1, batch = 16)
  server = sgd(1.0)
  dp     = gaussian(clip = 0.3, noise = 1.0)
}

budget users { epsilon = 8, delta = 1e-10 }
"""


def test_text(project: Project) -> None:
    """People see the rows that a sample shows, and what each node takes; three rows are all the rows."""
    said = project.run("plan", "--sample")
    shown = [line.split() for line in said.out.splitlines()]

    assert said.code == 0
    assert shown[0] == ["node", "kind", "label", "rows", "requests", "tokens", "in", "tokens", "out", "time", "usd"]
    assert [line[:4] for line in shown[1:3]] == [["web", "source", "public", "3"], ["long", "filter", "public", "2"]]
    assert "not known before the run" not in said.out


def test_without_a_sample(project: Project) -> None:
    """Nothing is carried out, rows are bounded, and what can't be known is said with its mend."""
    said = project.run("plan")

    assert said.out == (
        "node   kind    label      rows  requests  tokens in  tokens out  time  usd\n"
        "web    source  public  up to 3                                      -\n"
        "long   filter  public  up to 3                                      -\n"
        "total                                  0          0           0     -    0\n"
        "\n"
        "not known before the run:\n"
        "  time: `web`, `long` did not run here as they are now; what took how long is known after a run\n"
    )


PRICED = """
endpoint llm = tgi("http://localhost:1") {
  price = { input = 100.0, output = 1k }
}

filter asked = web
  | ask chatty = typed(text)
"""


def test_money(project: Project) -> None:
    """What an endpoint asks for a million tokens is counted; nobody listens there, and nobody is asked."""
    project.write("spec.synth", SPEC + PRICED)
    asked = next(node for node in json.loads(project.run("plan", "--sample", "--json").out)["nodes"] if node["name"] == "asked")

    assert (asked["rows"], asked["requests"], asked["tokens_out"]) == ({"low": 3, "likely": 3, "high": 3}, 3, 3)
    assert asked["usd"] == pytest.approx((asked["tokens_in"] * 100 + 3 * 1000) / 1e6, abs=1e-4)


def test_json(project: Project) -> None:
    """The document has the keys that were promised."""
    document = json.loads(project.run("plan", "--json").out)

    assert set(document) == {"nodes", "totals", "privacy", "graph", "passes", "refused", "missing"}
    promised = {"name", "kind", "label", "rows", "requests", "tokens_in", "tokens_out", "seconds", "usd", "cached"}
    assert all(set(node) == promised for node in document["nodes"])


def test_privacy(project: Project) -> None:
    """What people spend is shown by the accountant's number, before and with this run; their file is not there and not missed."""
    project.write("spec.synth", PRIVATE)
    said = project.run("plan").out

    assert "privacy of `users` (people `people`): epsilon " in said
    assert "at delta 1e-10; population 10,000,000, as declared\n" in said
    assert "  spent on these people over all runs of this project: epsilon 0; with this run at most " in said


def test_charged_before(project: Project) -> None:
    """Rounds that were charged in earlier runs count."""
    project.write("spec.synth", PRIVATE)
    fresh = json.loads(project.run("plan", "--json").out)["privacy"]["users"]
    charge = {"charge": "x", "people": "people", "node": "tuned", "mechanism": "gaussian", "sampling": 0.001, "noise": 0.8}
    project.write(".synth/privacy/people.jsonl", "".join(json.dumps({**charge, "round": n}) + "\n" for n in range(50)))
    charged = json.loads(project.run("plan", "--json").out)["privacy"]["users"]

    assert charged["lifetime_epsilon"] > fresh["lifetime_epsilon"] == 0
    assert charged["lifetime_epsilon_after"] > fresh["lifetime_epsilon_after"] == fresh["epsilon"]


def test_a_file_that_is_not_there_is_said(project: Project) -> None:
    """In the words of `run`; what can be planned without it is planned."""
    project.write("spec.synth", SPEC.replace("web.jsonl", "wbe.jsonl"))
    said = project.run("plan")
    sentence = f"spec.synth:5:15: there is no file `wbe.jsonl` (looked for in {project.folder}); check the path, or run from the project's folder"

    assert said.code == 0
    assert f"\n`run` would stop: {sentence}\n" in said.out
    assert project.run("run").err.endswith(f"synthc: {sentence}\n")
    assert json.loads(project.run("plan", "--json").out)["missing"] == [sentence]


def test_a_column_that_is_not_there_is_said_by_a_sample(project: Project) -> None:
    """For then the rows are read."""
    project.write("spec.synth", SPEC.replace(".text", ".txt"))

    assert "\n`run` would stop: spec.synth:5:15: no row of `web` has `.txt` for the column `text`; its records have `text`\n" in project.run("plan", "--sample").out


def test_what_answers_on_this_machine_costs_nothing(project: Project) -> None:
    """Though nobody has counted the tokens yet; no price is asked for, which the bundled model would refuse."""
    project.write("spec.synth", SPEC + ASKED.replace('endpoint llm = tgi("http://127.0.0.1:9")\n', ""))
    said = project.run("plan")

    assert "money" not in said.out
    assert json.loads(project.run("plan", "--json").out)["totals"]["usd"] == 0
    project.write("spec.synth", SPEC + ASKED)
    assert "  money: say what `llm` asks for, as `price = { input = 0.15, output = 0.6 }`\n" in project.run("plan").out
    project.write("spec.synth", SPEC + ASKED.replace('9")\n', '9") { price = { input = 1.0, output = 1.0 } }\n'))
    assert "  money: it depends on tokens that nobody has counted yet\n" in project.run("plan").out


def test_what_people_would_be_refused_to_fails_a_plan(project: Project) -> None:
    """With the sentence that a run would stop with, and its exit code."""
    project.write("spec.synth", PRIVATE)
    project.write("users.jsonl", json.dumps({"user": 1, "text": "one"}) + "\n")
    charge = {"charge": "x", "people": "people", "node": "tuned", "mechanism": "gaussian", "sampling": 0.1, "noise": 0.5}
    project.write(".synth/privacy/people.jsonl", "".join(json.dumps({**charge, "round": n}) + "\n" for n in range(50)))
    said = project.run("plan")

    assert said.code == 1
    assert said.err.endswith("and their budget is 8; ask for less, raise the budget, or keep the model that is there\n")
    assert "synthc: `run` will refuse this: spec.synth:17:10: `tuned` would bring the lifetime epsilon of `people` from " in said.err
    assert json.loads(project.run("plan", "--json").out)["refused"] in said.err


def test_buys_nothing(project: Project) -> None:
    """A plan leaves no file behind."""
    before = sorted(path.name for path in project.folder.rglob("*"))
    project.run("plan", "--sample")

    assert sorted(path.name for path in project.folder.rglob("*")) == before


def test_models_are_sized(project: Project) -> None:
    """What they learn, what they take, and how much work a word is, before anything is trained."""
    project.write("spec.synth", PRIVATE)
    said, document = project.run("plan"), json.loads(project.run("plan", "--json").out)
    found = next(node["model"] for node in document["nodes"] if node["name"] == "keyboard")
    parameters = 104 * 8 + 4 * 8 * (8 + 8 + 1) + 104

    assert found == {"parameters": parameters, "bytes": 4 * parameters, "training_bytes": 16 * parameters, "flops": 2 * 4 * 8 * 16 + 2 * 8 * 104}
    assert "keyboard 1,480 5.92 kB 1.48 kB 23.7 kB 2.69 k" in [" ".join(line.split()) for line in said.out.splitlines()]


@pytest.mark.parametrize(
    ("dp", "vectors"),
    [("tree(clip = 0.3, noise = 7, separation = 100)", 7), ("blt(clip = 0.3, noise = 7, separation = 100)", 3), ("banded(clip = 0.3, noise = 7, bands = 50, separation = 100)", 49)],
    ids=["tree", "blt", "banded"],
)
def test_noise_that_is_remembered_is_sized(project: Project, dp: str, vectors: int) -> None:
    """As many vectors as the mechanism reaches back, each as large as the model: a disk may be too small for them."""
    project.write("spec.synth", PRIVATE.replace("gaussian(clip = 0.3, noise = 1.0)", dp))
    said, document = project.run("plan").out, json.loads(project.run("plan", "--json").out)
    nodes = {node["name"]: node for node in document["nodes"]}

    assert nodes["tuned"]["noise"] == {"vectors": vectors, "bytes": vectors * nodes["keyboard"]["model"]["bytes"]}
    assert f"  `tuned` remembers up to {vectors} vectors of noise, " in said
    assert all("noise" not in node for name, node in nodes.items() if name != "tuned")


ASKED = """
prompt rewrite(text: text) -> text {
  ask        = \"\"\"Rewrite this: {{ text }}\"\"\"
  max_output = 50
}
endpoint llm = tgi("http://127.0.0.1:9")
filter few = web
  | ask a = rewrite(text) { on_fail = keep }
  | take 1
"""


def test_what_passes_save_is_said(project: Project) -> None:
    """Three rows would be asked about, and one is."""
    project.write("spec.synth", SPEC + ASKED)

    said = project.run("plan").out
    document = json.loads(project.run("plan", "--json").out)

    assert "`drop-before-ask` saves up to 2 requests, 100 tokens written\n" in said
    assert document["passes"] == [{"pass": "drop-before-ask", "requests": 2, "tokens_in": None, "tokens_out": 100}]
    assert next(node for node in document["nodes"] if node["name"] == "few")["requests"] == 1
    assert said.rstrip().endswith("tells rows, tokens and time closely")
