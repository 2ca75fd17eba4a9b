"""The `satcheck` command."""
