"""Files out: tables, pictures, foreign formats; knows no window."""
