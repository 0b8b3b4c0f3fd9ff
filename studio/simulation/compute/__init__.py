"""Time of operators on one NPU: matrix units, vector work, memory and launches."""
