"""The tokens for InfluxDB: from the environment, from files it names, or from the data folder's `secrets`."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cli import secrets
from smartregion.errors import Misconfigured
from store.series.influxdb_address import InfluxTokens

OPERATOR_VARIABLE: Final = "SMARTREGION_INFLUXDB_ADMIN_TOKEN"
VARIABLES: Final[Mapping[str, str]] = {
    "ingest": "SMARTREGION_INFLUXDB_WRITE_TOKEN",
    "jobs": "SMARTREGION_INFLUXDB_ROLLUP_TOKEN",
    "api": "SMARTREGION_INFLUXDB_READ_TOKEN",
}


class SecretFiles:
    """Token files of a data folder: mode 600, in a folder of mode 700; each is whole or not there."""

    def __init__(self, data: Path) -> None:
        self.folder: Final = data / "secrets"

    def path(self, name: str) -> Path:
        """The file of a token."""
        return self.folder / f"influxdb-{name}.token"

    def read(self, name: str) -> str:
        """Its text; empty when there is none. Raises Misconfigured: it can't be read."""
        path = self.path(name)
        try:
            return path.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise Misconfigured(f"the token file {path} can't be read: {error}") from error

    def write(self, name: str, text: str) -> None:
        """Keep it. Raises Misconfigured: it can't be written."""
        path = self.path(name)
        new = path.with_suffix(".new")
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            new.unlink(missing_ok=True)
            file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(file, "w", encoding="utf-8") as opened:
                opened.write(text + "\n")
                opened.flush()
                os.fsync(opened.fileno())
            new.replace(path)
        except OSError as error:
            raise Misconfigured(f"the token file {path} can't be written: {error.strerror}") from error


class TokenSource:
    """Gives the tokens, as they are now: one that was replaced is found without a restart."""

    def __init__(self, data: Path, environment: Mapping[str, str], *, needed: bool) -> None:
        """Raises Misconfigured: one is missing (when they are needed), or its file can't be read."""
        self._files = SecretFiles(data)
        self._environment = environment
        self._last = self._read()
        missing = [name for name in VARIABLES if not getattr(self._last, name)]
        if needed and missing:
            raise Misconfigured(self._words(missing))

    def __call__(self) -> InfluxTokens:
        """The tokens; those of before when a file can't be read right now."""
        try:
            self._last = self._read()
        except Misconfigured:
            return self._last
        return self._last

    def _read(self) -> InfluxTokens:
        return InfluxTokens(**{name: self._token(name) for name in VARIABLES})

    def _token(self, name: str) -> str:
        return secrets.secret(VARIABLES[name], self._environment) or self._files.read(name)

    def _words(self, missing: list[str]) -> str:
        lines = [f"  {name}: set {VARIABLES[name]}, or {VARIABLES[name]}_FILE to a file it is in" for name in missing]
        made = "or let `smartregion influxdb setup` make them; it writes them to the data folder's secrets"
        return "\n".join(["Tokens for InfluxDB are missing:", *lines, made])
