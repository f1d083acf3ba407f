"""Each write that was tried on a real 2.9.1: the double's answer, and what it stores, beside the recorded ones."""

import gzip
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from simulator.influxdb.server import Double
from tests.simulator.influxdb.conftest import Client, Connect

NOW = int(time.time())
WEEK = 7 * 86_400
MIB = 1_048_576
PARTIAL = "failure writing points to database: partial write: "
CONFLICT = PARTIAL + 'field type conflict: input field "v" on measurement "tc" is type {}, already exists as type {} '
INTEGER = "=" + CONFLICT.format("integer", "float") + "dropped="
GZIP = {"Content-Encoding": "gzip"}
SERVER_LOGS = "An internal error has occurred - check server logs"


@dataclass(frozen=True)
class Case:
    """A batch, and what came of it."""

    name: str
    body: str | bytes
    status: int = 204
    message: str = ""
    """Regular expression for all of it; escaped where it begins with `=`."""
    stored: int = 0
    """Values in the bucket afterwards, those of `before` not counted."""
    before: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


CODES = {
    400: "invalid",
    404: "not found",
    405: "method not allowed",
    422: "unprocessable entity",
    500: "internal error",
}


def _bad(name: str, line: str, why: str) -> Case:
    return Case(name, line, 400, f"=unable to parse '{line}': {why}")


def _dropped(name: str, body: str, message: str, stored: int, before: str = "", **params: str) -> Case:
    return Case(name, body, 422, message, stored, before, params)


def _conflict(kind: str, text: str) -> Case:
    body = f"tc,p=a v={text} 10\ntc,p=b v=2 10"
    return _dropped(f"{kind} into a float", body, "=" + CONFLICT.format(kind, "float") + "dropped=1", 1, "tc v=1 1")


