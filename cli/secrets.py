"""Secrets come from the environment, or from files that the environment names."""

from collections.abc import Mapping
from pathlib import Path

from smartregion.errors import Misconfigured
from smartregion.region import Application, Region


def keys(region: Region, environment: Mapping[str, str]) -> dict[str, str]:
    """The key of each application by its label.

    Raises:
        Misconfigured: one is missing; all that are missing are named at once.
    """
    found = known(region, environment)
    missing = [each for each in region.applications if each.label not in found]
    if missing:
        lines = [f"  {each.label}: set {each.key_env}, or {each.key_env}_FILE to a file it is in" for each in missing]
        raise Misconfigured("\n".join(["API keys of The Things Stack are missing:", *lines]))
    return found


def known(region: Region, environment: Mapping[str, str]) -> dict[str, str]:
    """The keys that are there, for commands that can do without."""
    found = {each.label: key(each, environment) for each in region.applications}
    return {label: text for label, text in found.items() if text}


def key(application: Application, environment: Mapping[str, str]) -> str:
    """One application's key; empty when none is set. Raises Misconfigured when its file can't be read."""
    return secret(application.key_env, environment)


def secret(variable: str, environment: Mapping[str, str]) -> str:
    """What a variable holds, or the file that the variable with _FILE added names; empty when neither is set.

    Raises:
        Misconfigured: the file can't be read.
    """
    named = environment.get(f"{variable}_FILE", "")
    if not named:
        return environment.get(variable, "").strip()
    try:
        return Path(named).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{variable}_FILE names {named}, which can't be read: {error}") from error
