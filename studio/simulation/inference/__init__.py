"""Serving of language models: prefill, decode, continuous batching, disaggregation.

Pure functions of numbers and arrays over a machine; knows no file and no design.
"""
