#!/bin/sh
# Writes the broker's passwords and access lists, then becomes the broker.
#
#   MQTT_USERNAME, MQTT_PASSWORD   the login of .env; without a password nobody has it
#   /mosquitto/data/users          more logins, where that file is: mosquitto_passwd makes its lines
#   MQTT_OPERATORS                 which of these may command the pager, with spaces between them; empty: none
#   MQTT_WATCHERS                  which of these may only read, such as lamps; empty: none
set -eu
umask 077
config=/mosquitto/config
users=/mosquitto/data/users
run=/run/mosquitto
name=${MQTT_USERNAME:-pager}

say() { echo "start.sh: $*"; }

: >"$run/passwords"
if [ -f "$users" ]; then cat "$users" >"$run/passwords"; fi
if [ -n "${MQTT_PASSWORD:-}" ]; then
  # by standard input: arguments are for every process to read
  printf '%s\n%s\n' "$MQTT_PASSWORD" "$MQTT_PASSWORD" | mosquitto_passwd "$run/passwords" "$name" >/dev/null
  unset MQTT_PASSWORD
fi
names=$(cut -d: -f1 "$run/passwords")

# The lists grant to clients without a name; here each name is granted the same on its side. (The bridge gives its
# name inside too. The broker wants the files to be its own, and mounted ones are not.)
{ cat "$config/inside.acl"; echo "user $name"; cat "$config/inside.acl"; } >"$run/inside.acl"
: >"$run/outside.acl"
echo "$names" | while read -r each; do
  if [ -z "$each" ]; then continue; fi
  {
    echo "user $each"
    cat "$config/watch.acl"
    case " ${MQTT_WATCHERS:-} " in *" $each "*) ;; *) cat "$config/outside.acl" ;; esac
    case " ${MQTT_OPERATORS:-} " in *" $each "*) cat "$config/operate.acl" ;; esac
  } >>"$run/outside.acl"
done

if [ -n "$names" ]; then
  say "the published ports admit: $(echo "$names" | tr '\n' ' ')"
else
  say "the published ports admit nobody. Set MQTT_PASSWORD in .env, then: docker compose --profile broker up -d"
fi
say "may command the pager from outside: ${MQTT_OPERATORS:-nobody}"
exec mosquitto -c "$config/mosquitto.conf"
