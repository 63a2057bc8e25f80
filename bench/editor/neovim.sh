#!/bin/sh
# Neovim as a user has it: editors/neovim on its path, `synthc lsp` behind it, nothing else. Colours and indentation are
# looked at, then everything that the server answers. Each argument is a Neovim; without one, Debian's is installed.
# Writes bench/results/neovim.json and fails if one check does.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

if [ $# -eq 0 ]; then
  command -v nvim >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends neovim; }
  set -- nvim
fi
export XDG_CONFIG_HOME="$scratch/config" XDG_DATA_HOME="$scratch/data" XDG_STATE_HOME="$scratch/state" XDG_CACHE_HOME="$scratch/cache"
export SYNTHC_ROOT="$root" PATH="$root/.venv/bin:$PATH"

runs=0
run() { # an editor, the way it starts the server
  runs=$((runs + 1))
  mkdir "$scratch/project$runs"
  (cd "$scratch/project$runs" && START="$2" RESULT="$scratch/$runs.json" "$1" --headless -u NONE -i NONE -n -c "luafile $root/bench/editor/neovim.lua")
}
failed=0
for editor in "$@"; do
  run "$editor" setup || failed=1
  case $("$editor" --version | head -1) in
    *v0.[0-9].*|*v0.10.*) ;;
    *) run "$editor" enable || failed=1 ;;
  esac
done

mkdir -p "$root/bench/results"
"$root/.venv/bin/python" - "$scratch" <<'PY' > "$root/bench/results/neovim.json"
import json, pathlib, sys
runs = [json.loads(path.read_text()) for path in sorted(pathlib.Path(sys.argv[1]).glob("*.json"))]
print(json.dumps({"runs": runs}, indent=2))
PY
exit $failed
