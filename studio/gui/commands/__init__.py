"""What the actions do, one file for each menu; each function is given the main window."""
