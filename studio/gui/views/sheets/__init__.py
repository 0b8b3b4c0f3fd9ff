"""The table twin of the canvas: every kind of object as rows that are worked out when looked at."""
