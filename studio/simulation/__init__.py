"""Pure functions from a machine and a workload to named results; knows no file, clock or window."""
