#!/usr/bin/env bash
# Makes the virtual environment FOLDER with PYTHON, from what a fresh Debian or Ubuntu has.
set -euo pipefail
folder=$1 python=$2

command -v "$python" >/dev/null || { echo "There is no '$python'; install Python 3.11 or newer"; exit 1; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Supernode Studio needs Python 3.11 or newer; '$python' is $("$python" -V)." \
        "Name another one: make PYTHON=python3.12"
    exit 1
}

# Debian ships Python without the half of venv that installs pip.
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    package=$("$python" -c 'import sys; print("python{}.{}-venv".format(*sys.version_info))')
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing $package"
        log=$(mktemp)
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends "$package"; } >"$log" 2>&1 ||
            { tail -n 3 "$log"; exit 1; }
        rm -f "$log"
    else
        echo "Python's venv module is missing. Run: sudo apt-get install $package"
        exit 1
    fi
fi

# A run that was broken off leaves an environment without pip.
[ -x "$folder/bin/pip" ] || "$python" -m venv --clear "$folder"
