"""The web pages: what the region measures, and whether anything is missing."""
