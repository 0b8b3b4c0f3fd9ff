"""The command line, one file per sub-command; never imports Qt."""
