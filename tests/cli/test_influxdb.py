"""`smartregion influxdb setup` against the double of 2.9, or a real one that INFLUXDB_URL and INFLUXDB_TOKEN name."""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from simulator.influxdb.accounts import Permission
from simulator.influxdb.server import Double
from tests.whole.command import Outcome, smartregion

ORG = "kreis-musterland"
REGION = """name = "Kreis Musterland"
[retention]
readings_days = 365
[store]
kind = "influxdb"
url = "{url}"
org = "kreis-musterland"
"""
TENANT = '[[tenants]]\nkey = "{key}"\nname = "{key}"\n'


class County:
    """A region file and a data folder, and the InfluxDB they are for."""

    def __init__(self, folder: Path, double: Double) -> None:
        self.double = double
        self.data = folder / "data"
        self.file = folder / "region.toml"
        self.write("musterstadt", "beispielhausen")

    def write(self, *tenants: str, readings_days: int = 365) -> None:
        """Write the region file."""
        text = REGION.format(url=self.double.url).replace("365", str(readings_days))
        self.file.write_text(text + "".join(TENANT.format(key=key) for key in tenants), encoding="utf-8")

    def setup(self, *typed: str, token: str | None = None) -> Outcome:
        """Type the command."""
        extra = {"SMARTREGION_INFLUXDB_ADMIN_TOKEN": self.double.operator_token if token is None else token}
        return smartregion("influxdb", "setup", "--region", self.file, "--data", self.data, *typed, extra=extra)

    def states(self, *typed: str) -> dict[str, str]:
        """Type it and give how each thing stands."""
        return {f"{each['kind']} {each['name']}": each["status"] for each in self.setup("--json", *typed).rows()}

    def token(self, name: str) -> str:
        """The text in a token's file."""
        return (self.data / "secrets" / f"influxdb-{name}.token").read_text(encoding="utf-8").strip()

    def may(self, name: str, bucket: str) -> tuple[bool, bool]:
        """Whether a token may read and write a bucket."""
        signed = {"Authorization": f"Token {self.token(name)}"}
        asked = httpx.post(f"{self.double.url}/query", data={"db": bucket, "q": "SELECT v FROM w"}, headers=signed)
        params = {"org": ORG, "bucket": bucket, "precision": "ns"}
        written = httpx.post(f"{self.double.url}/api/v2/write", params=params, content="# nothing", headers=signed)
        return "error" not in asked.text, written.status_code == 204


@pytest.fixture
def double() -> Iterator[Double]:
    with Double(org="operators") as running:
        yield running


@pytest.fixture
def county(tmp_path: Path, double: Double) -> County:
    return County(tmp_path, double)


THINGS = {
    f"organisation {ORG}",
    *(f"bucket {name}" for name in ("musterstadt", "musterstadt_rollup", "beispielhausen", "beispielhausen_rollup")),
    "bucket smartregion",
    *(f"token {name}" for name in ("ingest", "jobs", "api", "grafana-musterstadt", "grafana-beispielhausen")),
}


def test_everything_is_made_once_and_then_left_alone(county: County) -> None:
    assert county.states() == dict.fromkeys(THINGS, "made")
    tokens = {name: county.token(name) for name in ("ingest", "jobs", "api", "grafana-musterstadt")}
    assert county.states() == dict.fromkeys(THINGS, "fine")
    assert {name: county.token(name) for name in tokens} == tokens


def test_buckets_keep_readings_a_day_longer_than_they_count_and_rollups_for_ever(county: County) -> None:
    county.setup()
    kept = {each.name: each.retention_seconds for each in county.double.accounts.organisation(ORG).buckets.values()}
    assert kept["musterstadt"] == 366 * 86_400
    assert kept["musterstadt_rollup"] == kept["smartregion"] == 0


def test_a_token_may_do_what_its_work_wants_and_no_more(county: County) -> None:
    county.setup()
    raw, rollups = {"musterstadt", "beispielhausen"}, {"musterstadt_rollup", "beispielhausen_rollup"}
    own = {"smartregion"}
    for name, reads, writes in [
        ("ingest", set(), raw | rollups | own),
        ("jobs", raw | rollups | own, rollups | own),
        ("api", raw | rollups | own, set()),
        ("grafana-musterstadt", {"musterstadt", "musterstadt_rollup"}, set()),
    ]:
        allowed = {bucket: county.may(name, bucket) for bucket in raw | rollups | own | {"_monitoring"}}
        assert {bucket for bucket, (read, _) in allowed.items() if read} == reads, name
        assert {bucket for bucket, (_, write) in allowed.items() if write} == writes, name


def test_token_files_are_for_their_owner_alone(county: County) -> None:
    told = county.setup("--lang", "en")
    secrets = county.data / "secrets"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    files = sorted(secrets.iterdir())
    assert len(files) == 5
    assert f"Token files: {secrets}" in told.words
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        text = file.read_text(encoding="utf-8").strip()
        assert text not in told.out + told.err


def test_a_dry_run_changes_nothing(county: County) -> None:
    assert county.states("--dry-run") == dict.fromkeys(THINGS, "wanted")
    assert not (county.data / "secrets").exists()
    assert [each.name for each in county.double.accounts.organisations.values()] == ["operators"]


