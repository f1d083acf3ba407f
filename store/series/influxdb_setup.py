"""Makes an InfluxDB 2.x ready for a county: organisation, buckets, tokens. Run again it changes nothing.

The only place that speaks to the management API, with the operator token, and never from the running service.
Traps of 2.9 it knows: lists come in pages of 20, a token's text is told once, a token's rights never change.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.domain.authorization import Authorization
from influxdb_client.domain.bucket import Bucket
from influxdb_client.domain.bucket_retention_rules import BucketRetentionRules
from influxdb_client.domain.organization import Organization
from influxdb_client.domain.permission import Permission
from influxdb_client.domain.permission_resource import PermissionResource
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError

from smartregion.errors import Misconfigured, Unavailable
from store.series.influxdb_plan import OURS, Finding, Plan, State, TokenFiles, WantedBucket, WantedToken, Wishes

_MILLISECONDS: Final = 10_000
_PAGE: Final = 100

Rights = frozenset[tuple[str, str]]
"""Pairs of `read` or `write` and the name of a bucket."""


class InfluxSetup:
    """One conversation with the management API; a context manager."""

    def __init__(self, url: str, operator_token: str) -> None:
        self._url = url
        self._client = InfluxDBClient(url, operator_token, timeout=_MILLISECONDS)

    def __enter__(self) -> Self:
        """The conversation itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        self._client.close()

    def run(self, plan: Plan, files: TokenFiles, wishes: Wishes, tell: Callable[[Finding], None]) -> list[Finding]:
        """Make what is missing and say how everything stands, each thing as soon as it is known.

        Raises:
            Misconfigured: the token may not, or the name is not allowed; with what to do.
            Unavailable: InfluxDB does not answer.
        """
        found: list[Finding] = []
        with self._told():
            for finding in self._steps(plan, files, wishes):
                tell(finding)
                found.append(finding)
        return found

    def _steps(self, plan: Plan, files: TokenFiles, wishes: Wishes) -> Iterator[Finding]:
        organisation = self._organisation(plan.organisation)
        if organisation is None and wishes.dry:
            yield Finding("organisation", plan.organisation, State.WANTED)
            yield from (Finding("bucket", each.name, State.WANTED) for each in plan.buckets)
            yield from (Finding("token", each.name, State.WANTED) for each in plan.tokens)
            return
        yield Finding("organisation", plan.organisation, State.FINE if organisation else State.MADE)
        owner = organisation or self._client.organizations_api().create_organization(name=plan.organisation)
        yield from self._all_buckets(owner, plan, wishes)
        yield from self._all_tokens(owner, plan, files, wishes)

    def _organisation(self, name: str) -> Organization | None:
        try:
            return next(iter(self._client.organizations_api().find_organizations(org=name)), None)
        except ApiException as error:
            if error.status == 404:
                return None
            raise

    def _all_buckets(self, owner: Organization, plan: Plan, wishes: Wishes) -> Iterator[Finding]:
        there = {bucket.name: bucket for bucket in self._buckets(owner)}
        for wanted in plan.buckets:
            yield self._one_bucket(owner, wanted, there.get(wanted.name), wishes)
        names = {wanted.name for wanted in plan.buckets}
        for name, bucket in sorted(there.items()):
            if name not in names and (bucket.description or "").startswith(OURS):
                yield Finding("bucket", name, State.LEFT_OVER, "the region file does not name it; delete it yourself")

    def _one_bucket(self, owner: Organization, wanted: WantedBucket, there: Bucket | None, wishes: Wishes) -> Finding:
        rules = [BucketRetentionRules(type="expire", every_seconds=wanted.retention_seconds)]
        if there is None:
            if not wishes.dry:
                self._client.buckets_api().create_bucket(
                    bucket_name=wanted.name, org=owner, description=wanted.description, retention_rules=rules
                )
            return Finding("bucket", wanted.name, State.WANTED if wishes.dry else State.MADE)
        kept = _retention(there)
        if kept == wanted.retention_seconds:
            return Finding("bucket", wanted.name, State.FINE)
        words = f"keeps {_days(kept)}, the region file wants {_days(wanted.retention_seconds)}"
        if wishes.dry or not wishes.retention:
            return Finding("bucket", wanted.name, State.DIFFERS, f"{words}; change it with --retention")
        there.retention_rules = rules
        self._client.buckets_api().update_bucket(there)
        return Finding("bucket", wanted.name, State.CHANGED, words)

    def _all_tokens(self, owner: Organization, plan: Plan, files: TokenFiles, wishes: Wishes) -> Iterator[Finding]:
        buckets = {bucket.name: bucket for bucket in self._buckets(owner)}
        names = {bucket.id: bucket.name for bucket in buckets.values()}
        there: dict[str, list[Authorization]] = {}
        for each in self._client.authorizations_api().find_authorizations(org_id=owner.id):
            there.setdefault(each.description or "", []).append(each)
        for wanted in plan.tokens:
            known = there.pop(wanted.description, [])
            yield self._one_token(owner, wanted, known, _Context(buckets, names, files, wishes))
        for description in sorted(there):
            if description.startswith(OURS):
                name = description.removeprefix(OURS)
                yield Finding("token", name, State.LEFT_OVER, "the region file does not want it; delete it yourself")

    def _one_token(
        self, owner: Organization, wanted: WantedToken, known: list[Authorization], context: "_Context"
    ) -> Finding:
        renew = bool(known) and context.wishes.renews(wanted.name)
        why = self._trouble(wanted, known, context) if known else ""
        if known and not renew:
            return Finding("token", wanted.name, State.DIFFERS if why else State.FINE, why)
        if context.wishes.dry:
            return Finding("token", wanted.name, State.WANTED, why)
        permissions = [_permission(right, context.buckets, owner) for right in sorted(_rights(wanted))]
        made = self._client.authorizations_api().create_authorization(
            authorization=Authorization(org_id=owner.id, permissions=permissions, description=wanted.description)
        )
        context.files.write(wanted.name, made.token)
        # The old one goes last: until its file is written, the new one could be lost.
        for old in known:
            self._client.authorizations_api().delete_authorization(old)
        return Finding("token", wanted.name, State.RENEWED if known else State.MADE)

    def _trouble(self, wanted: WantedToken, known: list[Authorization], context: "_Context") -> str:
        """What is wrong with a token that is there; empty when nothing is."""
        has = _has(known[0], context.names)
        text = context.files.read(wanted.name)
        reasons = [
            *(f"may not {action} {bucket}" for action, bucket in sorted(_rights(wanted) - has)),
            *(f"may also {action} {bucket}" for action, bucket in sorted(has - _rights(wanted))),
        ]
        if len(known) > 1:
            reasons.append(f"is there {len(known)} times")
        if known[0].status != "active":
            reasons.append("is switched off")
        if not text:
            reasons.append("its file is lost, and InfluxDB does not tell its text again")
        elif not self._works(text):
            reasons.append("what its file holds is refused")
        return f"{', '.join(reasons)}; replace it with --renew {wanted.name}" if reasons else ""

    def _works(self, text: str) -> bool:
        """Whether a token's text is one that InfluxDB knows."""
        with InfluxDBClient(self._url, text, timeout=_MILLISECONDS) as client:
            try:
                client.buckets_api().find_buckets(limit=1)
            except ApiException as error:
                if error.status in (401, 403):
                    return False
                raise
        return True

    def _buckets(self, owner: Organization) -> Iterable[Bucket]:
        return list(self._client.buckets_api().find_buckets_iter(org_id=owner.id, limit=_PAGE))

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except ApiException as error:
            raise _in_our_words(error, self._url) from error
        except HTTPError as error:
            # Without the library's names for its connections.
            words = str(error).split("): ", 1)[-1]
            raise Unavailable(f"InfluxDB at {self._url} does not answer: {words}") from error


