"""Gather the licence texts of everything a frozen build carries, in the folder named."""

from __future__ import annotations

import platform
import re
import shutil
import sys
import sysconfig
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

QT_NOTICE = """\
Supernode Studio uses Qt and Qt for Python (PySide6) under the GNU Lesser General Public License,
version 3. They are shipped as shared libraries in the folder _internal/PySide6 and may be replaced
there by builds of your own. Their source is published by the Qt project. The text of the licence
is found on Debian in /usr/share/common-licenses/LGPL-3.
"""
IS_LICENCE = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)


def main(target: Path) -> int:
    """Write one folder of texts for every package the studio needs, and a table of them."""
    target.mkdir(parents=True, exist_ok=True)
    (target / "QT-NOTICE.txt").write_text(QT_NOTICE, encoding="utf-8")
    rows = [f"Python {platform.python_version()}: PSF-2.0"]
    python_licence = Path(sysconfig.get_path("stdlib")) / "LICENSE.txt"
    if python_licence.is_file():
        shutil.copy(python_licence, target / "PYTHON-LICENSE.txt")
    for one in sorted(needed("supernode-studio"), key=lambda found: found.name.lower()):
        rows.append(f"{one.name} {one.version}: {_licence(one)}")
        _copy_texts(one, target / one.name)
    (target / "PACKAGES.txt").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return 0


def needed(name: str) -> list[Distribution]:
    """Return what a package needs at run time, itself left out."""
    found: dict[str, Distribution] = {}
    waiting = [name]
    while waiting:
        for requirement in distribution(waiting.pop()).requires or []:
            needs, _, marker = requirement.partition(";")
            matched = re.match(r"[\w.-]+", needs)
            if matched is None or "extra ==" in marker:
                continue
            try:
                one = distribution(matched.group())
            except PackageNotFoundError:
                continue  # wanted on other systems only
            if one.name not in found:
                found[one.name] = one
                waiting.append(one.name)
    return list(found.values())


def _licence(one: Distribution) -> str:
    words = next(
        (one.metadata[key] for key in ("License-Expression", "License") if key in one.metadata), ""
    )
    if words and "\n" not in words:
        return words
    classified = [
        entry.rpartition(":")[2].strip()
        for entry in one.metadata.get_all("Classifier") or []
        if entry.startswith("License")
    ]
    return ", ".join(classified) or "see its texts"


def _copy_texts(one: Distribution, folder: Path) -> None:
    for file in one.files or []:
        if ".dist-info" in str(file) and IS_LICENCE.search(file.name):
            folder.mkdir(exist_ok=True)
            # Some carry a text of the same name for each library inside them.
            flat = "-".join(part for part in file.parts[1:] if part != "licenses")
            shutil.copyfile(str(file.locate()), folder / flat)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
