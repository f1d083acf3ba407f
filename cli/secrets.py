"""Secrets come from the environment, or from files that the environment names."""

from collections.abc import Mapping
from pathlib import Path

from smartregion.errors import Misconfigured
from smartregion.region import Application, Region

SHORTEST_SECRET = 16


def keys(region: Region, environment: Mapping[str, str]) -> dict[str, str]:
    """The key of each application by its label.

    Raises:
        Misconfigured: one is missing; all that are missing are named at once.
    """
    found = known(region, environment)
    missing = [each for each in region.applications if each.label not in found and each.mqtt]
    if missing:
        lines = [f"  {each.label}: set {each.key_env}, or {each.key_env}_FILE to a file it is in" for each in missing]
        raise Misconfigured("\n".join(["API keys of The Things Stack are missing:", *lines]))
    return found


def webhooks(region: Region, environment: Mapping[str, str]) -> dict[str, str]:
    """The secret of each application that has a webhook, by its label.

    Raises:
        Misconfigured: one is missing or too short to be a secret; all such are named at once.
    """
    wanted = [each for each in region.applications if each.webhook_env]
    found = {each.label: secret(each.webhook_env, environment) for each in wanted}
    weak = [each for each in wanted if len(found[each.label]) < SHORTEST_SECRET]
    if weak:
        lines = [f"  {each.label}: set {each.webhook_env}, or {each.webhook_env}_FILE to a file" for each in weak]
        raise Misconfigured(
            f"Secrets of webhooks are missing, or have less than {SHORTEST_SECRET} characters:\n" + "\n".join(lines)
        )
    return found


def receivers(region: Region, environment: Mapping[str, str]) -> dict[str, str]:
    """The address of each receiver of alarms, by its variable.

    Raises:
        Misconfigured: one is missing; all that are missing are named at once.
    """
    found = {variable: secret(variable, environment) for variable in region.notify.receivers}
    missing = [variable for variable, address in found.items() if not address]
    if missing:
        raise Misconfigured(f"Receivers of alarms have no address: set {', '.join(missing)}, or the same with _FILE")
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
