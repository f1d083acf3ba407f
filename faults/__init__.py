"""The fault table: what is done to a running platform, and what became of each message meanwhile. For development."""
