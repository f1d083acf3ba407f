"""The options that every command takes, and what they come to."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.texts import Language, language_of
from smartregion import region as region_file
from smartregion.errors import Misconfigured
from smartregion.region import Region
from smartregion.settings import Settings

RegionOption = Annotated[
    Path | None, typer.Option("--region", help="The region file; by default the data folder's own.")
]
DataOption = Annotated[Path | None, typer.Option("--data", help="The data folder.  [default: data]")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
LangOption = Annotated[Literal["de", "en"] | None, typer.Option("--lang", help="Language of what is printed.")]
SinceOption = Annotated[str, typer.Option("--since", help="From this date or time on: 2026-11-01, or RFC 3339.")]
UntilOption = Annotated[str, typer.Option("--until", help="Until before this date or time.")]


@dataclass(frozen=True, slots=True)
class Context:
    """Where a command works and how it speaks."""

    data: Path
    region_path: Path | None
    json: bool
    language: Language
    settings: Settings

    @property
    def region_file(self) -> Path:
        """The region file that counts: the one named, else the one the data folder keeps."""
        return self.region_path or self.data / "region.toml"

    def region(self) -> Region:
        """The region. Raises Misconfigured with every mistake of the file."""
        return region_file.parse(self.region_text(), str(self.region_file))

    def region_text(self) -> str:
        """The region file's text. Raises Misconfigured when there is none."""
        try:
            return self.region_file.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise Misconfigured(
                f"there is no region file {self.region_file}; write one with `smartregion init`, "
                "or name it with --region"
            ) from None
        except (OSError, UnicodeDecodeError) as error:
            raise Misconfigured(f"the region file {self.region_file} can't be read: {error}") from error


def context(
    region: Path | None = None, data: Path | None = None, *, json: bool = False, lang: str | None = None
) -> Context:
    """What the options and the environment come to."""
    settings = Settings()
    return Context(
        data=data or settings.data,
        region_path=region or settings.region,
        json=json,
        language=language_of(lang or settings.lang or os.environ.get("LANG", "")),
        settings=settings,
    )
