"""Comparison, sweeps, search and sensitivity over designs; knows no file."""
