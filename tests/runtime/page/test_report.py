"""What the report promises, whatever a run came to."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from synthc.compiler.graph import Privacy
from synthc.compiler.graph.encoding import GraphError
from synthc.runtime.page.report import write_report
from tests.runtime.page.run_folder import ODD, SECRET, entry, graph, metrics, privacy, write, write_run

VOID = {"meta", "br", "hr", "img", "link", "input"}


class Reader(HTMLParser):
    """Reads a page, checks that what is opened is closed, and gathers its text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember what is open."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened last, and nothing else."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Gather what is seen."""
        if "style" not in self.open:
            self.words.append(data)


def read(folder: Path) -> Reader:
    """Write a run's report and read it."""
    reader = Reader()
    reader.feed(write_report(folder).read_text(encoding="utf-8"))
    reader.close()
    assert reader.open == []
    return reader


def text(folder: Path) -> str:
    """Return what a reader of the page sees, on one line."""
    return " ".join("".join(read(folder).words).split())


def test_each_pair_gets_a_verdict(tmp_path: Path) -> None:
    """A pair is told as who beats whom, by how much, and how sure that is."""
    seen = text(write_run(tmp_path))

    assert "warm beats baseline by 27% relative top-1 accuracy (95% interval 22% to 31%, 33 users)." in seen
    assert "tuned cannot be told from warm: +1.6% relative top-1 accuracy (95% interval \u22121.2% to +4.3%, 33 users)." in seen


def test_a_loss_is_told_as_a_loss(tmp_path: Path) -> None:
    """A change below zero with all of its interval is no win."""
    folder = write_run(tmp_path)
    found = metrics()
    found["accuracy"]["pairs"] = [{"model": "tuned", "against": "warm", "relative": -0.12, "interval": [-0.2, -0.05]}]
    write(folder / "metrics.json", json.dumps(found))

    assert "tuned falls behind warm by 12% relative top-1 accuracy (95% interval 5.0% to 20%, 33 users)." in text(folder)


def test_a_gain_over_next_to_nothing_is_told_in_points(tmp_path: Path) -> None:
    """The difference is measured well; a relative change there is not."""
    pair = {"model": "tuned", "against": "warm", "metric": "top1_macro", "relative": None, "interval": None, "difference": 0.1685, "difference_interval": [0.1421, 0.1949]}
    models = {"warm": {"top1_macro": 0.0, "top1_macro_interval": [0.0, 0.06]}, "tuned": {"top1_macro": 0.1685, "top1_macro_interval": [0.06, 0.28]}}
    folder = write_run(tmp_path)
    write(folder / "metrics.json", json.dumps({"accuracy": {"release": "not dp", "noised": True, "users": 40.2, "part": "test", "times_scored": 1, "models": models, "pairs": [pair]}}))
    seen = text(folder)

    assert (
        "tuned is better than warm: +16.9 percentage points of top-1 accuracy of the mean user (95% interval +14.2 to +19.5, about 40 users, noise included)."
        " There is no relative change: the top-1 accuracy of the mean user of warm cannot be told from 0." in seen
    )
    assert "release: not dp, noise that protects nobody" in seen


def test_an_unmet_requirement_is_told(tmp_path: Path) -> None:
    """What `require` found stands beside the verdict."""
    folder = write_run(tmp_path)
    found = metrics()
    found["accuracy"]["unmet"] = ["`require = warm.top1 >= 1` does not hold: 0.2 against 1"]
    write(folder / "metrics.json", json.dumps(found))
    seen = text(folder)

    assert "Not met: require = warm.top1 >= 1 does not hold: 0.2 against 1." in seen
    assert "Required and met" not in seen


def test_a_pretended_population_protects_nobody_true(tmp_path: Path) -> None:
    """Epsilon is that of the pretended people, and each place that shows it says so."""
    seen = text(write_run(tmp_path))

    assert "Pretended 1,000,000, true users not protected. Had 1,000,000 people taken part" in seen
    assert "would change the probability of any outcome of the tuning by at most a factor of 28 (epsilon = 3.34), but for a chance of 1 in 100 million (delta = 1e-8)" in seen
    assert seen.count("retended 1,000,000, true users not protected") == 3
    assert "epsilon 4.00" not in seen


