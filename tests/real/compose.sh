#!/usr/bin/env bash
# The whole of docker-compose.yml on a real Docker Engine: each profile comes up alone, then all together; an alert posted
# to the bridge in its container is heard in SuperCollider's; Node-RED plays through the broker; Prometheus sees all.
# Ends with everything removed again, whatever happened.
#
#   tests/real/compose.sh               needs Docker with Compose v2, and Python with NumPy (PYTHON=.venv/bin/python)
#   LAB=1 tests/real/compose.sh         where no image registry is to be had: tags the stand-ins NAME:lab as pinned
#   SKIP_ALONE=1 tests/real/compose.sh  goes straight to all together
#
# Its own project name and free ports keep it away from a pager that runs on the same machine.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
python=${PYTHON:-.venv/bin/python}
command -v "$python" >/dev/null || python=python3
work=$(mktemp -d)
record=/tmp/record.wav

# Nothing of this shell's own settings, nor of .env.
while read -r variable; do unset "$variable"; done < <(sed -n 's/^#\([A-Z_]*\)=.*/\1/p' .env.example)
# shellcheck disable=SC2016 # the $ is part of the password
export MQTT_USERNAME=tester MQTT_PASSWORD='s e$c:r' SONIFY_RECORD=$record JACK_DRIVER=dummy PAGER_VERSION=test
names=(PROMETHEUS ALERTMANAGER MQTT MQTT_WEBSOCKETS BRIDGE BRIDGE_METRICS OSC NODERED)
read -ra free < <("$python" - "${#names[@]}" <<'PYTHON'
import socket, sys
probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(probe.getsockname()[1] for probe in probes))
PYTHON
)
for i in "${!names[@]}"; do export "PORT_${names[i]}=${free[i]}"; done

say() { printf '%s %s\n' "$(date +%H:%M:%S)" "$*"; }
compose() { docker compose -p singing-pager-test --env-file /dev/null "$@"; }
down() { compose --profile all down --volumes --timeout 5 >"$work/down.log" 2>&1 || cat "$work/down.log"; }
leave() {
  local result=$?
  if ((result)); then
    say "FAILED; the last words of each service:"
    compose --profile all ps --all || true
    compose --profile all logs --no-color --tail 25 || true
  fi
  down
  rm -rf "$work"
  exit "$result"
}
trap leave EXIT
trap 'exit 130' INT TERM

fail() { say "$*"; exit 1; }

# until_true SECONDS COMMAND...: tries it every half second; COMMAND is a function of this file or a program
until_true() {
  local end=$((SECONDS + $1)); shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || return 1
    sleep 0.5
  done
}

up() {
  compose "$@" up --detach --wait --wait-timeout 120 >"$work/up.log" 2>&1 || { tail -n 20 "$work/up.log"; fail "not healthy: $*"; }
}

get() { "$python" -c 'import sys, urllib.request as u; print(u.urlopen(sys.argv[1], timeout=5).read().decode())' "$1"; }

# in_bridge PATH JSON: posts it to the bridge from inside its container
in_bridge() {
  compose exec -T bridge python -c '
import sys, urllib.request as u
request = u.Request("http://127.0.0.1:8000" + sys.argv[1], sys.argv[2].encode(), {"Content-Type": "application/json"})
answer = u.urlopen(request, timeout=5)
assert answer.status == 202, answer.status
print(answer.status, answer.read().decode())' "$1" "$2"
}

metric() { get "http://127.0.0.1:$PORT_BRIDGE_METRICS/metrics" | grep -qE "$1"; }

