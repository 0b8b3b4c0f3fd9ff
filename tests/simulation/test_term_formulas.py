"""Every term a phase can have says how it is worked out."""

from __future__ import annotations

from studio.simulation.inference.pass_time import TERMS
from studio.simulation.term_formulas import SERVING, TRAINING, formula_of
from studio.simulation.training.result import TERM_NAMES


def test_every_term_has_a_formula() -> None:
    assert set(TRAINING) == set(TERM_NAMES)
    assert set(SERVING) == set(TERMS)
    assert formula_of("training", "nothing") == ""
