"""Collectives and expert exchange, as closed forms over levels and exactly over a graph.

Knows no file: profile constants arrive decoded.
"""
