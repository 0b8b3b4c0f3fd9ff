#!/usr/bin/env bash
# Checks that Qt finds its system libraries; installs them as root on Debian, else names the command.
# Exit code: 0 a window can open, 2 only the offscreen platform works, 1 neither does.
set -uo pipefail
[ "$(uname -s)" = Linux ] || exit 0

python=${PYTHON:-$(dirname "$0")/../.venv/bin/python}
# As dpkg's Depends takes them; the 64-bit-time packages of newer releases provide these names.
packages=(libgl1 libegl1 libglib2.0-0 libfontconfig1 libfreetype6 libdbus-1-3 libxkbcommon0
    libx11-6 libx11-xcb1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0
    libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-shm0 libxcb-sync1
    libxcb-xfixes0 libxcb-xkb1 libgssapi-krb5-2)
if [ "${1:-}" = --list ]; then
    printf '%s\n' "${packages[@]}"
    exit 0
fi

qt=$("$python" -c 'import importlib.util as u; print(u.find_spec("PySide6").submodule_search_locations[0])') || {
    echo "PySide6 is not installed for $python; run make first"
    exit 1
}

missing() { # FILE… -> the libraries they do not find
    ldd "$@" 2>/dev/null | awk '/not found/ {print $1}' | sort -u | tr '\n' ' '
}
for_offscreen=("$qt"/Qt{Core,Gui,Widgets,Svg}.abi3.so "$qt"/Qt/plugins/platforms/libqoffscreen.so)
for_window=("${for_offscreen[@]}" "$qt"/Qt/plugins/platforms/libqxcb.so)

lacking=$(missing "${for_window[@]}")
[ -n "$lacking" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing the system libraries Qt needs: $lacking"
    log=$(mktemp)
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${packages[@]}"; } >"$log" 2>&1 || tail -n 3 "$log"
    rm -f "$log"
else
    echo "Qt needs system libraries that are missing: $lacking"
    echo "On Debian and Ubuntu run: sudo apt-get install -y ${packages[*]}"
fi

lacking=$(missing "${for_offscreen[@]}")
[ -z "$lacking" ] || { echo "Nothing can be drawn without: $lacking"; exit 1; }
[ -z "$(missing "${for_window[@]}")" ] || { echo "No window can open; going on without a display."; exit 2; }
