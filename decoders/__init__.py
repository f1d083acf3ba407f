"""From the bytes of a frame to readings. Pure: one file per vendor family, its vectors as YAML beside it."""
