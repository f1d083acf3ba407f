"""Where the demo's readings rest: a file, or an InfluxDB that is made ready for it."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from cli.influx_ready import ALL, make_ready, operator_token
from smartregion.errors import Misconfigured
from smartregion.region import Region
from store.series.influxdb_plan import Wishes

ORG: Final = "smartregion-demo"
"""An organisation of its own keeps the demo's buckets apart from those of a county."""


@dataclass(frozen=True, slots=True)
class DemoInflux:
    """An InfluxDB for the demo."""

    url: str
    write_path: Literal["v2", "v1"] = "v2"
    token_file: Path | None = None
    """Holds the operator token; the environment by default."""
    org: str = ORG

    def entries(self) -> dict[str, str]:
        """What stands under [store] in the region file."""
        entries = {"kind": "influxdb", "url": self.url, "write_path": self.write_path}
        return entries | ({"org": self.org} if self.write_path == "v2" else {})

    def toml(self) -> str:
        """Its part of the region file."""
        lines = [f"{name} = {json.dumps(value)}" for name, value in self.entries().items()]
        return "\n".join(["", "[store]", *lines, ""])

    def make_ready(self, region: Region, data: Path) -> None:
        """Make its buckets and tokens; what an earlier demo left is used again, its tokens are replaced.

        Raises:
            Misconfigured, Unavailable: with what to do.
        """
        make_ready(region, data, self._operator, Wishes(renew=frozenset([ALL]), retention=True), lambda _: None)

    def _operator(self) -> str:
        if self.token_file is None:
            return operator_token(os.environ)
        try:
            return self.token_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Misconfigured(f"the token file {self.token_file} can't be read: {error}") from error


def chosen(kind: str, url: str, write_path: Literal["v2", "v1"], token_file: Path | None) -> DemoInflux | None:
    """What the options come to; None: a file. Raises Misconfigured: they contradict each other."""
    if kind == "influxdb" and not url:
        raise Misconfigured("--store influxdb needs --influxdb-url, such as http://127.0.0.1:8086")
    if kind != "influxdb" and url:
        raise Misconfigured("--influxdb-url counts only with --store influxdb")
    if kind == "influxdb" and not url.lower().startswith(("http://", "https://")):
        raise Misconfigured(f"--influxdb-url is {url!r}; write http:// or https://, the host and perhaps :port")
    return DemoInflux(url, write_path, token_file) if kind == "influxdb" else None