say "images"
if [[ ${LAB:-} ]]; then
  compose --profile all config --images | sort -u | while read -r image; do
    case $image in singing-pager/*) ;; *) docker tag "${image%:*}:lab" "$image" ;; esac
  done
fi
down
compose --profile all build >"$work/build.log" 2>&1 || { tail -n 30 "$work/build.log"; fail "the images do not build"; }

if [[ ! ${SKIP_ALONE:-} ]]; then
  for profile in observability broker bridge audio viz; do
    up --profile "$profile"
    say "$profile alone: $(compose --profile "$profile" ps --format '{{.Service}} {{.Health}}' | paste -sd, | sed 's/,/, /g')"
    down
  done
fi

# One by one, as the tutorial has it: whatever comes later is found by what was there before.
for profile in bridge viz broker audio observability; do up --profile "$profile"; done
up --profile all
say "all together: $(compose --profile all ps --format '{{.Service}} {{.Health}}' | paste -sd, | sed 's/,/, /g')"

say "an alert, from the bridge's container to SuperCollider's"
heard() { # heard AFTER: what was recorded since second AFTER is the critical alarm
  compose exec -T supercollider cat "$record" >"$work/record.wav"
  PYTHONPATH=tests "$python" - "$work/record.wav" "$1" <<'PYTHON'
import sys
from pathlib import Path
from listening import Take
take = Take.read(Path(sys.argv[1])).between(float(sys.argv[2]))
loud = take.envelope(0.05)
start = float(loud.argmax()) / take.rate
pitch = take.between(max(0.0, start - 1.0), start + 1.5).fundamental()
print(f"fundamental {pitch:.1f} Hz, peak {take.peak:.1f} dBFS, {len(take.pulses())} pulses")
assert take.finite
assert abs(pitch - 880.0) <= 8.8, "not within 1 % of 880 Hz"
assert take.peak <= -1.0, "above -1 dBFS"
assert take.peak >= -40.0, "next to nothing is heard"
PYTHON
}
length() {
  compose exec -T supercollider cat "$record" >"$work/record.wav"
  PYTHONPATH=tests "$python" -c 'import sys; from pathlib import Path; from listening import Take; print(Take.read(Path(sys.argv[1])).seconds)' "$work/record.wav"
}
before=$(length)
in_bridge /alert '{"version": "4", "status": "firing", "alerts": [{"status": "firing", "fingerprint": "0123456789abcdef",
  "labels": {"alertname": "ComposeTest", "severity": "critical"}, "annotations": {"value": "93%"},
  "startsAt": "2026-01-01T00:00:00Z", "endsAt": "0001-01-01T00:00:00Z"}]}'
sleep 4
heard "$before"

say "the page, by the published port"
"$python" - "http://127.0.0.1:$PORT_BRIDGE" <<'PYTHON'
import re, sys, urllib.request as u
page = u.urlopen(u.Request(sys.argv[1] + "/", headers={"Accept": "text/html"}), timeout=5).read().decode()
script = re.search(r'src="(/page/assets/[^"]+[.]js)"', page)[1]
assert u.urlopen(sys.argv[1] + script, timeout=5).status == 200
assert u.urlopen(sys.argv[1] + "/page/scsynth/scsynth-nrt.wasm", timeout=5).read(4) == b"\0asm"
PYTHON

say "Prometheus"
targets_up() {
  get "http://127.0.0.1:$PORT_PROMETHEUS/api/v1/targets" | "$python" -c '
import json, sys
targets = {t["scrapePool"]: t["health"] for t in json.load(sys.stdin)["data"]["activeTargets"]}
assert targets == dict.fromkeys(("prometheus", "alertmanager", "bridge", "node-exporter"), "up"), targets'
}
until_true 60 targets_up || fail "targets are down: $(get "http://127.0.0.1:$PORT_PROMETHEUS/api/v1/targets")"

say "Alertmanager"
compose exec -T alertmanager amtool alert add --alertmanager.url=http://127.0.0.1:9093 ComposeTest severity=warning
until_true 20 metric '^bridge_messages_total\{result="accepted",route="/alert"\} ([2-9]|[1-9][0-9])' ||
  fail "Alertmanager does not reach the bridge"

say "the bridge and the broker"
until_true 40 metric '^bridge_mqtt_connected\{connection="alerts"\} 1' || fail "the bridge does not reach the broker"
mqtt() { compose exec -T mosquitto "$@"; }

say "Node-RED"
flows_loaded() {
  get "http://127.0.0.1:$PORT_NODERED/flows" | "$python" -c '
import json, sys
from pathlib import Path
ids = lambda nodes: {node["id"] for node in nodes}
assert ids(json.load(sys.stdin)) == ids(json.loads(Path("nodered/flows.json").read_text()))'
}
flows_loaded || fail "Node-RED has other flows than nodered/flows.json"
mqtt mosquitto_sub -h 127.0.0.1 -t alerts/critical -C 1 -W 15 >"$work/published" &
listener=$!
sleep 1
"$python" -c 'import sys, urllib.request as u; u.urlopen(u.Request(sys.argv[1], b""), timeout=5)' \
  "http://127.0.0.1:$PORT_NODERED/inject/alert-fires"
wait "$listener" || fail "the button of Node-RED publishes nothing"
grep -q 'Node-RED test' "$work/published" || fail "the button published $(cat "$work/published")"
until_true 10 metric '^bridge_messages_total\{result="accepted",route="alerts/#"\} [1-9]' || fail "the bridge does not take Node-RED's alert"

say "a device, by the published port"
mqtt mosquitto_pub -h 127.0.0.1 -p 1884 -V 5 -q 1 -t metrics/cpu -m '{"value": 0.5}' -u tester -P "$MQTT_PASSWORD"
! mqtt mosquitto_pub -h 127.0.0.1 -p 1884 -V 5 -q 1 -t metrics/cpu -m '{"value": 0.5}' >/dev/null 2>&1 || fail "no password was asked for"
until_true 10 metric '^bridge_stream_value\{instrument="cpu",.*\} 660' || fail "metrics/cpu 0.5 is not 660 Hz"

say "all heard"
