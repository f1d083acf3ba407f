"""Measures what the platform costs: `python -m bench [NAME …] [--quick]`, or `make bench`."""
