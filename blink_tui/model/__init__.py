"""Values and rules without I/O, shared by every part."""