FINE = [
    Case("one line", "w,p=a v=1 1", stored=1),
    Case("two lines with two fields", "w,p=a v=1,u=2 1\nw,p=b v=1,u=2 1", stored=4),
    Case("a time 400 days ahead", f"w v=1 {NOW + 400 * 86_400}", stored=1),
    Case("tag _x", "w,_x=1 v=1 1", stored=1),
    Case("field _x", "w _x=1 1", stored=1),
    Case("field _field", "w _field=1 1", stored=1),
    Case("measurement _m", "_m v=1 1", stored=1),
    Case("tag and field of one name", "w,point=a point=1 1", stored=1),
    Case("unsigned", "w v=5u 1", stored=1),
    Case("other ways to write floats", "w a=-0,b=1.,c=.5,d=1e308 1", stored=4),
    Case("no precision: seconds are taken as nanoseconds", "w v=1 1", stored=1, params={"precision": ""}),
    Case("a byte order mark in a tag", "w,p=\ufeffa v=1 1", stored=1),
    Case("invalid UTF-8 in a tag", b"w,p=\xff v=1 1", stored=1),
    Case("NUL in a tag", "w,p=a\0b v=1 1", stored=1),
    Case("TAB in a tag", "w,p=a\tb v=1 1", stored=1),
    Case("a line break inside a text", 'w v="a\nb" 1', stored=1),
    Case("zipped", gzip.compress(b"w v=1 1"), stored=1, headers=GZIP),
    Case("deflate told, plain sent", "w v=1 1", stored=1, headers={"Content-Encoding": "deflate"}),
    Case("zstd told, plain sent", "w v=1 1", stored=1, headers={"Content-Encoding": "zstd"}),
    Case("nothing", ""),
    Case("a line break", "\n"),
    Case("a comment", "# nothing"),
    Case("a type of another week is no conflict", f"tc v=1i {WEEK * 3}", stored=1, before="tc v=1 1"),
]
UNPARSABLE = [
    _bad("no value", "w,p=a v= 1", "missing field value"),
    Case(
        "two bad lines among good ones",
        "w,p=a v=1 1\nw,p=b v= 1\nw,p=c v=1 1\nw,p=d 1",
        400,
        "=unable to parse 'w,p=b v= 1': missing field value\nunable to parse 'w,p=d 1': invalid field format",
    ),
    Case(
        "5000 bad lines",
        "\n".join(f"w,p={n} v= {n}" for n in range(5000)),
        400,
        "=" + "\n".join(f"unable to parse 'w,p={n} v= {n}': missing field value" for n in range(5000)),
    ),
    Case(
        "a tag of 1 MB",
        f"w,p={'a' * MIB} v=1 1",
        400,
        r"unable to parse 'w,p=a+ v=1 1': max key length exceeded: \d+ > 65535",
    ),
    _bad("an empty tag", "w,p= v=1 1", "missing tag value"),
    _bad("a tag twice", "w,p=a,p=b v=1 1", "duplicate tags"),
    _bad("tag time", "w,time=a v=1 1", 'cannot use reserved tag key "time"'),
    _bad("tag _field", "w,_field=a v=1 1", 'cannot use reserved tag key "_field"'),
    _bad("tag _measurement", "w,_measurement=a v=1 1", 'cannot use reserved tag key "_measurement"'),
    *(_bad(text, f"w v={text} 1", "invalid number") for text in ("NaN", "-Inf", "0x10", "1_0")),
    _bad("Inf", "w v=Inf 1", "invalid boolean"),
    _bad("1e400", "w v=1e400 1", "invalid float"),
    Case(
        "an integer too large",
        "w v=9223372036854775808i 1",
        400,
        r".*unable to parse integer 9223372036854775808: .*: value out of range",
    ),
    _bad("a time out of range", "w v=1 9223372037", "time outside range -9223372036854775806 - 9223372036854775806"),
    Case("a time beyond 64 bits", "w v=1 99999999999999999999", 400, r".*: value out of range"),
    _bad("a time with a point", "w v=1 1.5", "bad timestamp"),
    Case("nanoseconds sent as seconds", "w v=1 1600000000000000000", 400, ".*: time outside range .*"),
    Case("line ends of Windows", "w v=1 1\r\nw v=2 2", 400, "=unable to parse 'w v=1 1\r': bad timestamp"),
    _bad("a backslash at a tag's end", "w,p=a\\ v=1 1", "invalid tag format"),
    *(
        Case(
            f"precision {each}",
            "w v=1 1",
            400,
            "=invalid precision; valid precision units are ns, us, ms, and s",
            params={"precision": each},
        )
        for each in ("m", "h", "n", "u")
    ),
    Case(
        "zipped without saying so", gzip.compress(b"w v=1 1", mtime=0), 400, "unable to parse '\x1f.*': missing fields"
    ),
    Case("no line at all is stored beside a bad one", "w v=1 1\n" * 500 + "w v= 1", 400, "unable to parse.*"),
]
PARTIAL_WRITES = [
    _conflict("integer", "1i"),
    _conflict("string", '"x"'),
    _conflict("boolean", "true"),
    _dropped("a conflict takes the good field along", "tc u=1,v=1i 2", INTEGER + "1", 0, "tc v=1 1"),
    _dropped("the first type of a batch wins", "tc,p=a v=1 1\ntc,p=b v=2i 1\ntc,p=c v=3 1", INTEGER + "1", 2),
    _dropped("three conflicts in a shard", 'tc v=1i 1\ntc v="x" 2\ntc v=t 3\ntc v=4 4', INTEGER + "3", 1, "tc v=1 5"),
    _dropped(
        "conflicts in two shards: one is counted", f"tc v=1i 1\ntc v=1i {WEEK * 3}", INTEGER + "1", 0,
        f"tc v=1 1\ntc v=1 {WEEK * 3}",
    ),
    _dropped(
        "field time alone", "w time=1 1\nw v=1 1", f'{PARTIAL}invalid field name: input field "time" .*dropped=1', 1),
    _dropped(
        "field time beside others", "w time=1,v=2 1",
        PARTIAL + 'invalid field name: input field "time" .* Field "time" has been stripped from point. '
        "dropped=0 for database: [0-9a-f]{16} .*", 1,
    ),
    _dropped(
        "outside retention", f"r1,point=a v=1 1\nr1,point=a v=1 {NOW}",
        f"{PARTIAL}dropped 1 points outside retention policy of duration 720h0m0s - "
        "oldest point r1,point=a at 1970-01-01T00:00:01Z .*"
        "dropped=1 for database: [0-9a-f]{16} for retention policy: autogen", 1, bucket="short",
    ),
    _dropped(
        "outside retention and a conflict: only the conflict is told", f"tc v=1 1\ntc v=1i {NOW}",
        INTEGER + "1", 0, f"tc v=1 {NOW}", bucket="short",
    ),
    _dropped(
        "a text of more than 1 MiB", f'bs s="{"a" * (MIB + 1)}" 1\nbs s="a" 2',
        f'={PARTIAL}input field "s" on measurement "bs" is too long, 1048577 > 1048576 dropped=1', 1,
    ),
]  # fmt: skip
ELSEWHERE = [
    Case("unknown bucket", "w v=1 1", 404, '=bucket "nope" not found', params={"bucket": "nope"}),
    Case("no bucket", "w v=1 1", 404, "=bucket not found", params={"bucket": ""}),
    Case("unknown organisation", "w v=1 1", 404, '=organization name "nope" not found', params={"org": "nope"}),
    Case("no organisation", "w v=1 1", 400, "=Please provide either orgID or org", params={"org": ""}),
]
ZIPPED = [
    Case("rubbish told to be zipped", b"\0rubbish", 500, f"={SERVER_LOGS}", headers=GZIP),
    Case("plain lines told to be zipped", "w v=1 1", 500, f"={SERVER_LOGS}", headers=GZIP),
    Case("nothing told to be zipped", "", 500, f"={SERVER_LOGS}", headers=GZIP),
    Case("zipped, cut off", gzip.compress(b"w v=1 1")[:-5], 500, "=unable to read data: unexpected EOF", headers=GZIP),
    Case(
        "zipped, wrong checksum",
        gzip.compress(b"w v=1 1")[:-8] + b"\0" * 8,
        400,
        "=unable to read data: gzip: invalid checksum",
        headers=GZIP,
    ),
]


