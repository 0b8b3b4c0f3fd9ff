"""Draws a scene with Qt: one small module for each layer of the picture."""
