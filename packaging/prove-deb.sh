#!/usr/bin/env bash
# Proves a .deb where nothing else is installed: a bare Debian 12 in a folder, or, where that can't be
# made (not root, no debootstrap, no network), this machine itself if it is root, else a message.
# Usage: packaging/prove-deb.sh [FILE.deb] [FOLDER for the picture]
set -euo pipefail
cd "$(dirname "$0")/.."
package=$(realpath "${1:-$(ls -t dist/*.deb | head -n 1)}")
out=${2:-out}
mkdir -p "$out"
[ "$(id -u)" = 0 ] || { echo "Installing a package needs root: sudo packaging/prove-deb.sh"; exit 1; }

root=""
cleanup() {
    [ -n "$root" ] || return 0
    umount "$root/proc" 2>/dev/null || true
    rm -rf --one-file-system "$root"
}
trap cleanup EXIT

if command -v debootstrap >/dev/null; then
    root=$(mktemp -d /var/tmp/prove-deb.XXXXXX)
    chmod 755 "$root" # apt downloads as a user of its own
    echo "Making a bare Debian 12 in $root"
    if debootstrap --variant=minbase bookworm "$root" >"$out/prove-deb.log" 2>&1; then
        cp /etc/resolv.conf "$root/etc/"
        mount -t proc proc "$root/proc" || echo "No /proc in there; going on"
    else
        echo "debootstrap failed (see $out/prove-deb.log); trying on this machine"
        rm -rf "$root"
        root=""
    fi
fi

place=${root:-/}
folder=$(mktemp -d "${root:-}/tmp/proof.XXXXXX")
cp "$package" "$folder/studio.deb"
cp packaging/prove-installed.sh "$folder/"
inside=${folder#"$root"}
status=0
chroot "$place" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive bash "$inside/prove-installed.sh" "$inside" || status=$?
cp "$folder"/*.png "$folder"/*.html "$out/" 2>/dev/null || true
[ -n "$root" ] || rm -rf "$folder"
if [ $status = 0 ]; then echo "Proven; pictures are in $out"; else echo "Not proven"; fi
exit $status
