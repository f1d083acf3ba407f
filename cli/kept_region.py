"""The region file that a data folder keeps, for child processes that work on the folder beside the service."""

from pathlib import Path

from smartregion import region as region_file
from smartregion.errors import Misconfigured
from smartregion.region import Region


def region_of(data: Path) -> Region:
    """The region the folder's service runs with. Raises Misconfigured."""
    path = data / "region.toml"
    try:
        return region_file.parse(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"the region file {path} can't be read: {error}") from error
