#!/bin/bash
# Is there sound? Asks sclang, which asks scsynth: 0 when /pong comes back with a 1 from a server that runs, else 1.
set -u

port=${SONIFY_PORT:-57120}
packet=$(mktemp) || exit 1
trap 'rm -f "$packet"' EXIT

exec 3<>"/dev/udp/127.0.0.1/$port" || exit 1
# One datagram: the address padded to 8 bytes, and an empty type tag string.
printf '/ping\0\0\0,\0\0\0' >&3 2>"$packet" || exit 1
timeout 3 dd bs=512 count=1 of="$packet" status=none <&3 2>/dev/null || {
	echo "health: no answer on UDP port $port"
	exit 1
}

# /pong ,iifffi: the first argument is the int32 at byte 16.
answer=$(od -An -v -tx1 -j16 -N4 "$packet" | tr -d ' ')
if [ "$(head -c5 "$packet")" = /pong ] && [ "$answer" = 00000001 ]; then
	exit 0
fi
echo "health: sclang answers, but scsynth does not"
exit 1
