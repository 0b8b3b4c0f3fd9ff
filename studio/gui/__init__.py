"""The window: passive views that show view states and emit intents. The only package that knows Qt."""
