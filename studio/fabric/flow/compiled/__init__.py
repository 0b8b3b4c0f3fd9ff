"""The flow solver's inner loops as machine code, for those who installed numba; never needed."""
