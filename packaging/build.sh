#!/usr/bin/env bash
# Builds dist/supernode-studio (a folder that runs by itself) and, on Debian, the .deb around it.
# The result needs the C library of this machine or a newer one: release builds are made on Debian 12.
set -euo pipefail
cd "$(dirname "$0")/.."
python=$PWD/.venv/bin/python
export QT_QPA_PLATFORM=offscreen
version=$("$python" -c 'import studio; print(studio.__version__)')

packaging/qt-libraries.sh || [ $? -eq 2 ]
"$python" -m PyInstaller --noconfirm --log-level WARN --distpath dist --workpath build/pyinstaller \
    packaging/supernode-studio.spec
# Only Python's own library: numpy's OpenBLAS does not survive it.
strip --strip-unneeded dist/supernode-studio/_internal/libpython3.*.so.* 2>/dev/null || true
program=dist/supernode-studio/supernode-studio
[ "$(timeout 60 "$program" --version)" = "supernode-studio $version" ] || { echo "The frozen build does not start"; exit 1; }
echo "dist/supernode-studio: $(du -sm dist/supernode-studio | cut -f1) MB"

command -v dpkg-deb >/dev/null || { echo "No dpkg-deb here, so no .deb"; exit 0; }
architecture=$(dpkg --print-architecture)
root=build/deb share=build/deb/usr/share
rm -rf "$root"
mkdir -p "$root"/{DEBIAN,opt,usr/bin} "$share"/{applications,mime/packages,metainfo,icons,doc/supernode-studio}
cp -a dist/supernode-studio "$root/opt/supernode-studio"
ln -s /opt/supernode-studio/supernode-studio "$root/usr/bin/supernode-studio"
cp packaging/linux/io.supernode.Studio.desktop "$share/applications/"
cp packaging/linux/io.supernode.Studio.xml "$share/mime/packages/"
cp LICENSE "$share/doc/supernode-studio/copyright"
cp CHANGELOG.md "$share/doc/supernode-studio/"
"$python" packaging/icons.py "$share/icons"
"$python" packaging/licences.py "$share/doc/supernode-studio/licences"

fill() { # TEMPLATE > text with its figures
    sed -e "s/@VERSION@/$version/; s/@ARCHITECTURE@/$architecture/; s/@DATE@/$(date -u +%F)/" \
        -e "s/@SIZE_KIB@/$(du -sk --exclude DEBIAN "$root" | cut -f1)/" \
        -e "s/@DEPENDS@/$(packaging/qt-libraries.sh --list | paste -sd, | sed 's/,/, /g')/" "$1"
}
fill packaging/linux/io.supernode.Studio.metainfo.xml >"$share/metainfo/io.supernode.Studio.metainfo.xml"
fill packaging/linux/control >"$root/DEBIAN/control"
chmod -R u=rwX,go=rX "$root"

package=dist/supernode-studio_${version}_$architecture.deb
dpkg-deb --root-owner-group -Z"${DEB_COMPRESSION:-zstd}" --build "$root" "$package" >/dev/null
echo "$package: $(du -m "$package" | cut -f1) MB"
