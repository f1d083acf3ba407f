"""The words of the platform: what passes between its rooms. No input or output happens here."""