def test_a_changed_retention_is_told_and_changed_on_request(county: County) -> None:
    county.setup()
    county.write("musterstadt", "beispielhausen", readings_days=30)
    told = county.setup("--lang", "en")
    assert told.status == 1
    assert "keeps 366 days, the region file wants 31 days; change it with --retention" in told.words
    assert county.states("--retention")["bucket musterstadt"] == "changed"
    assert county.states() == dict.fromkeys(THINGS, "fine")


def test_a_new_municipality_gets_its_own_and_tokens_without_its_rights_are_told(county: County) -> None:
    county.setup()
    county.write("musterstadt", "beispielhausen", "neudorf")
    rows = {f"{each['kind']} {each['name']}": each for each in county.setup("--json").rows()}
    assert [rows[name]["status"] for name in ("bucket neudorf", "token grafana-neudorf")] == ["made", "made"]
    assert rows["token api"]["status"] == "differs"
    assert rows["token api"]["why"] == "may not read neudorf, may not read neudorf_rollup; replace it with --renew api"
    before = county.token("api")
    states = county.states("--renew", "all")
    assert {states[f"token {name}"] for name in ("ingest", "jobs", "api")} == {"renewed"}
    assert county.token("api") != before
    assert county.may("api", "neudorf") == (True, False)
    assert set(county.states().values()) == {"fine"}


def test_a_municipality_that_is_gone_is_reported_and_never_deleted(county: County) -> None:
    county.setup()
    county.write("musterstadt")
    told = county.setup("--json")
    left = {each["name"] for each in told.rows() if each["status"] == "left over"}
    assert left == {"beispielhausen", "beispielhausen_rollup", "grafana-beispielhausen"}
    assert "may also read beispielhausen" in told.out
    buckets = county.double.accounts.organisation(ORG).buckets.values()
    assert "beispielhausen" in {each.name for each in buckets}


def test_foreign_buckets_and_tokens_are_not_touched(county: County) -> None:
    county.setup()
    organisation = county.double.accounts.organisation(ORG)
    county.double.accounts.add_bucket(organisation, "fremd", 0)
    county.double.accounts.add_token(organisation.id, [Permission("read", "buckets")], "somebody's")
    assert county.states() == dict.fromkeys(THINGS, "fine")


def test_a_lost_or_refused_token_file_is_told_with_the_way_out(county: County) -> None:
    county.setup()
    (county.data / "secrets" / "influxdb-ingest.token").unlink()
    (county.data / "secrets" / "influxdb-api.token").write_text("geraten", encoding="utf-8")
    told = county.setup("--lang", "en")
    assert told.status == 1
    assert "its file is lost, and InfluxDB does not tell its text again; replace it with --renew ingest" in told.words
    assert "what its file holds is refused; replace it with --renew api" in told.words
    county.setup("--renew", "ingest", "--renew", "api")
    assert county.states() == dict.fromkeys(THINGS, "fine")
    descriptions = [each.description for each in county.double.accounts.tokens.values()]
    assert descriptions.count("smartregion: ingest") == 1


def test_more_than_a_page_of_buckets_is_seen(county: County) -> None:
    county.setup()
    organisation = county.double.accounts.organisation(ORG)
    for number in range(120):
        county.double.accounts.add_bucket(organisation, f"fremd-{number:03d}", 0)
    assert county.states() == dict.fromkeys(THINGS, "fine")


@pytest.mark.parametrize(
    ("token", "words"),
    [("", "set SMARTREGION_INFLUXDB_ADMIN_TOKEN"), ("wrong", "refuses the operator token")],
)
def test_without_an_operator_token_it_says_where_to_get_one(token: str, words: str, county: County) -> None:
    told = county.setup(token=token)
    assert told.status == 1
    assert words in told.words


def test_a_server_that_is_not_there_is_told(county: County) -> None:
    county.double.stop()
    told = county.setup()
    assert told.status == 1
    assert "does not answer" in told.words
    assert "Traceback" not in told.words


def test_a_region_without_influxdb_is_told_to_say_so(county: County) -> None:
    county.file.write_text('name = "K"\n' + TENANT.format(key="musterstadt"), encoding="utf-8")
    assert 'no [store] with kind = "influxdb"' in county.setup().words


def test_an_unknown_token_to_renew_is_told(county: County) -> None:
    assert "there is no token 'nope'; there are: api," in county.setup("--renew", "nope").words


def test_it_speaks_german(county: County) -> None:
    assert "Bucket musterstadt: angelegt" in county.setup("--lang", "de").words


@pytest.mark.real
@pytest.mark.skipif(not os.environ.get("INFLUXDB_URL"), reason="INFLUXDB_URL and INFLUXDB_TOKEN name a server of 2.9")
def test_a_real_server_is_set_up_alike(tmp_path: Path) -> None:
    text = REGION.format(url=os.environ["INFLUXDB_URL"]).replace(ORG, f"smartregion-test-{os.getpid()}")
    (tmp_path / "region.toml").write_text(text + TENANT.format(key="musterstadt"), encoding="utf-8")
    typed = ("influxdb", "setup", "--region", tmp_path / "region.toml", "--data", tmp_path / "data", "--json")
    extra = {"SMARTREGION_INFLUXDB_ADMIN_TOKEN": os.environ["INFLUXDB_TOKEN"]}
    first, second = (json.loads(smartregion(*typed, extra=extra).out) for _ in range(2))
    assert {each["status"] for each in first} == {"made"}
    assert {each["status"] for each in second} == {"fine"}
