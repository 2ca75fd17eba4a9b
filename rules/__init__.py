"""The built-in rule book."""
