"""Compiled kernels and numpy give the same figures, and nobody waits for kernels that are not."""

import dataclasses
import importlib.util
import itertools
import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from studio import paths
from studio.fabric.flow.compiled import loading
from studio.fabric.flow.completion import completion_times
from studio.fabric.flow.demand import Exchange, Flows, uniform_exchange
from studio.fabric.flow.exchange import exchange_loads
from studio.fabric.flow.hashing import scrambled
from studio.fabric.flow.pairs import place_flows
from studio.fabric.flow.rates import exchange_rates
from studio.fabric.flow.refinement import individualised, refine, refine_after_edit, surroundings
from studio.fabric.flow.routing import Split
from studio.fabric.flow.sorting import stable_order
from studio.fabric.flow.waterfill import max_min_fill
from tests.fabric.flow.test_solver import graphs, reachable_group
from tests.fabric.flow.test_waterfill import random_filling

# The first test compiles, which takes ten to sixty seconds.
pytestmark = pytest.mark.timeout(600)

splits = st.sampled_from(list(Split))


@pytest.fixture(scope="session")
def kernels():
    pytest.importorskip("numba", reason="numba, the extra `fast`, is not installed")
    loaded = loading.load()
    loading._loader.kernels = None
    assert loaded is not None
    return loaded


def both(kernels, work):
    """Return what numpy and what the kernels answer."""
    plain = work()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading._loader, "kernels", kernels)
        return plain, work()


def with_latency(graph, seed):
    rng = np.random.default_rng(seed)
    cables = graph.cable_count
    return dataclasses.replace(
        graph,
        kind=np.arange(cables),
        kind_bandwidth=graph.kind_bandwidth[graph.kind],
        kind_bundle=graph.kind_bundle[graph.kind],
        kind_latency=rng.integers(0, 3, cables) * 1e-7,
    )


@settings(deadline=None, max_examples=80)
@given(graphs, splits, st.integers(0, 99))
def test_loads_and_rates_of_an_exchange(kernels, graph, split, seed):
    graph = with_latency(graph, seed) if seed % 2 else graph
    ranks = reachable_group(graph)
    assume(len(ranks) >= 2)
    popularity = 1.0 + np.random.default_rng(seed).integers(0, 3, len(ranks)).astype(float)
    for exchange in (
        uniform_exchange(ranks, 1e6),
        Exchange(ranks, np.full(len(ranks), 1e6), popularity),
    ):
        plain, fast = both(kernels, lambda e=exchange: exchange_loads(graph, e, split))
        np.testing.assert_allclose(fast.load, plain.load, rtol=1e-9, atol=1e-3)
        assert fast.latency_s == pytest.approx(plain.latency_s, rel=1e-12)
        assert fast.hops == plain.hops
        plain, fast = both(kernels, lambda e=exchange: exchange_rates(graph, e, split))
        np.testing.assert_allclose(fast.rate, plain.rate, rtol=1e-9)
        np.testing.assert_allclose(fast.finished_s, plain.finished_s, rtol=1e-9)


@settings(deadline=None, max_examples=60)
@given(graphs, splits, st.data())
def test_rates_and_completions_of_flows(kernels, graph, split, data):
    ranks = reachable_group(graph)
    assume(len(ranks) >= 2)
    pairs = data.draw(
        st.lists(st.sampled_from(list(itertools.permutations(ranks.tolist(), 2))), min_size=1)
    )
    size = data.draw(
        st.lists(st.sampled_from([0.0, 1e6, 3e6]), min_size=len(pairs), max_size=len(pairs))
    )
    graph = with_latency(graph, len(pairs)) if len(pairs) % 2 else graph
    source, target = np.array(pairs).T
    flows = Flows(source, target, np.array(size))
    plain, fast = both(kernels, lambda: _solved(graph, flows, split))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("studio.fabric.flow.pairs._COLUMN_WORK", 0)
        _, one_by_one = both(kernels, lambda: _solved(graph, flows, split))
    for answer in (fast, one_by_one):
        np.testing.assert_allclose(answer.rate, plain.rate, rtol=1e-9)
        np.testing.assert_allclose(answer.finished_s, plain.finished_s, rtol=1e-9)
        np.testing.assert_allclose(answer.arc_load(), plain.arc_load(), rtol=1e-9, atol=1e-3)
        np.testing.assert_array_equal(answer.hops, plain.hops)
        np.testing.assert_allclose(answer.latency_s, plain.latency_s, rtol=1e-9)


def _solved(graph, flows, split):
    placed = place_flows(graph, flows, split)
    assert len(placed.rate) == len(placed.finished_s)
    return placed


@settings(deadline=None, max_examples=80)
@given(st.integers(0, 2**32 - 1))
def test_filling_and_events(kernels, seed):
    filling = random_filling(seed)
    plain, fast = both(kernels, lambda: max_min_fill(filling))
    np.testing.assert_allclose(fast[0], plain[0], rtol=1e-9)
    size = np.random.default_rng(seed).choice([0.0, 1.0, 2.0, 5.0], filling.flow_count)
    count = np.ones(filling.flow_count)
    plain, fast = both(kernels, lambda: completion_times(filling, size, count))
    np.testing.assert_allclose(fast, plain, rtol=1e-9)


