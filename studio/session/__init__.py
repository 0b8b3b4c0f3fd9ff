"""What one open document is: design, history, selection, live results; knows no Qt."""
