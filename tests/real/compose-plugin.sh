#!/usr/bin/env bash
# Gives this user Compose v2 where it is missing: Debian's package, unpacked into ~/.docker/cli-plugins. Root is not
# needed, no engine is installed, and nothing else on the machine changes. `docker-compose` in that directory also
# runs by itself, so that a machine without `docker` can check docker-compose.yml.
# Ends with 1 and one line that says why when it cannot.
set -euo pipefail

plugins=${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins
release=trixie # the first Debian release with Compose v2

cannot() { echo "compose-plugin.sh: Compose v2 is not installed: $*" >&2; exit 1; }

docker compose version >/dev/null 2>&1 && exit 0
"$plugins/docker-compose" version >/dev/null 2>&1 && exit 0
for tool in apt-get dpkg-deb; do
  command -v "$tool" >/dev/null || cannot "this is no Debian; see Docker's own manual"
done

# Debian's archive, as this machine's own sources name it
# shellcheck disable=SC2016 # apt-get and awk expand these
mirror=$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' | awk '$1 == "Debian" { print $2; exit }')
[[ $mirror ]] || cannot "apt knows no archive of Debian; run apt-get update first"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $release main" >"$work/sources.list"
options=(-qq -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null
  -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=)
apt-get "${options[@]}" update >"$work/log" 2>&1 || cannot "the archive does not answer: $(tail -n 1 "$work/log")"
(cd "$work" && apt-get "${options[@]}" download docker-compose >"$work/log" 2>&1) ||
  cannot "no package docker-compose: $(tail -n 1 "$work/log")"
dpkg-deb -x "$work"/docker-compose_*.deb "$work/x"
mkdir -p "$plugins"
install -m 755 "$(find "$work/x" -type f -name docker-compose -perm -u+x | head -n 1)" "$plugins/docker-compose"
"$plugins/docker-compose" version >/dev/null || cannot "Debian's build does not run on this machine"
echo "compose-plugin.sh: installed $("$plugins/docker-compose" version)"
