"""The project file: reading, upgrading, atomic saving, the journal; knows no window."""
