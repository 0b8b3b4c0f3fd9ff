"""Predict published measurements from their inputs alone and score the result."""
