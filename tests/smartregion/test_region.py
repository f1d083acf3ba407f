"""The region file: everything wrong with it is told at once, in words and with its line."""

import pytest

from smartregion import region
from smartregion.errors import Misconfigured
from smartregion.model import Profile

GOOD = """
name = "Kreis Musterland"
time_zone = "Europe/Berlin"

[[tenants]]
key = "musterstadt"
name = "Musterstadt"
latitude = 51.3
longitude = 9.5

[[applications]]
id = "umwelt-sensorik"
server = "kreis-musterland.eu1.cloud.thethings.industries"
ttn_tenant = "kreis-musterland"
tenant = "musterstadt"
domain = "environment"
key_env = "SMARTREGION_KEY_UMWELT"

[[applications.profiles]]
device = "klima-*"
brand = "milesight-iot"
model = "em300-th"
"""

INFLUX = """
[store]
kind = "influxdb"
url = "http://127.0.0.1:8086"
"""

TEN_MISTAKES = """
name = ""
time_zone = "Europa/Berlin"
backfill_days = "viele"
colour = "green"

[[tenants]]
key = "Musterstadt"
name = "Musterstadt"
latitude = 151.3

[[tenants]]
key = "dorf"
name = "Dorf"

[[tenants]]
key = "dorf"
name = "Dorf"

[[applications]]
id = "UMWELT"
server = "https://host/"
tenant = "stadt"
domain = "umwelt"
mqtt_port = 99999
"""


def test_a_good_file_is_read_whole() -> None:
    county = region.parse(GOOD)

    application = county.applications[0]
    assert county.zone.key == "Europe/Berlin"
    assert application.user == "umwelt-sensorik@kreis-musterland"
    assert application.label == "umwelt-sensorik"
    assert application.tls
    assert application.mqtt_port == 8883
    assert application.profile_of("klima-rathaus-01") == Profile("milesight-iot", "em300-th")
    assert application.profile_of("pegel-03") is None
    assert county.tenants[0].tenant.place is not None


def test_an_open_source_server_takes_the_bare_application_as_user() -> None:
    county = region.parse(GOOD.replace('ttn_tenant = "kreis-musterland"\n', ""))

    assert county.applications[0].user == "umwelt-sensorik"


def test_ten_mistakes_are_told_at_once_each_with_its_line() -> None:
    with pytest.raises(Misconfigured) as caught:
        region.parse(TEN_MISTAKES)

    told = str(caught.value).splitlines()
    for line, part in [
        (2, "name"),
        (3, "time_zone no time zone 'Europa/Berlin'"),
        (4, "backfill_days"),
        (5, "colour is not known here"),
        (8, "tenants[1].key"),
        (10, "tenants[1].latitude"),
        (17, "tenants[3].key 'dorf' is there twice"),
        (21, "applications[1].id"),
        (22, "applications[1].server"),
        (23, "applications[1].tenant names 'stadt'"),
        (24, "applications[1].domain"),
        (25, "applications[1].mqtt_port"),
        (20, "applications[1].key_env is missing"),
    ]:
        assert any(entry.strip().startswith(f"line {line}: {part}") for entry in told), (line, part, told)
    assert len(told) == 14


def test_broken_toml_is_told_with_its_line() -> None:
    with pytest.raises(Misconfigured, match=r"not valid TOML.*line 2"):
        region.parse('name = "a"\ntime_zone = \n')


class TestStore:
    """Where readings rest: a file in the data folder, or an InfluxDB."""

    def test_is_a_file_of_its_own_unless_told(self) -> None:
        assert region.parse(GOOD).store.kind == "duckdb"

    def test_may_be_an_influxdb(self) -> None:
        county = region.parse(GOOD + INFLUX + 'org = "county"\n')
        assert (county.store.kind, county.store.url) == ("influxdb", "http://127.0.0.1:8086")
        assert (county.store.org, county.store.write_path) == ("county", "v2")
        assert region.parse(GOOD + INFLUX + 'write_path = "v1"\n').store.org == ""

    @pytest.mark.parametrize(
        ("entries", "told"),
        [
            ('[store]\nkind = "influxdb"\n', ["store.url is missing", "store.org is missing"]),
            ('[store]\nkind = "influx"\n', ["store.kind"]),
            ('[store]\nurl = "http://h"\norg = "o"\n', ["store.url counts only with", "store.org counts only with"]),
            (INFLUX.replace("http://", ""), ["store.url is '127.0.0.1:8086'; write http://", "store.org is missing"]),
            (INFLUX.replace("127", "me:geheim@127") + 'org = "o"\n', ["store.url is 'http://me:geheim@"]),
            (INFLUX + 'org = "o"\nwrite_path = "v3"\n', ["store.write_path"]),
            (INFLUX + 'org = "o"\nquery_seconds = 0\n', ["store.query_seconds"]),
            (INFLUX + 'org = "o"\ntoken = "t"\n', ["store.token is not known here"]),
        ],
    )
    def test_tells_what_is_wrong_with_it(self, entries: str, told: list[str]) -> None:
        with pytest.raises(Misconfigured) as caught:
            region.parse(GOOD + entries)
        for words in told:
            assert words in str(caught.value)
        assert len(str(caught.value).splitlines()) == 1 + len(told)

    def test_leaves_the_operators_bucket_to_the_operators(self) -> None:
        text = (GOOD + INFLUX + 'org = "o"\n').replace("musterstadt", "smartregion")
        with pytest.raises(Misconfigured, match=r"tenants\[1\].key 'smartregion' is the bucket of the operators"):
            region.parse(text)
        assert region.parse(GOOD.replace("musterstadt", "smartregion")).tenants[0].key == "smartregion"
