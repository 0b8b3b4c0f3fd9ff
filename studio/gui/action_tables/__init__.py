"""What each menu holds, one module a menu; `studio/gui/action_table.py` joins them."""
