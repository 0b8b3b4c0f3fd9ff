"""Profiles of the property tests and the small designs most tests start from."""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from studio import paths
from studio.catalog.catalog import Catalog
from studio.design.edits import apply_changes
from studio.design.model import Design
from studio.fabric.fabric import Fabric
from studio.session import library
from studio.storage.project_file import read_design, write_design
from tests import builders

_SLOW_IS_FINE = [HealthCheck.too_slow]
settings.register_profile(
    "ci", deadline=None, derandomize=True, max_examples=60, suppress_health_check=_SLOW_IS_FINE
)
settings.register_profile(
    "search", deadline=None, max_examples=2000, suppress_health_check=_SLOW_IS_FINE
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


ROOT = Path(__file__).parents[1]
LONG = (
    "tests/fabric/flow/test_compiled.py",
    "tests/gui/test_window.py",
    "tests/session/test_random_edits.py",
    "tests/exploration/explanation/test_figures.py",
    "tests/gui/test_live_language.py",
    "tests/simulation/network/test_alike.py",
    "tests/gui/test_table.py",
    "tests/simulation/training/test_step_properties.py",
)
"""Modules of ten seconds and more, the longest first: begun last, one would keep a single worker
busy while the others have nothing left to do."""


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config.option, "loadscopereorder"):
        # Modules go to workers in the order below, and not by the number of their tests.
        config.option.loadscopereorder = False


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Modules and tests live to the end: to look through them for garbage takes seconds."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the modules that take longest."""
    order = {ROOT / name: place for place, name in enumerate(LONG)}
    assert all(path.is_file() for path in order)
    items.sort(key=lambda item: order.get(item.path, len(order)))


@pytest.fixture(scope="session", autouse=True)
def _own_folders(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[None]:
    """Keep a developer's own parts and settings out of the tests, and theirs out of hers.

    Compiled kernels are kept from run to run beside what pytest keeps, a folder for each state of
    their sources: to compile them takes most of a minute.
    """
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
            patch.setenv(name, str(home / name.lower()))
        if pytestconfig.pluginmanager.hasplugin("cacheprovider") and pytestconfig.cache:
            # A system without links, or another worker that has made it, loses nothing.
            with contextlib.suppress(OSError):
                paths.cache_dir().mkdir(parents=True, exist_ok=True)
                kept = pytestconfig.cache.mkdir("kernels")
                (paths.cache_dir() / "kernels").symlink_to(kept, target_is_directory=True)
        patch.setenv("LC_ALL", "C.UTF-8")
        # As in pyproject.toml, for the commands that tests start.
        patch.setenv("PYTHONWARNINGS", "error::RuntimeWarning")
        yield


@pytest.fixture(scope="session")
def shipped_catalog() -> Catalog:
    return library.catalog()


@pytest.fixture(scope="session")
def small_catalog() -> Catalog:
    return builders.small_catalog()


@pytest.fixture
def two_racks() -> Design:
    return builders.two_racks()


@pytest.fixture
def clos_2x4() -> Design:
    return builders.clos_2x4()


@pytest.fixture
def two_racks_fabric(two_racks: Design) -> Fabric:
    return builders.fabric_of(two_racks)


@pytest.fixture
def file_of_two_racks(tmp_path: Path, two_racks: Design) -> Path:
    path = tmp_path / "two.supernode"
    write_design(path, two_racks)
    return path


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """CloudMatrix 384 in a file, with several design rules broken."""
    design = read_design(library.find_design("cloudmatrix-384")).design
    path = tmp_path / "broken.supernode"
    write_design(path, apply_changes(design, builders.BROKEN))
    return path
