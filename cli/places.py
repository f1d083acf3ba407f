"""Devices and points: what there is, and which device serves which point."""

from typing import Annotated, Any

import typer

from cli.client import api
from cli.options import DataOption, JsonOption, LangOption, RegionOption, SinceOption, UntilOption, context
from cli.output import one, rows, say
from cli.texts import text
from smartregion.errors import Misconfigured

device = typer.Typer(no_args_is_help=True, help="Devices: what sends.")
point = typer.Typer(no_args_is_help=True, help="Points: what is measured.")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(device, name="device")
    app.add_typer(point, name="point")


@device.command("list")
def list_devices(
    region: RegionOption = None,
    data: DataOption = None,
    json: JsonOption = False,  # noqa: FBT002 — a command-line flag
    lang: LangOption = None,
) -> None:
    """List devices with profile, interval and when they were last heard.

    Example: smartregion device list --data data
    """
    where = context(region, data, json=json, lang=lang)
    with api(where) as talk:
        found = [_device(each) for each in talk.all("/v1/devices")]
    rows(where, "", ("device", "profile", "last_seen", "interval", "status", "point"), found)


@device.command("assign")
def assign_device(
    name: Annotated[str, typer.Argument(metavar="DEVICE", help="application.device_id", show_default=False)],
    point_id: Annotated[str, typer.Option("--point", help="The point it serves.", show_default=False)],
    since: SinceOption,
    until: UntilOption = "",
    quantity: Annotated[list[str] | None, typer.Option(help="Only this quantity; may be repeated.")] = None,
    attribute: Annotated[list[str] | None, typer.Option(help="Only readings with NAME=VALUE; may be repeated.")] = None,
    parameter: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE, e.g. empty_distance=1.9; see docs/parameters.md.")
    ] = None,
    profile: Annotated[str, typer.Option(help="What the device is: BRAND/MODEL.")] = "",
    region: RegionOption = None,
    data: DataOption = None,
    json: JsonOption = False,  # noqa: FBT002
    lang: LangOption = None,
) -> None:
    """Let a device serve a point from a time on.

    Example: smartregion device assign umwelt.w1-0042 --point rathaus-wasser --since 2026-10-01
    """
    where = context(region, data, json=json, lang=lang)
    parameters: dict[str, float | str] = {key: _number(value) for key, value in _pairs(parameter, "--parameter")}
    if profile:
        parameters["profile"] = profile
    body: dict[str, Any] = {
        "device": name,
        "point": point_id,
        "from": since,
        "until": until,
        "quantities": quantity or [],
        "attributes": dict(_pairs(attribute, "--attribute")),
        "parameters": parameters,
    }
    with api(where) as talk:
        added = talk.ask("POST", "/v1/admin/assignments", json=body)
    if where.json:
        one(where, added)
    else:
        say(f"{name} → {point_id} {text('assigned', where.language)} ({text('start', where.language)} {added['from']})")


@point.command("list")
def list_points(
    region: RegionOption = None,
    data: DataOption = None,
    json: JsonOption = False,  # noqa: FBT002
    lang: LangOption = None,
    tenant: Annotated[str, typer.Option(help="Only this municipality.")] = "",
    domain: Annotated[str, typer.Option(help="Only this domain.")] = "",
    status: Annotated[str, typer.Option(help="active, silent or new.")] = "",
) -> None:
    """List points with their municipality and state.

    Example: smartregion point list --domain water --status silent
    """
    where = context(region, data, json=json, lang=lang)
    asked = {"tenant": tenant, "domain": domain, "status": status}
    with api(where) as talk:
        found = [{**each, "point": each["id"], "site": each["site_name"]} for each in talk.all("/v1/points", asked)]
    rows(where, "", ("point", "name", "site", "tenant", "domain", "status", "last_seen"), found)


@point.command("show")
def show_point(
    name: Annotated[str, typer.Argument(metavar="POINT", help="The point's id.", show_default=False)],
    region: RegionOption = None,
    data: DataOption = None,
    json: JsonOption = False,  # noqa: FBT002
    lang: LangOption = None,
) -> None:
    """Show one point: where it is, which devices serve it, its latest readings.

    Example: smartregion point show rathaus-wasser
    """
    where = context(region, data, json=json, lang=lang)
    with api(where) as talk:
        found = talk.ask("GET", f"/v1/points/{name}")
    if where.json:
        one(where, found)
        return
    one(
        where,
        {"point": found["id"], **{key: found[key] for key in ("name", "tenant", "domain", "status", "last_seen")}},
    )
    rows(
        where, "", ("device", "start", "until", "quantities"), [{**e, "start": e["from"]} for e in found["assignments"]]
    )
    rows(where, "", ("quantity", "attributes", "value", "unit", "time"), [_newest(each) for each in found["latest"]])


def _device(each: dict[str, Any]) -> dict[str, Any]:
    profile = f"{each['brand']}/{each['model']}" if each["brand"] else None
    interval = f"{each['interval_seconds'] / 60:g} min" if each["interval_seconds"] else None
    return {**each, "device": each["id"], "profile": profile, "interval": interval}


def _newest(each: dict[str, Any]) -> dict[str, Any]:
    return {**each, "attributes": " ".join(f"{key}={value}" for key, value in each["attributes"].items())}


def _pairs(given: list[str] | None, option: str) -> list[tuple[str, str]]:
    pairs = [each.partition("=") for each in given or []]
    wrong = [name + equals + value for name, equals, value in pairs if not (name and equals and value)]
    if wrong:
        raise Misconfigured(f"{option} {wrong[0]!r}: write NAME=VALUE")
    return [(name, value) for name, _, value in pairs]


def _number(value: str) -> float | str:
    try:
        return float(value)
    except ValueError:
        return value
