"""What each panel shows, made by pure functions; nothing here knows a widget."""
