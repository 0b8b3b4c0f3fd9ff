"""Power of NPUs and nodes from what a workload makes them do.

Pure functions of numbers and arrays; knows no file and no design.
"""
