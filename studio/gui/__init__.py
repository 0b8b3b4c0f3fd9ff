"""The window: passive views of view states that emit intents. Only this package knows Qt."""