def test_a_true_population_is_told_what_one_person_changes(tmp_path: Path) -> None:
    """The sentence is about the people themselves, and what it does not cover stands beneath it."""
    seen = text(write_run(tmp_path, of=graph(simulate=False), ledger=privacy(simulate=False)))

    assert "Adding or removing all text of one person in phones changes the probability" in seen
    assert "The numbers of accuracy are released without differential privacy; the part test was scored 3 times on this machine." in seen
    assert "epsilon 5.10, this run included and in this project alone" in seen
    assert "retended" not in seen


def test_a_mechanism_over_everybody_is_told_as_one(tmp_path: Path) -> None:
    """It draws nobody; what bounds each user is said beside it, and why the whole may cost less than it alone."""
    ledger = privacy()
    (source,) = ledger.values()
    source["mechanisms"] = [{**source["mechanisms"][0], "q": 1.0, "sampler": "poisson", "clip": 1.5**0.5, "numbers": 6, "epsilon": source["epsilon"] + 1}]
    seen = text(write_run(tmp_path, ledger=ledger))

    assert "gaussian, everybody" in seen
    assert "In tuned each user adds 6 numbers of at most 1/2 each, which together are no longer than the clip." in seen
    assert "that of all mechanisms together, at a larger delta, may be below that of one." in seen


def test_second_opinions_stand_beside_epsilon(tmp_path: Path) -> None:
    """Every epsilon of the ledger is shown with its accountant."""
    seen = text(write_run(tmp_path))

    for told in ("dp-accounting 0.6.0 PLD", "Renyi DP (RDP)", "Opacus, by PRV"):
        assert told in seen


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"test_noise": 7}, "Not private: the noise over phones came from a seed"),
        ({"limit": 100}, "Not private: a try-out under --limit protects nobody in phones."),
    ],
)
def test_what_protects_nobody_says_so(tmp_path: Path, more: dict[str, Any], sentence: str) -> None:
    """A seed for the noise or a limit is never shown as a guarantee."""
    seen = text(write_run(tmp_path, of=graph(simulate=False), ledger=privacy(simulate=False), **more))

    assert sentence in seen
    assert "changes the probability" not in seen
    assert "(not private: these numbers hold for nobody)" in seen


def test_tuning_without_noise_is_not_private(tmp_path: Path) -> None:
    """`dp = none` has no epsilon."""
    ledger = {"phones": {**privacy()["phones"], "mechanisms": [], "epsilon": None}}
    seen = text(write_run(tmp_path, of=graph(dp=False), ledger=ledger))

    assert "Not private: tuned is tuned on phones without noise (dp = none)" in seen


def test_no_private_text_is_said_plainly(tmp_path: Path) -> None:
    """A run over public text alone has nothing to protect."""
    whole = graph()
    public = replace(whole, nodes=tuple(n for n in whole.nodes if n.label is Privacy.PUBLIC))

    assert "This run read no private text." in text(write_run(tmp_path, of=public, ledger={}))


def test_private_nodes_show_nothing(tmp_path: Path) -> None:
    """Rows, counts and reasons of private nodes are not read even where they lie in the open."""
    folder = write_run(tmp_path)
    page = write_report(folder).read_text()

    assert SECRET in (folder / "failures" / "phones.jsonl").read_text()
    assert SECRET not in page
    assert "7,777" not in page
    assert "Rows, times and failures of private nodes are not shown." in text(folder)


def test_rows_that_a_tuned_model_chose_are_not_shown(tmp_path: Path) -> None:
    """True users had a say in which rows a simulated dataset holds."""
    whole = graph()
    nodes = tuple(replace(n, label=Privacy.SIMULATED) if n.name == "corpus" else n for n in whole.nodes)
    seen = text(write_run(tmp_path, of=replace(whole, nodes=nodes)))

    assert "Example rows are not shown" in seen


def test_text_is_escaped(tmp_path: Path) -> None:
    """Rows, reasons and params with markup in them are text."""
    folder = write_run(tmp_path)
    reader = read(folder)

    assert not [tag for tag, _ in reader.elements if tag == "script"]
    assert ODD in " ".join(reader.words)


