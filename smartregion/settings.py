"""What the environment may set; everything else stands in the region file."""

from pathlib import Path
from typing import Literal

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read once, by `cli`, from variables that begin with SMARTREGION_."""

    model_config = SettingsConfigDict(env_prefix="SMARTREGION_", frozen=True, extra="ignore")

    region: Path | None = None
    data: Path = Path("data")
    lang: Literal["de", "en"] | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"
