"""Tools for whoever adds a decoder."""