def test_the_page_stands_alone(tmp_path: Path) -> None:
    """Nothing is fetched: all links stay on the page, and every one of them leads somewhere."""
    elements = read(write_run(tmp_path)).elements
    ids = {found["id"] for _, found in elements if "id" in found}
    links = [found["href"] for _, found in elements if "href" in found]

    assert links
    assert all(link is not None and link[1:] in ids and link.startswith("#") for link in links)
    assert not [found for _, found in elements if "src" in found]
    assert not re.search(r"url\(|@import|https?:", (tmp_path / "report.html").read_text())


def test_counts_and_notes_are_shown(tmp_path: Path) -> None:
    """Each step tells where its rows went; the mix tells its words; notes stand with their nodes."""
    seen = text(write_run(tmp_path))

    assert 'where chatty.p("yes") >= 0.5 558 410 0 0 0 148'.replace(" ", "") in seen.replace(" ", "")
    assert "typed is repeated 2 times to make 75% of the mix" in seen
    assert "web25.0%25.1%980" in seen.replace(" ", "")
    assert "540; 20 found in the ledger; 2 failed" in seen
    assert "warm: more than 4 passes over the same words" in seen


def test_the_bundled_model_is_named(tmp_path: Path) -> None:
    """Answers of the embedded endpoint are not taken for those of an LLM; other servers get no such remark."""
    remark = "Answers came from the bundled 5M model: it makes the pipeline run; it does not replace a real LLM."
    tgi = {"embedded": {"model": "google/gemma", "revision": "abc", "server": "tgi 3"}}

    assert remark in text(write_run(tmp_path / "one"))
    assert remark not in text(write_run(tmp_path / "two", endpoints=tgi))


@pytest.mark.parametrize("until", ["web", "typed", "corpus", "keys", "warm", "tuned", "accuracy"])
@pytest.mark.parametrize("status", ["failed", "interrupted"])
def test_a_run_that_stopped_has_a_report(tmp_path: Path, until: str, status: str) -> None:
    """Wherever it stopped, the page says why and shows what is there."""
    seen = text(write_run(tmp_path, until=until, status=status))

    assert "typed stopped; the same command goes on" in seen
    assert "No verdict: accuracy" in seen


def test_a_number_that_an_example_fills_in_stands_as_it_is_sent(tmp_path: Path) -> None:
    """Without the marks of a hole, which the row alone fills."""
    whole = graph()
    typed = next(node for node in whole.nodes if node.name == "typed")
    (place,) = [index for index, step in enumerate(typed.steps) if step.verb == "ask"]
    ask = typed.steps[place]
    message = {"role": "user", "parts": ["Make up a chat on work at ", {"hole": {"value": 9}}, " o'clock, not at ", {"hole": {"column": "hour"}}, "."]}
    asked = replace(ask, settings={**ask.settings, "prompt": {**ask.settings["prompt"], "messages": [message]}})
    changed = replace(typed, steps=(*typed.steps[:place], asked, *typed.steps[place + 1 :]))
    folder = write_run(tmp_path, of=replace(whole, nodes=tuple(changed if node is typed else node for node in whole.nodes)))

    assert "user: Make up a chat on work at 9 o'clock, not at {{ hour }}." in text(folder)


def test_a_killed_run_has_a_report(tmp_path: Path) -> None:
    """Without a result, and with a last event cut short, the events before it are told."""
    folder = write_run(tmp_path, until="corpus")
    lines = (folder / "events.jsonl").read_text().splitlines()[:-1]
    write(folder / "events.jsonl", "\n".join([*lines, '{"event": "node_st']))
    for name in ("result.json", "metrics.json", "privacy.json"):
        (folder / name).unlink()
    seen = text(folder)

    assert "no end told" in seen
    assert "it was killed" in seen
    assert "the run has not written its privacy ledger" in seen
    assert "corpus was not reached" in seen
    assert "Which model answers is told when the run ends." in seen
    assert "--seed" not in seen


def test_only_a_graph_has_a_report(tmp_path: Path) -> None:
    """The graph alone is enough; without it there is no run."""
    folder = write_run(tmp_path)
    for path in folder.iterdir():
        if path.name != "graph.json":
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    assert "No verdict" in text(folder)
    (folder / "graph.json").unlink()
    with pytest.raises(GraphError):
        write_report(folder)


