#!/usr/bin/env bash
# Debian packages that some tests use: the SimGrid peer, a Chinese font, the desktop validators.
# Tests skip with a reason where one is missing, so nothing here ever fails a run.
set -uo pipefail
packages=(python3-simgrid libsimgrid-dev g++ fonts-wqy-microhei desktop-file-utils appstream)

command -v dpkg-query >/dev/null || { echo "No Debian: tests with SimGrid or Chinese fonts may be skipped"; exit 0; }
missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ]; then
    echo "Not root, so some tests may be skipped. To run them all: sudo apt-get install -y ${missing[*]}"
    exit 0
fi
echo "Installing for the tests: ${missing[*]}"
apt-get update -qq >/dev/null 2>&1
for package in "${missing[@]}"; do
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1 ||
        echo "$package can't be installed; tests that use it will be skipped"
done
