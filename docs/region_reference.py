"""The reference of the region file, out of its models: types, bounds and defaults are theirs, the words stand here."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from docs.paste import table
from smartregion.region import Region

PLACES: Final = {
    "Region": ("At the top of the file", "The county."),
    "Retention": ("`[retention]`", "How long things are kept. May be left out."),
    "Journal": ("`[journal]`", "Bounds of the journal. May be left out."),
    "Store": ("`[store]`", "Where readings and rollups rest. May be left out."),
    "Notify": ("`[notify]`", "Who is told of [alarms](reliability.md#alarms). May be left out."),
    "TenantEntry": ("`[[tenants]]`", "One for each municipality; at least one."),
    "Application": ("`[[applications]]`", "One for each application of The Things Stack."),
    "ProfileRule": ("`[[applications.profiles]]`", "Below its application: what devices are, by their ids."),
}

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "Region": {
        "name": "The county's name, as the pages and lists show it.",
        "time_zone": "IANA name. Days, weeks, months and years of all figures are those of this zone.",
        "language": "The county's language. The pages use it where a reader's browser names neither; "
        "the command line follows `--lang`, `SMARTREGION_LANG` and `LANG`.",
        "backfill_days": "How far back the very first start fetches what the Storage Integration still holds. Later "
        "starts go on where the last comparison ended.",
        "retention": "See `[retention]`.",
        "journal": "See `[journal]`.",
        "store": "See `[store]`.",
        "notify": "See `[notify]`.",
        "tenants": "See `[[tenants]]`.",
        "applications": "See `[[applications]]`. Without any, only imports bring messages.",
    },
    "Retention": {
        "log_days": "Messages as received stay so long after they are settled. After that the page of a point can "
        "no longer show the raw JSON; what became of the message stays known for 400 days.",
        "archive_days": "Files of the archive, which take over what leaves the log: Parquet, by application and day. 0:"
        " no archive, and what leaves the log is gone.",
        "readings_days": "Single readings. Rollups by hour, day and month stay for ever.",
    },
    "Journal": {
        "max_megabytes": "How large the log of received messages may grow. At the bound new messages wait in memory.",
        "memory_megabytes": "How much may wait in memory while the log is full or can't be written. "
        "[Bounds](reliability.md#bounds) says what happens beyond.",
    },
    "Store": {
        "kind": "`duckdb`: a file in the data folder. `influxdb`: a server, with a bucket for each municipality "
        "([how to set it up](influxdb-setup.md)).",
        "url": "Of InfluxDB, with `http://` or `https://`, such as `http://127.0.0.1:8086`.",
        "org": "Organisation of InfluxDB 2.x. Any word on 3.x, nothing on 1.x.",
        "write_path": "`v2` for InfluxDB 2.x and 3.x, `v1` for 1.x.",
        "connect_seconds": "How long a connection to InfluxDB may take to be made.",
        "write_seconds": "How long InfluxDB may take to store a batch before it is sent again.",
        "query_seconds": "How long InfluxDB may take to answer a question.",
    },
    "Notify": {
        "receivers": "Environment variables, each with an address that [apprise](https://appriseit.com) knows, such as "
        "`mailtos://user:password@mail.county.example?to=ops@county.example` (or, with `_FILE` added, the path of a "
        "file with it).",
        "kinds": "Only alarms of these kinds; all of them without it.",
        "language": "Of what is sent; the county's when empty.",
        "digest_minutes": "So long alarms are gathered and then sent as one. 0: at once.",
        "quiet_from": "From then on nothing is sent, in the county's time zone …",
        "quiet_until": "… until then; what came up meanwhile is told in one.",
    },
    "TenantEntry": {
        "key": "Names the municipality everywhere: in addresses, figures, exports. Do not change it later.",
        "name": "As people read it.",
        "ags": "Official municipality key (Amtlicher Gemeindeschlüssel), or the county's five digits.",
        "latitude": "Centre, in degrees (WGS 84). Counts only together with `longitude`.",
        "longitude": "See `latitude`.",
        "outline": "Border for the map: pairs of longitude and latitude in degrees, in this order, as in GeoJSON.",
    },
    "Application": {
        "id": "Its id in The Things Stack.",
        "name": "How the platform calls it; the id when empty. Needed when two servers have applications of one id.",
        "server": "Host name of the cluster, without `https://` and without a port.",
        "ttn_tenant": "Tenant of The Things Stack (`ttn` on the Sandbox). Empty on an Open Source server.",
        "identity_server": "Where the rights of the key are asked for, when that is another host: on Cloud and "
        "Sandbox the identity server is on `eu1`. Empty: the server itself.",
        "tenant": "Key of the municipality where devices never seen before belong.",
        "domain": "Domain of the points that such devices get.",
        "key_env": "Environment variable that holds the API key. With `_FILE` added to its name it may hold the path "
        "of a file with the key instead; the file counts before the variable.",
        "accept_simulated": "Store uplinks that somebody simulated in the console of The Things Stack. Else they are "
        'ignored with the reason "simulated".',
        "tls": "TLS with the system's trusted roots, for MQTT and HTTP. Without it also set both ports.",
        "mqtt_port": "1883 is usual without TLS.",
        "http_port": "For the Storage Integration and the rights of the key.",
        "qos": "1 only makes sense with a broker of your own that keeps sessions; The Things Stack delivers at 0. "
        "Let the broker send 500 or more ahead of acknowledgements (Mosquitto: `max_inflight_messages`, else 20).",
        "client_id": "MQTT client id, for such a broker. Empty: a new one for each connection.",
        "mqtt": "Listen by MQTT. With `false` messages come by webhook and back-fill, or only by webhook where the API "
        "key is not set.",
        "webhook_env": "Environment variable that holds the secret of its webhook (or, with `_FILE` added to its name, "
        "the path of a file with it). Empty: no webhook. See [Reliability](reliability.md#other-sources).",
        "storage_lag_s": "Seconds by which the Storage Integration may lag behind: the back-fill leaves the newest "
        "so many seconds to the next comparison.",
        "storage_days": "Days for which the Storage Integration keeps messages. Empty: 30, and 1 on the Sandbox "
        "(`*.cloud.thethings.network`).",
        "profiles": "See `[[applications.profiles]]`.",
    },
    "ProfileRule": {
        "device": "Pattern for the device id: `*` for any letters, `?` for one. The first rule that fits counts.",
        "brand": "As `smartregion decoder list` shows it.",
        "model": "As `smartregion decoder list` shows it.",
        "firmware": "Version of the firmware, where a decoder knows several layouts. Empty: the newest.",
    },
}

_LISTS: Final = {"array": "list of pairs", "string": "list of texts", "#/$defs/AlarmKind": "list of kinds"}
_NAMES: Final = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}


def text() -> str:
    """The reference, one table for each place in the file.

    Raises:
        ValueError: an entry is not described here, or one described is no entry any more.
    """
    schema = Region.model_json_schema()
    models = {"Region": schema} | {name: each for name, each in schema["$defs"].items() if "properties" in each}
    if {name: set(models[name]["properties"]) for name in models} != {name: set(WORDS[name]) for name in WORDS}:
        raise ValueError("the entries described here are not those of smartregion/region.py")
    return "\n\n".join(_section(name, models[name]) for name in PLACES)


def _section(name: str, model: Mapping[str, Any]) -> str:
    place, words = PLACES[name]
    required = model.get("required", [])
    rows = [
        (f"`{entry}`", ", ".join(_kind(shape)), _default(shape, required=entry in required), WORDS[name][entry])
        for entry, shape in model["properties"].items()
    ]
    return f"### {place}\n\n{words}\n\n" + table(("entry", "what", "default", "meaning"), rows)


def _default(shape: Mapping[str, Any], *, required: bool) -> str:
    if required:
        return "**required**"
    value = shape.get("default")
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, str):
        return f'`"{value}"`' if value else "empty"
    return f"`{value:g}`" if isinstance(value, int | float) else "none"


def _kind(shape: Mapping[str, Any]) -> Iterator[str]:
    for each in shape.get("anyOf", [shape]):
        if "enum" in each:
            yield " or ".join(f"`{value}`" for value in each["enum"])
        elif "$ref" in each or "allOf" in each or each.get("type") == "object":
            yield "table"
        elif each.get("type") == "array":
            yield _LISTS.get(each["items"].get("$ref", each["items"].get("type")), "tables")
        elif each.get("type") != "null":
            yield _NAMES[each["type"]]
        yield from _bounds(each)


def _bounds(shape: Mapping[str, Any]) -> Iterator[str]:
    low, above, high = shape.get("minimum"), shape.get("exclusiveMinimum"), shape.get("maximum")
    if low is not None and high is not None:
        yield f"{low:g} to {high:g}"
    elif low is not None:
        yield f"at least {low:g}"
    if above is not None:
        yield f"above {above:g}"
    if "maxLength" in shape:
        yield f"at most {shape['maxLength']} characters"
    if "pattern" in shape:
        yield f"matches `{shape['pattern']}`"