@settings(deadline=None, max_examples=80)
@given(graphs, st.data())
def test_colours_after_an_edit(kernels, graph, data):
    before = refine(graph, graph.is_endpoint.astype(np.int64))
    cables = st.integers(0, graph.cable_count - 1)
    failed = np.array(data.draw(st.lists(cables, min_size=1, max_size=4, unique=True)))
    vertex = data.draw(st.integers(0, graph.vertex_count - 1))
    hurt = graph.with_failed(failed)
    ends = hurt.wiring.source[hurt.wiring.arcs_of_cable[failed].reshape(-1)]

    def finer():
        return individualised(refine_after_edit(before, hurt, ends), hurt, vertex)

    plain, fast = both(kernels, finer)
    # The same partition, whatever its colours are numbered.
    pairs = np.unique(np.stack([plain.colour, fast.colour]), axis=1)
    assert pairs.shape[1] == plain.count == fast.count
    np.testing.assert_array_equal(fast.size, np.bincount(fast.colour, minlength=fast.count))
    # Alike vertices see alike surroundings: the signature is that of the colours.
    word = scrambled(np.arange(fast.count))[fast.colour]
    np.testing.assert_array_equal(fast.signature, surroundings(hurt, word, hurt.cable_word))


@pytest.mark.parametrize("limit", [10, 3000, 70_000])
def test_numbers_are_sorted_stably(kernels, limit):
    values = np.random.default_rng(1).integers(0, limit, 30_000)
    plain, fast = both(kernels, lambda: stable_order(values, limit))
    np.testing.assert_array_equal(fast, plain)


def test_a_lost_pair_is_named_alike(kernels):
    from studio.errors import InvalidInput
    from tests.fabric.flow.topologies import star

    graph = star(4)
    graph = graph.with_failed(np.array([2]))

    def message():
        with pytest.raises(InvalidInput) as caught:
            exchange_loads(graph, uniform_exchange(np.arange(4), 1.0))
        return str(caught.value)

    plain, fast = both(kernels, message)
    assert "vertex 2" in plain
    assert "vertex 2" in fast


def fresh_loader(monkeypatch, folder, *, has_numba=True):
    monkeypatch.setattr(loading, "cache_folder", lambda: folder)
    found = SimpleNamespace() if has_numba else None
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: found)
    started: list[list[str]] = []

    def start(command: list[str], **_: object) -> SimpleNamespace:
        started.append(command)
        return SimpleNamespace(poll=lambda: None)

    monkeypatch.setattr(subprocess, "Popen", start)
    return loading._Loader(), started


def test_a_first_heavy_request_has_them_compiled_elsewhere_and_does_not_wait(monkeypatch, tmp_path):
    loader, started = fresh_loader(monkeypatch, tmp_path)
    assert loader.ready(0.1) is None
    assert not started
    assert loader.ready(10.0) is None
    assert loader.ready(10.0) is None
    assert [command[-1] for command in started] == ["studio.fabric.flow.compiled"]


def test_a_heavy_request_loads_what_is_compiled(monkeypatch, tmp_path):
    loader, started = fresh_loader(monkeypatch, tmp_path)
    (tmp_path / "complete").touch()
    fake = SimpleNamespace(config=SimpleNamespace())
    monkeypatch.setattr(loading, "import_module", lambda _: fake)
    assert loader.ready(10.0) is fake
    assert loader.ready(0.0) is fake
    assert str(tmp_path) == fake.config.CACHE_DIR
    assert not started


@pytest.mark.parametrize("has_numba", [True, False])
def test_without_numba_or_a_cache_numpy_answers(monkeypatch, tmp_path, has_numba):
    loader, started = fresh_loader(
        monkeypatch, None if has_numba else tmp_path, has_numba=has_numba
    )
    assert loader.ready(10.0) is None
    assert loader.load() is None
    assert not started


def test_what_ails_numba_leaves_numpy(monkeypatch, tmp_path):
    loader, _ = fresh_loader(monkeypatch, tmp_path)
    (tmp_path / "complete").touch()

    def broken(_):
        raise ImportError("numba needs another numpy")

    monkeypatch.setattr(loading, "import_module", broken)
    assert loader.ready(10.0) is None
    assert loader.load() is None


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes anywhere")
def test_a_cache_that_cannot_be_written_is_none(monkeypatch, tmp_path):
    pytest.importorskip("numba")
    tmp_path.chmod(0o500)
    monkeypatch.setattr(paths, "cache_dir", lambda: tmp_path)
    assert loading.cache_folder() is None


def test_a_cache_that_is_no_folder_is_none(monkeypatch, tmp_path):
    pytest.importorskip("numba")
    blocked = tmp_path / "file"
    blocked.touch()
    monkeypatch.setattr(paths, "cache_dir", lambda: blocked)
    assert loading.cache_folder() is None


def test_solving_imports_no_numba():
    child = (
        "import sys\n"
        "from studio.fabric.flow.exchange import exchange_loads\n"
        "from studio.fabric.flow.pairs import place_flows\n"
        "assert 'numba' not in sys.modules and 'subprocess' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", child], check=True, timeout=120)
