"""The drawing of a supernode: one canvas from the hall to the lanes of a port."""
