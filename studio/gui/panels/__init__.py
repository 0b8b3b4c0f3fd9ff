"""One file a panel: passive widgets that show a view state and emit intents."""
