"""Organisations, buckets and tokens through the client library, with the traps that were found on a real 2.9.1."""

from collections.abc import Iterator

import httpx
import pytest
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.domain.bucket_retention_rules import BucketRetentionRules
from influxdb_client.domain.permission import Permission
from influxdb_client.domain.permission_resource import PermissionResource
from influxdb_client.rest import ApiException

from simulator.influxdb.server import ORG, Double
from tests.simulator.influxdb.conftest import Connect


@pytest.fixture
def library(double: Double) -> Iterator[InfluxDBClient]:
    with InfluxDBClient(double.url, double.operator_token, org=ORG) as client:
        yield client


def _refusal(caught: pytest.ExceptionInfo[ApiException]) -> tuple[int, str]:
    return caught.value.status, caught.value.message or ""


def test_setup_is_done_once_and_gives_the_operator_token() -> None:
    with Double(org="") as new:
        wanted = {"username": "u", "password": "12345678", "org": "kreis", "bucket": "b"}
        assert httpx.get(f"{new.url}/api/v2/setup").json() == {"allowed": True}
        made = httpx.post(f"{new.url}/api/v2/setup", json=wanted)
        assert made.status_code == 201
        with InfluxDBClient(new.url, made.json()["auth"]["token"], org="kreis") as client:
            assert client.organizations_api().find_organizations()[0].name == "kreis"
        assert httpx.get(f"{new.url}/api/v2/setup").json() == {"allowed": False}
        assert httpx.post(f"{new.url}/api/v2/setup", json=wanted).status_code == 422


def test_a_page_of_buckets_has_20_unless_asked_for_more(double: Double, library: InfluxDBClient) -> None:
    names = [f"b{number:02d}" for number in range(25)]
    for name in names:
        double.create_bucket(name)
    api = library.buckets_api()
    assert len(api.find_buckets().buckets) == 20
    assert len(api.find_buckets(limit=100).buckets) == 30
    assert {each.name for each in api.find_buckets_iter()} >= set(names)
    for name in names:
        double.delete_bucket(name)


def test_what_is_missing_is_none_or_a_404(library: InfluxDBClient) -> None:
    assert library.buckets_api().find_bucket_by_name("nope") is None
    with pytest.raises(ApiException) as caught:
        library.organizations_api().find_organizations(org="nope")
    assert _refusal(caught)[0] == 404


def test_a_name_can_be_taken_once(library: InfluxDBClient) -> None:
    with pytest.raises(ApiException) as caught:
        library.buckets_api().create_bucket(bucket_name="w1", org=ORG)
    assert caught.value.status == 422
    assert "conflict" in str(caught.value.body)


def test_a_retention_below_an_hour_is_a_500(library: InfluxDBClient) -> None:
    rule = BucketRetentionRules(type="expire", every_seconds=3599)
    with pytest.raises(ApiException) as caught:
        library.buckets_api().create_bucket(bucket_name="new", org=ORG, retention_rules=rule)
    assert caught.value.status == 500
    assert "retention policy duration must be at least 1h0m0s" in str(caught.value.body)


@pytest.mark.parametrize("name", ["_own", 'a"b'])
def test_some_names_are_not_allowed(name: str, library: InfluxDBClient) -> None:
    with pytest.raises(ApiException) as caught:
        library.buckets_api().create_bucket(bucket_name=name, org=ORG)
    assert caught.value.status == 400


def test_a_bucket_changes_its_retention_and_goes_with_all_its_points(double: Double, library: InfluxDBClient) -> None:
    api = library.buckets_api()
    made = api.create_bucket(bucket_name="new", org=ORG)
    made.retention_rules = [BucketRetentionRules(type="expire", every_seconds=7200)]
    assert api.update_bucket(made).retention_rules[0].every_seconds == 7200
    api.delete_bucket(made)
    assert api.find_bucket_by_name("new") is None


def test_the_text_of_a_token_is_told_once(double: Double, library: InfluxDBClient, connect: Connect) -> None:
    bucket = double.bucket("w1")
    resource = PermissionResource(type="buckets", id=bucket.id, org_id=bucket.org_id)
    api = library.authorizations_api()
    made = api.create_authorization(bucket.org_id, [Permission("write", resource)])

    assert connect(made.token).write("w v=1 1").status_code == 204
    assert api.find_authorization_by_id(made.id).token == ""
    assert {each.token for each in api.find_authorizations()} == {""}
    made.status = "inactive"
    api.update_authorization(made)
    assert connect(made.token).write("w v=1 1").status_code == 403
    api.delete_authorization(made)
    assert connect(made.token).write("w v=1 1").status_code == 401


def test_a_token_for_one_bucket_sees_no_lists(double: Double) -> None:
    with InfluxDBClient(double.url, double.create_token(read=["w1"]), org=ORG) as client:
        assert client.buckets_api().find_buckets().buckets == []
        assert client.organizations_api().find_organizations() == []
        assert client.authorizations_api().find_authorizations() == []
        owner = double.bucket("w1").org_id
        permission = Permission("read", PermissionResource(type="buckets", org_id=owner))
        with pytest.raises(ApiException) as caught:
            client.authorizations_api().create_authorization(owner, [permission])
        assert caught.value.status == 401
