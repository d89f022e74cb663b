#!/bin/bash
# Runs JACK and sclang, and starts both again when either of them ends or the sound stops. sclang starts scsynth itself.
#
# The environment, besides that of sonify.scd; all of it optional:
#   JACK_DRIVER   alsa: a sound card; dummy: none (the default is alsa where there is a card to play on)
#   JACK_DEVICE   ALSA's name of the card (hw:0)
#   JACK_SERVER   name of the JACK server (default)
#   JACK_RATE     frames a second (48000)
#   JACK_PERIOD   frames in a period (512)
#   CHECK_PERIOD  seconds between two looks at the sound (10); after three bad ones all is started again
set -u

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export SONIFY_PORT=${SONIFY_PORT:-57120}
export JACK_DEFAULT_SERVER=${JACK_SERVER:-default}
export JACK_NO_AUDIO_RESERVATION=1 JACK_NO_START_SERVER=1
export SC_JACK_DEFAULT_OUTPUTS=${SC_JACK_DEFAULT_OUTPUTS:-system}
export QT_QPA_PLATFORM=offscreen QTWEBENGINE_DISABLE_SANDBOX=1

scratch=$(mktemp -d) || exit 1
export XDG_RUNTIME_DIR=$scratch
jack='' sclang='' waiter=''

say() { echo "supervisor: $*"; }

alive() { [ -n "$1" ] && kill -0 "$1" 2>/dev/null; }

# Ends a process with all its children: each was started as the leader of a group of its own.
end() {
	[ -n "$1" ] || return 0
	kill -TERM -- "-$1" 2>/dev/null || return 0
	for _ in {1..20}; do
		kill -0 -- "-$1" 2>/dev/null || return 0
		sleep 0.1
	done
	kill -KILL -- "-$1" 2>/dev/null
	return 0
}

stop() {
	# Tells scsynth to close the file of buffer 0, the recording: only then does its header say how long it is.
	if [ -n "${SONIFY_RECORD:-}" ] && alive "$sclang"; then
		printf '/b_close\0\0\0\0,i\0\0\0\0\0\0' >"/dev/udp/127.0.0.1/${SCSYNTH_PORT:-57110}"
		sleep 0.3
	fi 2>/dev/null
	end "$sclang"
	end "$jack"
	wait "$sclang" "$jack" 2>/dev/null
	sclang='' jack=''
}

leave() {
	trap - TERM INT EXIT
	say "stopping"
	[ -n "$waiter" ] && kill "$waiter" 2>/dev/null
	stop
	rm -rf "$scratch"
	exit "${1:-0}"
}
trap 'leave 0' TERM INT
trap 'leave 1' EXIT

for program in jackd sclang scsynth; do
	command -v "$program" >/dev/null && continue
	say "$program is not there; on Debian and Ubuntu: apt-get install supercollider-server supercollider-language jackd2"
	leave 2
done

# A sleep that a signal can end.
pause() {
	sleep "$1" &
	waiter=$!
	wait "$waiter" 2>/dev/null
	waiter=''
}

driver() {
	if [ -n "${JACK_DRIVER:-}" ]; then
		echo "$JACK_DRIVER"
	elif compgen -G '/dev/snd/pcmC*p' >/dev/null; then
		echo alsa
	else
		echo dummy
	fi
}

start_jack() {
	local rate=${JACK_RATE:-48000} period=${JACK_PERIOD:-512} driver
	local -a arguments
	driver=$(driver)
	case $driver in
	alsa) arguments=(-d alsa -P -d "${JACK_DEVICE:-hw:0}" -r "$rate" -p "$period") ;;
	dummy) arguments=(-d dummy -r "$rate" -p "$period") ;;
	*)
		say "JACK_DRIVER must be alsa or dummy, not $driver"
		leave 2
		;;
	esac
	say "starting JACK ($driver)"
	# Few ports: with as many as JACK would have, its shared memory does not fit into a container's 64 MB.
	setsid jackd -r -n "$JACK_DEFAULT_SERVER" -p 128 "${arguments[@]}" </dev/null >"$scratch/jackd.log" 2>&1 &
	jack=$!
	for _ in {1..50}; do
		alive "$jack" || break
		# The socket on which its clients come in.
		compgen -G "/dev/shm/jack_${JACK_DEFAULT_SERVER}_$(id -u)_*" >/dev/null && return 0
		pause 0.1
	done
	say "JACK does not start; its last words:"
	tail -n 5 "$scratch/jackd.log"
	[ "$driver" = alsa ] && say "Is the card free and in this container (devices: /dev/snd)? JACK_DRIVER=dummy does without."
	return 1
}

start_sclang() {
	say "starting sclang"
	setsid sclang -D -u "$SONIFY_PORT" "$here/sonify.scd" </dev/null &
	sclang=$!
}

# Returns when something has to be started again.
watch() {
	local bad=0 waited=0 period=${CHECK_PERIOD:-10}
	while true; do
		pause 0.5
		alive "$jack" || { say "JACK has ended"; return; }
		alive "$sclang" || { say "sclang has ended"; return; }
		waited=$((waited + 1))
		if [ "$waited" -ge $((period * 2)) ]; then
			waited=0
			if "$here/health.sh"; then bad=0; else bad=$((bad + 1)); fi
			[ "$bad" -lt 3 ] || { say "no sound for three looks"; return; }
		fi
	done
}

delay=1
while true; do
	started=$SECONDS
	if start_jack; then
		start_sclang
		watch
	fi
	stop
	[ $((SECONDS - started)) -ge 60 ] && delay=1
	say "next start in $delay s"
	pause "$delay"
	delay=$((delay < 16 ? delay * 2 : 30))
done
