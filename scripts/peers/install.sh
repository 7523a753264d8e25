#!/usr/bin/env bash
# Installs the independent peers that `npm run test:peers` needs, on Debian and what is made of it. As root; asks nothing.
#
#   libnet-smpp-perl  Net::SMPP, with which scripts/peers/smsc.pl is an SMSC
#   kannel            bearerbox and smsbox, an ESME that is not ours
#   tshark            the SMPP dissector, as an auditor of what we write
#   prometheus        promtool, which checks alert rules and metrics
#   pgbouncer         a pooler between the gateway and PostgreSQL
set -euo pipefail

packages=(libnet-smpp-perl kannel tshark prometheus pgbouncer)

is_installed() { dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null | grep --quiet --line-regexp installed; }

missing=()
for package in "${packages[@]}"; do
  is_installed "$package" || missing+=("$package")
done
if [ "${#missing[@]}" -eq 0 ]; then
  echo "All peers are installed: ${packages[*]}"
  exit 0
fi
if [ "$(id --user)" -ne 0 ]; then
  echo "Missing: ${missing[*]}. Run this as root, or install them yourself." >&2
  exit 1
fi

# Kannel, Prometheus and PgBouncer would start as services. Here they are programs to call; 101 says that none may be started.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' > "$policy"
  chmod +x "$policy"
  trap 'rm --force "$policy"' EXIT
fi

export DEBIAN_FRONTEND=noninteractive
# tshark asks whether any user may capture. Root may in any case, and nobody else needs to.
echo 'wireshark-common wireshark-common/install-setuid boolean false' | debconf-set-selections
apt-get update --quiet
apt-get install --yes --quiet --no-install-recommends "${missing[@]}"
