"""Small libraries in C that stand between a process and the system, compiled when they are needed."""

import subprocess
from pathlib import Path

from tests.real.broker import program

_HERE = Path(__file__).parent


def library(name: str, folder: Path) -> Path:
    """The library made of `name`.c, in that folder."""
    made = folder / f"{name}.so"
    command = [program("cc"), "-O2", "-Wall", "-shared", "-fPIC", "-o", made, _HERE / f"{name}.c", "-ldl", "-lpthread"]
    subprocess.run([str(part) for part in command], check=True, capture_output=True)
    return made
