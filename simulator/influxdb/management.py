"""Organisations, buckets and tokens over HTTP, with the traps of 2.9: pages of 20, a token's text told once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from simulator.influxdb import replies
from simulator.influxdb.accounts import (
    Accounts,
    Organisation,
    Permission,
    Token,
    check_bucket_name,
    check_retention,
    everything,
    new_id,
    read_permissions,
)
from simulator.influxdb.buckets import Bucket
from simulator.influxdb.replies import Refusal
from simulator.influxdb.signing import signed_in
from smartregion import timestamps
from smartregion.clock import Clock

PAGE = 20
LARGEST_PAGE = 100


@dataclass(frozen=True, slots=True)
class Management:
    """What `influx` and its client library ask for besides data."""

    accounts: Accounts
    clock: Clock

    async def may_set_up(self, _request: Request) -> Response:
        """Whether the server is new."""
        return replies.render({"allowed": not self.accounts.set_up})

    async def set_up(self, request: Request) -> Response:
        """Make the first organisation, its bucket and the operator token; once."""
        body = await _read(request)
        if self.accounts.set_up:
            raise Refusal("conflict", "onboarding has already been completed")
        if len(str(body.get("password") or "")) < 8:
            raise Refusal("invalid", "passwords must be between 8 and 72 characters long")
        made = self.accounts.add_organisation(str(body["org"]))
        bucket = self.accounts.add_bucket(made, str(body["bucket"]), int(body.get("retentionPeriodSeconds") or 0))
        operator = self.accounts.add_token(
            made.id, everything(), f"{body['username']}'s Token", text=str(body.get("token") or "")
        )
        self.accounts.set_up = True
        user = {"id": new_id(), "name": body["username"], "status": "active"}
        shown = {
            "user": user,
            "bucket": self._bucket(bucket),
            "org": _organisation(made),
            "auth": self._token(operator, text=True),
        }
        return replies.render(shown, 201)

    async def organisations(self, request: Request) -> Response:
        """Those that the token may see; the one asked for by name must be there."""
        token, asked = signed_in(request, self.accounts), request.query_params
        found = [each for each in self.accounts.organisations.values() if token.may("read", "orgs", each.id)]
        if asked.get("org") or asked.get("orgID"):
            wanted = self.accounts.organisation(asked.get("org", ""), asked.get("orgID", ""))
            if wanted not in found:
                raise Refusal("not found", f'organization name "{asked.get("org") or asked["orgID"]}" not found')
            found = [wanted]
        return replies.render({"links": {"self": "/api/v2/orgs"}, "orgs": [_organisation(each) for each in found]})

    async def add_organisation(self, request: Request) -> Response:
        """Make one."""
        _allow(signed_in(request, self.accounts), "write", "orgs")
        made = self.accounts.add_organisation(str((await _read(request)).get("name") or ""))
        return replies.render(_organisation(made), 201)

    async def remove_organisation(self, request: Request) -> Response:
        """Delete one, its buckets and tokens with it."""
        found = self.accounts.organisation(identity=request.path_params["id"])
        _allow(signed_in(request, self.accounts), "write", "orgs", found.id)
        self.accounts.remove_organisation(found)
        return replies.nothing()

    async def buckets(self, request: Request) -> Response:
        """A page of them, 20 unless told; a token that reads single buckets sees none here."""
        token, asked = signed_in(request, self.accounts), request.query_params
        found = [each for each in self.accounts.all_buckets() if token.may("read", "buckets", "", each.org_id)]
        if asked.get("org") or asked.get("orgID"):
            wanted = self.accounts.organisation(asked.get("org", ""), asked.get("orgID", ""))
            found = [each for each in found if each.org_id == wanted.id]
        if asked.get("name"):
            found = [each for each in found if each.name == asked["name"]]
        if asked.get("id"):
            found = [each for each in found if each.id == asked["id"]]
        page, links = _page(sorted(found, key=lambda each: each.id), asked)
        return replies.render({"links": links, "buckets": [self._bucket(each) for each in page]})

    async def bucket(self, request: Request) -> Response:
        """One by its id."""
        return replies.render(self._bucket(self._found_bucket(request, "read")))

    async def add_bucket(self, request: Request) -> Response:
        """Make one."""
        token, body = signed_in(request, self.accounts), await _read(request)
        owner = self.accounts.organisation(identity=str(body.get("orgID") or ""))
        _allow(token, "write", "buckets", "", owner.id)
        made = self.accounts.add_bucket(owner, str(body.get("name") or ""), _retention(body) or 0)
        made.description = str(body.get("description") or "")
        return replies.render(self._bucket(made), 201)

    async def change_bucket(self, request: Request) -> Response:
        """Another name, description or retention."""
        found, body = self._found_bucket(request, "write"), await _read(request)
        seconds = _retention(body)
        if seconds is not None:
            check_retention(seconds)
            found.retention_seconds = seconds
        if body.get("name"):
            check_bucket_name(str(body["name"]))
            found.name = str(body["name"])
        found.description = str(body.get("description") or found.description)
        return replies.render(self._bucket(found))

    async def remove_bucket(self, request: Request) -> Response:
        """Delete one and all that is in it."""
        found = self._found_bucket(request, "write")
        del self.accounts.organisations[found.org_id].buckets[found.id]
        return replies.nothing()

    async def tokens(self, request: Request) -> Response:
        """Those that the token may see, without their texts."""
        token, asked = signed_in(request, self.accounts), request.query_params
        found = [each for each in self.accounts.tokens.values() if token.may("read", "authorizations", each.id)]
        if asked.get("org") or asked.get("orgID"):
            wanted = self.accounts.organisation(asked.get("org", ""), asked.get("orgID", ""))
            found = [each for each in found if each.org_id == wanted.id]
        shown = [self._token(each) for each in found]
        return replies.render({"links": {"self": "/api/v2/authorizations"}, "authorizations": shown})

    async def token(self, request: Request) -> Response:
        """One by its id, without its text."""
        return replies.render(self._token(self._found_token(request, "read")))

    async def add_token(self, request: Request) -> Response:
        """Make one; the reply is the only place its text ever shows."""
        token, body = signed_in(request, self.accounts), await _read(request)
        owner = self.accounts.organisation(identity=str(body.get("orgID") or ""))
        _allow(token, "write", "authorizations", "", owner.id)
        permissions = read_permissions(body)
        for each in permissions:
            if not token.may(each.action, each.type, each.id, each.org_id):
                raise Refusal("forbidden", f"permission {_named(each)} is not allowed")
        made = self.accounts.add_token(owner.id, permissions, str(body.get("description") or ""))
        made.active = body.get("status") != "inactive"
        return replies.render(self._token(made, text=True), 201)

    async def change_token(self, request: Request) -> Response:
        """Switch one off or on, or describe it anew."""
        found, body = self._found_token(request, "write"), await _read(request)
        found.active = body.get("status", "active" if found.active else "inactive") != "inactive"
        found.description = str(body.get("description") or found.description)
        return replies.render(self._token(found))

    async def remove_token(self, request: Request) -> Response:
        """Delete one; it is refused from then on."""
        del self.accounts.tokens[self._found_token(request, "write").id]
        return replies.nothing()

    def _found_bucket(self, request: Request, action: str) -> Bucket:
        found = self.accounts.find_bucket(request.path_params["id"])
        token = signed_in(request, self.accounts)
        if found is None:
            raise Refusal("not found", "bucket not found")
        _allow(token, action, "buckets", found.id, found.org_id)
        return found

    def _found_token(self, request: Request, action: str) -> Token:
        found = self.accounts.tokens.get(request.path_params["id"])
        token = signed_in(request, self.accounts)
        if found is None:
            raise Refusal("not found", "authorization not found")
        _allow(token, action, "authorizations", found.id, found.org_id)
        return found

    def _bucket(self, bucket: Bucket) -> dict[str, object]:
        rules = [{"type": "expire", "everySeconds": bucket.retention_seconds, "shardGroupDurationSeconds": 604_800}]
        return {
            "id": bucket.id,
            "orgID": bucket.org_id,
            "type": "system" if bucket.system else "user",
            "name": bucket.name,
            "description": bucket.description,
            "retentionRules": rules,
            "createdAt": self._now(),
            "updatedAt": self._now(),
            "labels": [],
        }

    def _token(self, token: Token, *, text: bool = False) -> dict[str, object]:
        owner = self.accounts.organisations[token.org_id]
        return {
            "id": token.id,
            "token": token.text if text else "",
            "status": "active" if token.active else "inactive",
            "description": token.description,
            "orgID": owner.id,
            "org": owner.name,
            "userID": "0000000000000001",
            "user": "operator",
            "permissions": [self._permission(each) for each in token.permissions],
            "createdAt": self._now(),
            "updatedAt": self._now(),
        }

    def _permission(self, permission: Permission) -> dict[str, object]:
        bucket = self.accounts.find_bucket(permission.id) if permission.type == "buckets" else None
        stated = {
            "type": permission.type,
            "id": permission.id,
            "name": bucket.name if bucket else "",
            "orgID": permission.org_id,
        }
        return {"action": permission.action, "resource": {name: text for name, text in stated.items() if text}}

    def _now(self) -> str:
        return timestamps.render(self.clock.now())


async def _read(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
    except ValueError as error:
        raise Refusal("invalid", f"failed parsing request body as JSON: {error}") from None
    if not isinstance(body, dict):
        raise Refusal("invalid", "failed parsing request body as JSON: an object is wanted")
    return body


def _allow(token: Token, action: str, kind: str, identity: str = "", org_id: str = "") -> None:
    if not token.may(action, kind, identity, org_id):
        raise Refusal("unauthorized", f"{_named(Permission(action, kind, identity, org_id))} is unauthorized")


def _named(permission: Permission) -> str:
    owner = f"orgs/{permission.org_id}/" if permission.org_id else ""
    identity = f"/{permission.id}" if permission.id else ""
    return f"{permission.action}:{owner}{permission.type}{identity}"


def _organisation(organisation: Organisation) -> dict[str, object]:
    return {"id": organisation.id, "name": organisation.name, "description": "", "links": {}}


def _retention(body: Mapping[str, Any]) -> int | None:
    rules = body.get("retentionRules")
    return int(rules[0].get("everySeconds") or 0) if rules else None


def _page(found: list[Bucket], asked: Mapping[str, str]) -> tuple[list[Bucket], dict[str, str]]:
    """The buckets of a page, and where it and the next one are; a full page always tells of a next one."""
    limit = int(asked.get("limit") or PAGE)
    if not 1 <= limit <= LARGEST_PAGE:
        raise Refusal("invalid", f"limit must be between 1 and {LARGEST_PAGE}")
    after, offset = asked.get("after", ""), int(asked.get("offset") or 0)
    page = [each for each in found if each.id > after][offset : offset + limit]
    links = {"self": f"/api/v2/buckets?descending=false&limit={limit}&offset={offset}"}
    if len(page) == limit:
        links["next"] = f"/api/v2/buckets?descending=false&limit={limit}&offset={offset + limit}"
    return page, links
