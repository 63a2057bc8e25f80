#!/bin/sh
# Emacs with editors/emacs/synth-mode.el alone: it is compiled without a warning, then colours, indentation and what Eglot
# gets from `synthc lsp` are looked at. Debian's Emacs and Eglot are installed where there is none.
# Writes bench/results/emacs.json and fails if one check does.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT

command -v emacs >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends emacs-nox elpa-eglot; }
export SCRATCH RESULT="$root/bench/results/emacs.json" PATH="$root/.venv/bin:$PATH" HOME="$SCRATCH"
mkdir -p "$root/bench/results"
cp "$root/editors/emacs/synth-mode.el" "$SCRATCH"
emacs -Q --batch --eval '(setq byte-compile-error-on-warn t)' -f batch-byte-compile "$SCRATCH/synth-mode.el"
emacs -q --no-splash --batch -l "$root/bench/editor/emacs.el"
