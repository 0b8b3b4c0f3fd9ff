"""The best mapping of a job on a machine, over all valid ones, for a goal and under limits.

All candidates are arrays of one batch: the same simulation as a single plan. Knows no file.
"""