def test_a_kept_node_tells_what_it_took_when_it_was_made(tmp_path: Path) -> None:
    """The last word on a node counts, and a second start does not forget what the first one paid."""
    folder = write_run(tmp_path)
    typed = next(n for n in graph().nodes if n.name == "typed")
    again = {**entry(typed, "cached"), "seconds": 0.0, "requests": 0, "tokens_in": 0, "tokens_out": 0}
    events = [{"event": "run_started", "time": 1_795_540_000.0}, {"event": "node_finished", "node": "typed", "time": 1_795_540_001.0, **again}]
    with (folder / "events.jsonl").open("a") as file:
        file.writelines(json.dumps(event) + "\n" for event in [*events, {"event": "run_finished", "time": 1_795_540_002.0, "status": "done"}])
    seen = text(folder)

    assert "typed public kept from before" in seen
    assert "540; 20 found in the ledger; 2 failed" in seen
    assert "start 2 of this run" in seen


def test_the_same_folder_gives_the_same_bytes(tmp_path: Path) -> None:
    """Nothing of the moment of writing is in the page."""
    folder = write_run(tmp_path)

    assert write_report(folder).read_bytes() == write_report(folder).read_bytes()


def test_the_command_carries_the_graph_out_again(tmp_path: Path) -> None:
    """Seed, limit and the seed of the noise are in it."""
    seen = text(write_run(tmp_path, seed=3, limit=50, test_noise=1))

    assert "synthc run runs/keys-12345678/graph.json --seed 3 --limit 50 --test-noise 1" in seen


def test_people_who_only_judge_spend_nothing(tmp_path: Path) -> None:
    """They are told apart from people who were learnt from."""
    whole = graph()
    pairs = [[{"node": "warm"}, {"node": "baseline"}]]
    kept = [n for n in whole.nodes if n.name not in {"tuned", "accuracy"}]
    judge = next(n for n in whole.nodes if n.name == "accuracy")
    models = [{"node": "baseline"}, {"node": "warm"}]
    judge = replace(judge, inputs=("baseline", "warm", "phones"), settings={**judge.settings, "models": models, "pairs": pairs})
    seen = text(write_run(tmp_path, of=replace(whole, nodes=(*kept, judge))))

    assert "Nothing was trained on the texts of phones." in seen
    assert "The numbers of accuracy are released without differential privacy" in seen


def test_what_the_ledger_calls_not_private_is_never_covered(tmp_path: Path) -> None:
    """Where the ledger promises no epsilon and says why, that is the sentence."""
    ledger = privacy(simulate=False)
    ledger["phones"] |= {"epsilon": None, "assumptions": ["not private: `tuned` was tried, and no round of it was charged"]}

    assert "Not private: tuned was tried, and no round of it was charged." in text(write_run(tmp_path, of=graph(simulate=False), ledger=ledger))


def test_a_loss_that_was_kept_is_shown(tmp_path: Path) -> None:
    """One of each seed; where none was kept the page says so."""
    folder = write_run(tmp_path)
    assert "The loss is shown while a model trains and is not kept." in text(folder)

    for name in ("baseline", "warm"):
        path = folder / "models" / name / "training.json"
        write(path, json.dumps({**json.loads(path.read_text()), "loss": [4.1234, 4.2]}))

    assert "4.123, 4.200" in text(folder)


def test_cut_off_and_refused_answers_are_told(tmp_path: Path) -> None:
    """For each prompt, with their share."""
    folder = write_run(tmp_path)
    counts = folder / "datasets" / "typed" / "counts.json"
    tally = {"prompt": "on_phone", "kind": "text", "max_output": 8, "rows": 200, "replies": 250, "cut": 50, "refused": 5, "unreadable": 0}
    write(counts, json.dumps({**json.loads(counts.read_text()), "answers": [tally]}))

    told = [" ".join(word.split()) for word in read(folder).words if word.strip()]

    at = told.index("was answered")
    assert {"Cut off", "Refused", "50 (20.0%)", "5 (2.0%)"} <= set(told[at : at + 30])
