"""From what is true to the bytes a sensor sends, in the exact layouts of the devices.

Arguments are in the units of the vocabulary (m, °C, Wh, L, pulses …) and are rounded to the resolution of the format.
They read nothing of the decoders: what both know is in the data sheets.
"""
