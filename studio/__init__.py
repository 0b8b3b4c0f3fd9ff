"""Supernode Studio: draw an AI supernode and see what it delivers."""

__version__ = "0.1.0"
