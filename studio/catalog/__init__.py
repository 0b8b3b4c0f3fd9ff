"""Part types with units, sources and grades; knows no design."""