@pytest.mark.parametrize("case", [*FINE, *UNPARSABLE, *PARTIAL_WRITES, *ELSEWHERE, *ZIPPED], ids=lambda case: case.name)
def test_a_write_is_answered_as_the_real_server_did(case: Case, double: Double, client: Client) -> None:
    bucket = case.params.get("bucket") or "w1"
    if case.before:
        assert client.write(case.before, bucket=bucket).status_code == 204
    held = double.rows(bucket) if bucket != "nope" else 0

    reply = client.write(case.body, headers=dict(case.headers), **case.params)

    assert reply.status_code == case.status, reply.text[:300]
    assert double.rows("w1" if bucket == "nope" else bucket) - held == case.stored
    if case.status == 204:
        assert reply.content == b""
        return
    code = CODES[case.status]
    assert (reply.json()["code"], reply.headers["X-Platform-Error-Code"]) == (code, code)
    pattern = re.escape(case.message[1:]) if case.message.startswith("=") else case.message
    assert re.fullmatch(pattern, reply.json()["message"], re.DOTALL), reply.json()["message"][:300]


def test_a_bucket_may_be_named_by_its_id(double: Double, client: Client) -> None:
    assert client.write("w v=1 1", bucket=double.bucket("w1").id).status_code == 204
    assert double.rows("w1") == 1


