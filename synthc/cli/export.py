"""`synthc export`: what a run made, in a form that others read."""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from synthc.cli.plan_models import brief
from synthc.cli.runs import Run, add_run, find_run
from synthc.cli.table import table
from synthc.compiler.graph import Graph, Node
from synthc.runtime.errors import InputError

if TYPE_CHECKING:
    from synthc.runtime.export.model import Exported

FORMATS = ("safetensors", "onnx", "onnx-int8", "executorch")
SAMPLE = 20_000
"""Words of the training, about so many, that accuracy in eight bits is measured on."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_run(parser)
    parser.add_argument("name", metavar="NAME", help="a model of the run; or `flower`, for an app that tunes on real devices")
    parser.add_argument("to", type=Path, metavar="DIR", help="the folder to write to, a new or an empty one")
    parser.add_argument("--format", action="append", choices=FORMATS, dest="formats", help="may be said several times; safetensors if left out")
    parser.add_argument("--federation", metavar="NAME", help="which federation becomes the app, where the run has several; with `flower` alone")
    parser.add_argument("--participations", type=int, metavar="N", help="how many rounds a device may join; 1, or as many as the separation allows, if left out; with `flower` alone")


def run(options: argparse.Namespace) -> int:
    """Export one thing of a run."""
    if options.name == "flower":
        from synthc.cli.export_flower import export_flower

        if options.formats:
            raise InputError("`--format` has no effect on a Flower app")
        return export_flower(find_run(options.run_name), options.federation, options.to, options.participations)
    for name in ("federation", "participations"):
        if getattr(options, name) is not None:
            raise InputError(f"`--{name}` is for `synthc export RUN flower DIR` alone")
    return export_model(find_run(options.run_name), options.name, options.to, tuple(dict.fromkeys(options.formats or FORMATS[:1])))


def export_model(found: Run, name: str, to: Path, formats: tuple[str, ...]) -> int:
    """Write a model and say what was written."""
    node = found.graph.by_name.get(name)
    models = [each.name for each in found.graph.nodes if each.kind in {"pretrain", "federate"}]
    if node is None or node.name not in models:
        raise InputError(f"{found.folder}: no model is called `{name}`; there are {', '.join(models)}" if models else f"{found.folder}: this run trains no model")
    folder = found.folder / "models" / name
    if node.private or (found.folder / "private" / "models" / name).is_dir():
        raise InputError(f"`{name}` is private: it may give away the text it was tuned on, so it stays in the run's private folder")
    if not folder.is_dir():
        raise InputError(f"{found.folder}: `{name}` was not made yet; `synthc run` goes on with it")
    if to.exists() and any(to.iterdir()):
        raise InputError(f"{to} is not empty; name a folder that is")
    from synthc.runtime.export.model import export

    facts = {"model": name, "run": found.folder.name, "graph": found.graph.fingerprint, "label": node.label.value}
    done = export(folder, to, formats, facts, _texts(found, node) if "onnx-int8" in formats else [])
    print("\n".join(_said(done)))
    return 0


def _texts(found: Run, node: Node) -> list[str]:
    """Return some public text that a model was trained on in the end, none if the run's folder no longer has it."""
    rows = _trained_on(node, found.graph)
    shards = sorted((found.folder / "datasets" / rows.settings["rows"]["node"]).glob("*.parquet"))
    if not shards:
        print(f"accuracy in eight bits is not measured: the rows of `{rows.settings['rows']['node']}` are not in {found.folder}", file=sys.stderr)
        return []
    import polars as pl

    column = rows.settings["column"]
    texts: list[str] = pl.scan_parquet(shards).select(column).head(SAMPLE).collect()[column].to_list()
    counts = itertools.accumulate(len(text.split()) for text in texts)
    return [text for text, count in zip(texts, counts, strict=True) if count <= SAMPLE] or [" ".join(texts[0].split()[:SAMPLE])]


def _trained_on(node: Node, graph: Graph) -> Node:
    """Return the pre-training that a model comes from, that itself if it is one."""
    while node.kind != "pretrain":
        node = graph.by_name[node.settings["model"]["node"]]
    return node


def _said(done: list[Exported]) -> Iterator[str]:
    rows = [["file", "size", "logits differ by", "first guess right"]]
    for each in done:
        right = "" if each.top1 is None or each.top1_before is None else f"{each.top1:.2%} ({each.top1_before:.2%} before) of {each.words:,} words it was trained on"
        rows.append([each.file, f"{brief(each.bytes)}B", f"{each.difference:.1e}", right])
    yield from table(rows, right="lrrl").splitlines()
