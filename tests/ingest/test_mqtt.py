"""One application over MQTT: what the operator is told, and that everything that comes is offered."""

import time

import pytest

from ingest.status import Link
from simulator.double import accounts
from simulator.double.server import Double
from tests.ingest.conftest import BLIND_KEY, KEY, connected, frame, make_region, publish

PORT_OF_NOBODY = 1


def test_everything_published_is_offered_with_topic_and_application(double: Double) -> None:
    application = make_region(double).applications[0]
    with connected(application, KEY.text) as received:
        received.wait_until(Link.CONNECTED)
        publish(double, *(frame(number, time.time_ns()) for number in range(1500)))
        received.wait_for(lambda: len(received.messages) == 1500)

    first = received.messages[0]
    assert first.application == "umwelt-sensorik"
    assert first.topic == "v3/umwelt-sensorik@kreis/devices/klima-01/up"
    assert first.source == "mqtt"


def test_joins_and_solved_locations_come_and_nothing_else(double: Double) -> None:
    application = make_region(double).applications[0]
    with connected(application, KEY.text) as received:
        received.wait_until(Link.CONNECTED)
        for kind in ("up/normalized", "down/sent", "service/data", "join", "location/solved", "up"):
            publish(double, frame(1, time.time_ns()), kind=kind)
        received.wait_for(lambda: len(received.messages) == 3)
        time.sleep(0.1)

    assert [each.topic.split("/", 4)[4] for each in received.messages] == ["join", "location/solved", "up"]


def test_after_a_hard_disconnect_it_subscribes_again(double: Double) -> None:
    application = make_region(double).applications[0]
    with connected(application, KEY.text) as received:
        received.wait_until(Link.CONNECTED)
        double.disconnect()
        received.wait_until(Link.AWAY)
        received.wait_until(Link.CONNECTED)
        publish(double, frame(1, time.time_ns()))
        received.wait_for(lambda: len(received.messages) == 1)


def test_a_refused_key_is_told_in_words_that_help(double: Double) -> None:
    application = make_region(double).applications[0]
    with connected(application, accounts.new_key().text) as received:
        received.wait_until(Link.REFUSED)

        assert "API key" in received.connection.words
        assert "ttn_tenant" in received.connection.words


def test_a_key_without_the_right_to_read_is_told_although_it_connects(double: Double) -> None:
    application = make_region(double).applications[0]
    with connected(application, BLIND_KEY.text, check_rights=lambda: "lacks the right to read") as received:
        received.wait_until(Link.CONNECTED)
        received.wait_for(lambda: "lacks the right" in received.connection.words)


def test_an_open_connection_that_stays_silent_is_noticed_and_renewed(double: Double) -> None:
    application = make_region(double).applications[0]
    with connected(application, KEY.text, quiet=lambda: 0.3) as received:
        received.wait_until(Link.CONNECTED)
        double.redis_down()
        received.wait_until(Link.SILENT)

        assert "nothing has come" in received.connection.words
        double.redis_up()
        received.wait_until(Link.CONNECTED)


@pytest.mark.parametrize("tls", [False, True])
def test_a_broker_that_is_gone_is_told_with_its_address(double: Double, tls: bool) -> None:
    application = make_region(double, mqtt_port=PORT_OF_NOBODY, tls=tls).applications[0]
    with connected(application, KEY.text) as received:
        received.wait_until(Link.AWAY)

        assert f"127.0.0.1:{PORT_OF_NOBODY}" in received.connection.words


def test_tls_towards_a_plain_port_is_told_as_such(double: Double) -> None:
    application = make_region(double, tls=True).applications[0]
    with connected(application, KEY.text) as received:
        received.wait_until(Link.AWAY)

        assert "TLS" in received.connection.words or "can't be reached" in received.connection.words
