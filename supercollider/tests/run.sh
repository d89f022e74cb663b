#!/bin/bash
# Runs the tests of the sclang side: tells sclang, for this one run, where the test classes are, and gives it a JACK.
# Exits with 0 when all passed.
set -eu

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=$(mktemp -d)
jack=

export QT_QPA_PLATFORM=offscreen QTWEBENGINE_DISABLE_SANDBOX=1 XDG_RUNTIME_DIR=$scratch
export JACK_DEFAULT_SERVER=sonifytest$$ JACK_NO_AUDIO_RESERVATION=1 JACK_NO_START_SERVER=1
export SONIFY_PORT=${SONIFY_PORT:-57320} SCSYNTH_PORT=${SCSYNTH_PORT:-57310}
unset SONIFY_RECORD BRIDGE_TCP
trap '[ -z "$jack" ] || kill "$jack"; rm -rf "$scratch" "/dev/shm/SuperColliderServer_$SCSYNTH_PORT"' EXIT

printf 'includePaths:\n  - "%s/classes"\nexcludePaths:\n  []\npostInlineWarnings: false\n' "$here" >"$scratch/sclang.yaml"

jackd -r -n "$JACK_DEFAULT_SERVER" -d dummy -r 48000 -p 512 >"$scratch/jackd.log" 2>&1 &
jack=$!
sclang -D -u "$SONIFY_PORT" -l "$scratch/sclang.yaml" "$here/run.scd" </dev/null
