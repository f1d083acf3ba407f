"""How requests and answers are told apart in a pipe; both sides read this, and it loads nothing."""

import struct
from typing import Final

LENGTH: Final = struct.Struct(">I")
"""Bytes of what follows."""