@dataclass(frozen=True, slots=True)
class _Context:
    buckets: dict[str, Bucket]
    names: dict[str, str]
    files: TokenFiles
    wishes: Wishes


def _rights(wanted: WantedToken) -> Rights:
    return frozenset(("read", name) for name in wanted.reads) | frozenset(("write", name) for name in wanted.writes)


def _has(known: Authorization, names: dict[str, str]) -> Rights:
    """What a token may do; what is no single bucket of ours is told as InfluxDB names it."""
    return frozenset(
        (each.action, names.get(each.resource.id or "", each.resource.id or f"all {each.resource.type}"))
        for each in known.permissions
    )


def _permission(right: tuple[str, str], buckets: dict[str, Bucket], owner: Organization) -> Permission:
    action, name = right
    return Permission(action, PermissionResource(type="buckets", id=buckets[name].id, org_id=owner.id))


def _retention(bucket: Bucket) -> int:
    return next((int(rule.every_seconds) for rule in bucket.retention_rules or ()), 0)


def _days(seconds: int) -> str:
    return f"{seconds / 86_400:g} days" if seconds else "everything for ever"


def _in_our_words(error: ApiException, url: str) -> Misconfigured | Unavailable:
    words = error.message or error.reason or ""
    if error.status == 401:
        return Misconfigured(
            f"InfluxDB at {url} refuses the operator token ({words}); "
            "make one with `influxd recovery auth create-operator`, or take the one that setting InfluxDB up gave"
        )
    if error.status in (403, 404, 422, 400):
        return Misconfigured(f"InfluxDB at {url} refuses: {words}; the token must be an operator token")
    return Unavailable(f"InfluxDB at {url} answered {error.status}: {words}")
