#!/bin/sh
# The language server driven by pytest-lsp, as VS Code and as Neovim. In an environment of its own: pytest-lsp needs pygls, and
# that a newer attrs than dp-accounting allows beside it. Needs the package index; writes bench/results/pytest_lsp.json.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 -m venv "$scratch/env"
"$scratch/env/bin/pip" install --quiet pytest-lsp==1.0.1 pytest-asyncio
SYNTHC="$root/.venv/bin/synthc" "$scratch/env/bin/pytest" -q -p no:cacheprovider --asyncio-mode=auto --rootdir "$root/bench/editor/pytest_lsp" \
  --junitxml "$scratch/junit.xml" "$root/bench/editor/pytest_lsp"
"$scratch/env/bin/python" - "$scratch/junit.xml" "$root/bench/results/pytest_lsp.json" <<'PYTHON'
import json, sys
from importlib.metadata import version
from xml.etree import ElementTree

suite = next(ElementTree.parse(sys.argv[1]).iter("testsuite")).attrib
result = {"pytest_lsp": version("pytest-lsp"), "tests": int(suite["tests"]), "failures": int(suite["failures"]) + int(suite["errors"]), "seconds": float(suite["time"])}
open(sys.argv[2], "w").write(json.dumps(result, indent=1) + "\n")
print(result)
PYTHON
