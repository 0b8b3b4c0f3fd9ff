"""Dialogs: settings, shortcuts, export, connecting; each is imported when first asked for."""
