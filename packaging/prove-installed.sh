#!/usr/bin/env bash
# Runs inside the system that packaging/prove-deb.sh made, with studio.deb in FOLDER.
set -euo pipefail
folder=$1
cd "$folder"

step() { echo "== $*"; }
fail() { echo "FAILED: $*"; exit 1; }

step "install"
apt-get update -qq
# Without Recommends: what it Depends on must be enough.
apt-get install -y -qq --no-install-recommends ./studio.deb >install.log 2>&1 || { tail -n 20 install.log; fail install; }
apt-get install -y -qq --no-install-recommends xvfb xauth x11-utils imagemagick \
    desktop-file-utils shared-mime-info fonts-wqy-microhei >tools.log 2>&1 || { tail -n 20 tools.log; fail tools; }

step "answers without a display"
timeout 60 supernode-studio --version
timeout 60 supernode-studio --help >/dev/null
timeout 60 supernode-studio totals cloudmatrix-384 | head -n 6
timeout 120 supernode-studio simulate cloudmatrix-384 | head -n 8
timeout 60 supernode-studio totals cloudmatrix-384 --lang zh >chinese.txt
grep -q '超节点' chinese.txt || fail "no Chinese"

step "does the window's job without a display"
timeout 300 supernode-studio open --headless --out "$folder/headless" cloudmatrix-384 | tail -n 3
[ -s headless/cloudmatrix-384.png ] && [ -s headless/cloudmatrix-384-report.html ] || fail "no picture or report"
cp headless/cloudmatrix-384.png deb-headless.png
cp headless/cloudmatrix-384-report.html deb-report.html

step "is known to the desktop"
desktop-file-validate /usr/share/applications/io.supernode.Studio.desktop
supernode-studio new proof.supernode --from cloudmatrix-384 --name "CloudMatrix 384"
update-mime-database /usr/share/mime 2>/dev/null
grep -q 'supernode-studio.design+json:\*.supernode' /usr/share/mime/globs2 || fail "the MIME type is not registered"

step "opens its window, by the command of the desktop entry"
export DISPLAY=:97
Xvfb :97 -screen 0 1600x1000x24 >/dev/null 2>&1 &
server=$!
for _ in $(seq 50); do xdpyinfo >/dev/null 2>&1 && break; sleep 0.2; done
start=$(sed -n 's/^Exec=//p' /usr/share/applications/io.supernode.Studio.desktop)
${start/\%F/"$folder/proof.supernode"} >window.log 2>&1 &
program=$!
for _ in $(seq 150); do
    sleep 0.2
    xwininfo -root -tree 2>/dev/null | grep -q 'CloudMatrix' && break
done
sleep 8 # long enough for the first simulation to be drawn
kill -0 $program 2>/dev/null || { cat window.log; fail "the window went away"; }
xwininfo -root -tree | grep -q 'CloudMatrix' || { cat window.log; fail "no window opened"; }
import -window root deb-window.png
kill $program && wait $program 2>/dev/null || true
kill $server

step "goes away without a trace"
apt-get purge -y -qq supernode-studio >purge.log 2>&1 || { cat purge.log; fail purge; }
left=$(find /usr /opt /etc /var/lib -xdev -path "$folder" -prune -o -iname '*supernode*' -print 2>/dev/null) ||
    true # an empty /opt goes away with the package
[ -z "$left" ] || { echo "$left"; fail "files stay behind"; }