@pytest.mark.parametrize(
    ("authorization", "status", "message"),
    [
        ("", 401, "unauthorized access"),
        ("Token wrong", 401, "unauthorized access"),
        ("Basic {basic}", 401, "unauthorized access"),
        ("Token {write}", 204, ""),
        ("token {write}", 204, ""),
        ("Bearer {write}", 204, ""),
        ("Token {read}", 403, "insufficient permissions for write"),
        ("Token {other}", 403, "insufficient permissions for write"),
        ("Token {inactive}", 403, "insufficient permissions for write: token is inactive"),
    ],
    ids=lambda value: str(value) or "none",
)
def test_a_token_is_judged_as_by_the_real_server(
    authorization: str, status: int, message: str, double: Double, connect: Connect
) -> None:
    tokens = {
        "write": double.create_token(write=["w1"]),
        "read": double.create_token(read=["w1"]),
        "other": double.create_token(write=["w2"]),
        "inactive": double.create_token(write=["w1"]),
        "basic": "dTp3",
    }
    double.deactivate_token(tokens["inactive"])
    headers = {"Authorization": authorization.format(**tokens)} if authorization else {}

    reply = connect("", headers).write("w v=1 1")

    assert reply.status_code == status
    assert reply.json()["message"] == message if message else not reply.content


def test_get_is_not_for_writing(client: Client) -> None:
    reply = client.http.get("/api/v2/write")
    assert (reply.status_code, reply.headers["Allow"]) == (405, "OPTIONS, POST")
    assert reply.json() == {"code": "method not allowed", "message": "allow: OPTIONS, POST"}


def test_a_refused_write_is_noted_by_the_server(double: Double, client: Client) -> None:
    client.write("tc v=1 1")
    client.write("tc v=1i 1")
    assert double.rows("_monitoring") == 1


class TestTheOlderPath:
    """`/write`, as Telegraf and clients of 1.x use it."""

    def test_stores_and_refuses_alike(self, double: Double, client: Client) -> None:
        asked = {"db": "w1", "precision": "s"}
        assert client.http.post("/write", params=asked, content="w v=1 1").status_code == 204
        assert client.http.post("/write", params=asked, content="w v= 1").status_code == 400
        assert client.http.post("/write", params=asked, content="w v=1i 1").status_code == 422
        assert double.rows("w1") == 1

    @pytest.mark.parametrize("precision", ["n", "u", "µ", "m", "h", "nonsense", ""])
    def test_takes_an_unknown_precision_for_nanoseconds(self, precision: str, client: Client) -> None:
        assert (
            client.http.post("/write", params={"db": "w1", "precision": precision}, content="w v=1 7").status_code
            == 204
        )
        assert client.series("SELECT v FROM w", epoch="ns")[0]["values"] == [[7, 1]]

    @pytest.mark.parametrize(
        ("params", "token", "status", "message"),
        [
            ({"db": "w1"}, "wrong", 401, "Unauthorized"),
            ({"db": "nope"}, "all", 404, "no dbrp mapping found"),
            ({"db": "w1", "rp": "nope"}, "all", 404, "no dbrp mapping found"),
            ({"db": "w1"}, "other", 404, "no dbrp mapping found"),
            ({"db": "w1"}, "read", 403, "insufficient permissions for write"),
            ({}, "all", 400, "missing db"),
            ({"db": "w1", "u": "any", "p": "{all}"}, "", 204, ""),
        ],
        ids=str,
    )
    def test_tells_tokens_and_databases_in_its_own_words(
        self, params: dict[str, str], token: str, status: int, message: str, double: Double, connect: Connect
    ) -> None:
        tokens = {
            "all": double.operator_token,
            "other": double.create_token(write=["w2"]),
            "read": double.create_token(read=["w1"]),
            "wrong": "wrong",
            "": "",
        }
        filled = {name: value.format(all=tokens["all"]) for name, value in params.items()}
        reply = connect(tokens[token]).http.post("/write", params=filled, content="w v=1 1")
        assert reply.status_code == status
        assert not message or reply.json()["message"] == message

    def test_takes_a_token_as_a_password(self, double: Double, connect: Connect) -> None:
        http = connect("").http
        reply = http.post("/write", params={"db": "w1"}, content="w v=1 1", auth=("any", double.operator_token))
        assert reply.status_code == 204
