"""The HTTP API: what is stored, for people and programs. Everything under /v1 only ever gains fields."""
