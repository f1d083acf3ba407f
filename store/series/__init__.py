"""Readings and their rollups over time."""
