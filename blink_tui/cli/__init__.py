"""The blink command: parses, wires, prints."""
