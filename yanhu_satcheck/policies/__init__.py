"""Provisions, terms and deadlines as data, each with its source and dates."""
