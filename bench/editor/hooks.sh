#!/bin/sh
# The pre-commit hooks tried from a clone of this repository, and the GitHub Action's installation as a runner does it:
# an empty environment, and then `synthc check` in it. Both files are held against their published schemas.
# Needs the package index; writes bench/results/hooks.json and fails if one of them does.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 -m venv "$scratch/tools"
"$scratch/tools/bin/pip" install --quiet pre-commit check-jsonschema

"$scratch/tools/bin/check-jsonschema" --builtin-schema vendor.github-actions "$root/action.yml"
"$scratch/tools/bin/pre-commit" validate-manifest "$root/.pre-commit-hooks.yaml"

git clone --quiet "$root" "$scratch/synthc"
mkdir "$scratch/project"
cd "$scratch/project"
git init --quiet
printf 'synth 1\n\npublic source web = files("web.jsonl") { license = "CC0-1.0" }\n\nfilter typed = web\n  | take 5\n' > right.synth
export PATH="$root/.venv/bin:$scratch/tools/bin:$PATH" PRE_COMMIT_HOME="$scratch/pre-commit"
git add right.synth
pre-commit try-repo "$scratch/synthc" --all-files

sed 's/ = web/=web/; s/take 5/take five/' right.synth > wrong.synth
git add wrong.synth
if pre-commit try-repo "$scratch/synthc" --all-files; then
  echo "the hooks pass a spec that is wrong" >&2
  exit 1
fi
grep -q 'filter typed = web' wrong.synth

install=$("$root/.venv/bin/python" -c 'import sys, yaml; print(next(s["run"] for s in yaml.safe_load(open(sys.argv[1]))["runs"]["steps"] if s["name"] == "Install synthc"))' "$root/action.yml")
mkdir "$scratch/runner"
export RUNNER_TEMP="$scratch/runner" GITHUB_PATH="$scratch/path" SOURCE="$scratch/synthc"
bash -eo pipefail -c "$install"
installed=$(cat "$GITHUB_PATH")
"$installed/synthc" check right.synth
megabytes=$(du -sm "$scratch/runner" | cut -f1)
"$root/.venv/bin/python" - "$megabytes" > "$root/bench/results/hooks.json" <<'PY'
import json, sys
print(json.dumps({"action_schema": "valid", "hooks_manifest": "valid", "hooks": "pass what is right, stop what is wrong, format in place",
                  "action_installs_megabytes": int(sys.argv[1])}, indent=2))
PY
cat "$root/bench/results/hooks.json"
