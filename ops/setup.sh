#!/bin/sh
# Makes .venv with the pinned packages and prepares the search model; does nothing when both are
# up to date.
# With --browser it also sees to a Chromium for the browser tests.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

# Runs a command and shows that it goes on: the seconds in a terminal, else a line now and then.
with_clock() {
  label=$1
  shift
  "$@" &
  pid=$!
  began=$(date +%s)
  while kill -0 "$pid" 2>/dev/null; do
    sleep 1
    seconds=$(($(date +%s) - began))
    if [ -t 2 ]; then
      printf '\r%s  %s s ' "$label" "$seconds" >&2
    elif [ $((seconds % 20)) = 0 ]; then
      say "$label  $seconds s"
    fi
  done
  [ ! -t 2 ] || printf '\n' >&2
  wait "$pid"
}

python=""
for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
  [ -n "$candidate" ] || continue
  if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$candidate
    break
  fi
done
if [ -z "$python" ]; then
  say "mercato: Python 3.11 or newer is needed and was not found. Install it, or name it: make up PYTHON=/path/to/python3.11"
  exit 2
fi

install_debian() {
  # $1: what for; then packages
  purpose=$1
  shift
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    with_clock "Reading Debian's package lists" apt-get update -qq
    with_clock "Installing $* ($purpose)" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends "$@" >/dev/null
  else
    say "mercato: $purpose needs $*. Install it (Debian and Ubuntu: sudo apt-get install $*) and run the command again."
    exit 2
  fi
}

stamp=.venv/.installed
wanted=$(cat pyproject.toml constraints.txt | cksum)
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$wanted" ]; then
  if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    install_debian "making a Python environment" python3-venv
  fi
  say "Making .venv with about 3 GB of Python packages; some minutes the first time."
  [ -x .venv/bin/python ] || "$python" -m venv .venv
  with_clock "Installing packages" .venv/bin/python -m pip install --quiet --disable-pip-version-check \
    --constraint constraints.txt --editable '.[dev]'
  printf '%s' "$wanted" >"$stamp"
fi

# Keyed by what it is made from, so this is quick when nothing changed; without it the first
# Embedder would do it.
prepared=.venv/.prepared
if [ "$(cat "$prepared" 2>/dev/null || true)" != "$wanted" ]; then
  with_clock "Preparing the search model" .venv/bin/python -m deployments.search.prepare_engine
  printf '%s' "$wanted" >"$prepared"
fi

if [ "${1:-}" = --browser ]; then
  if [ -z "${MERCATO_CHROMIUM:-}" ] && ! command -v chromium >/dev/null 2>&1 &&
    ! command -v google-chrome >/dev/null 2>&1 && ! command -v chromium-browser >/dev/null 2>&1; then
    install_debian "the browser tests" chromium
  fi
fi
