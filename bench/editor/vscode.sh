#!/bin/sh
# The extension of VS Code from a clean copy with npm alone: installed, type-checked, its grammar and its search for
# synthc tested, packed. Writes bench/results/vscode.json and fails if one of these does.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$root"
git ls-files -z editors/vscode | xargs -0 cp --parents -t "$scratch"
cd "$scratch/editors/vscode"

npm ci
npm test 2>&1 | tee "$scratch/test.log"
grep -q '^# fail 0$' "$scratch/test.log"
npm run package
"$root/.venv/bin/python" - "$scratch/test.log" synth.vsix > "$root/bench/results/vscode.json" <<'PY'
import json, pathlib, re, subprocess, sys, zipfile
log, vsix = map(pathlib.Path, sys.argv[1:])
grammar = pathlib.Path("test/grammar")
print(json.dumps({
    "node": subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip(),
    "grammar_files_passed": len(re.findall(r"run success", log.read_text())),
    "grammar_assertions": sum(len(re.findall(r"^# *(?:<|#? *\^)", path.read_text(), re.MULTILINE)) for path in grammar.glob("*.synth")),
    "program_tests_passed": int(re.search(r"^# pass (\d+)$", log.read_text(), re.MULTILINE)[1]),
    "vsix_kilobytes": round(vsix.stat().st_size / 1000),
    "vsix_files": sorted(name for name in zipfile.ZipFile(vsix).namelist()),
}, indent=2))
PY
cat "$root/bench/results/vscode.json"
