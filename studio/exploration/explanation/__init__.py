"""Figures opened down to operators, formulas, inputs and sources."""
