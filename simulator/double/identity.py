"""The identity side: who may do what, applications and the device registry."""

from collections.abc import Callable, Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from simulator.double import replies
from simulator.double.accounts import DEVICES_READ, INFO, Accounts, ApiKey, Application, RegisteredDevice, is_id
from simulator.double.replies import Json
from smartregion import timestamps
from smartregion.model import Place, Profile

_LARGEST_PAGE = 1000
_DEFAULT_PAGE = 100
_APPLICATION_PATHS = ("name", "description", "attributes")


class Identity:
    """Answers under /api/v3 that speak of keys, applications and devices."""

    def __init__(self, accounts: Accounts, addresses: Callable[[], tuple[str, str]]) -> None:
        self._accounts = accounts
        self._addresses = addresses

    def admit(self, request: Request, right: str) -> Application:
        """The application of the path, when the caller's key has that right on it.

        Raises:
            Refusal: with the status the real server gives.
        """
        name = request.path_params["app"]
        if not is_id(name):
            raise replies.invalid("application_id", 'value does not match regex pattern "^[a-z0-9]…"', "ApplicationIds")
        owned, application = self._caller(request), self._accounts.by_id(name)
        if owned is not None and owned[1] is None:
            return self._open(application, name)
        if owned is None or application is None or owned[1] is not application:
            raise replies.no_rights(name)
        if right not in owned[0].rights:
            raise replies.missing_right(application.id, right)
        return application

    def auth_info(self, request: Request) -> Response:
        """What the caller's key is."""
        owned = self._caller(request)
        if owned is None:
            return replies.render({})
        key, application = owned
        ids = (
            {"application_ids": {"application_id": application.id}}
            if application
            else {"user_ids": {"user_id": "admin"}}
        )
        return replies.render({"api_key": {"api_key": _key(key), "entity_ids": ids}})

    def rights(self, request: Request) -> Response:
        """What the caller's key may do with the application; `{}` when nothing."""
        owned, application = self._caller(request), self._accounts.by_id(request.path_params["app"])
        foreign = owned is None or (owned[1] is not None and owned[1] is not application)
        rights = () if owned is None or foreign else owned[0].rights
        return replies.render({"rights": list(rights)} if rights else {})

    def application(self, request: Request) -> Response:
        """One application."""
        application = self.admit(request, INFO)
        wanted = _mask(request, _APPLICATION_PATHS)
        stamp = timestamps.render(application.created_at)
        body: dict[str, object] = {"ids": {"application_id": application.id}, "created_at": stamp, "updated_at": stamp}
        given = {"name": application.name, "description": application.description, "attributes": application.attributes}
        return replies.render(body | {path: given[path] for path in given if path in wanted and given[path]})

    def connection(self, request: Request) -> Response:
        """Where MQTT is to be found."""
        application = self.admit(request, INFO)
        plain, secure = self._addresses()
        body = {"public_address": plain, "public_tls_address": secure, "username": application.uid}
        return replies.render({name: text for name, text in body.items() if text})

    def devices(self, request: Request) -> Response:
        """A page of the device registry, by device id; `{}` past the end."""
        application = self.admit(request, DEVICES_READ)
        wanted = _mask(request, tuple(_DEVICE_FIELDS))
        limit, page = _paging(request)
        found = sorted(application.devices.values(), key=lambda device: device.device_id)
        chosen = found[(page - 1) * limit : page * limit]
        listed = [_device(application, device, wanted) for device in chosen]
        return replies.render({"end_devices": listed} if listed else {}, headers={"X-Total-Count": str(len(found))})

    def device(self, request: Request) -> Response:
        """One device of the registry."""
        application = self.admit(request, DEVICES_READ)
        wanted = _mask(request, tuple(_DEVICE_FIELDS))
        found = application.devices.get(request.path_params["dev"])
        if found is None:
            raise replies.unknown_device(application.id, request.path_params["dev"])
        return replies.render(_device(application, found, wanted))

    def _open(self, application: Application | None, name: str) -> Application:
        if application is None:
            raise replies.unknown_application(name)
        return application

    def _caller(self, request: Request) -> tuple[ApiKey, Application | None] | None:
        header = request.headers.get("Authorization")
        if header is None:
            return None
        parts = header.removeprefix("Bearer ").split(".")
        if not header.startswith("Bearer ") or len(parts) != 3 or parts[0] != "NNSXS":
            raise replies.invalid_token()
        owned = self._accounts.owner(parts[1])
        if owned is None:
            raise replies.unknown_key(parts[1])
        if owned[0].secret != parts[2]:
            raise replies.wrong_secret()
        return owned


def _key(key: ApiKey) -> Json:
    stamp = timestamps.render(key.created_at)
    body = {"id": key.id, "name": key.name, "rights": list(key.rights), "created_at": stamp, "updated_at": stamp}
    return {name: value for name, value in body.items() if value}


def _mask(request: Request, allowed: Sequence[str]) -> set[str]:
    given = request.query_params.getlist("field_mask")
    if len(given) > 1:
        raise replies.Refusal(3, f'too many values for field "field_mask": {", ".join(given)}')
    paths = [*(given[0].split(",") if given else ()), *request.query_params.getlist("field_mask.paths")]
    forbidden = [path for path in paths if path.split(".")[0] not in allowed]
    if forbidden:
        raise replies.forbidden_paths(forbidden)
    return {path.split(".")[0] for path in paths}


def _paging(request: Request) -> tuple[int, int]:
    limit, page = (_whole(request, name) for name in ("limit", "page"))
    if limit > _LARGEST_PAGE:
        reason = f"value must be less than or equal to {_LARGEST_PAGE}"
        raise replies.invalid("limit", reason, "ListEndDevicesRequest")
    return limit or _DEFAULT_PAGE, page or 1


def _whole(request: Request, name: str) -> int:
    text = request.query_params.get(name, "0")
    if not text.isascii() or not text.isdigit():
        raise replies.Refusal(3, f'parsing field "{name}": strconv.ParseUint: parsing "{text}": invalid syntax')
    return int(text)


def _device(application: Application, device: RegisteredDevice, wanted: set[str]) -> Json:
    ids: dict[str, object] = {"device_id": device.device_id, "application_ids": {"application_id": application.id}}
    ids |= {"dev_eui": device.dev_eui, "join_eui": device.join_eui or "0" * 16} if device.dev_eui else {}
    stamp = timestamps.render(device.created_at)
    body: dict[str, object] = {"ids": ids, "created_at": stamp, "updated_at": stamp}
    values = {path: _DEVICE_FIELDS[path](device) for path in _DEVICE_FIELDS if path in wanted}
    # Versions are the one field that stays as an empty object where the device has none.
    return body | {path: value for path, value in values.items() if value or path == "version_ids"}


def _moment(time: int | None) -> str:
    return "" if time is None else timestamps.render(time)


def _versions(profile: Profile | None) -> Mapping[str, str]:
    if profile is None:
        return {}
    named = {
        "brand_id": profile.brand,
        "model_id": profile.model,
        "hardware_version": profile.hardware,
        "firmware_version": profile.firmware,
        "band_id": "EU_863_870",
    }
    return {name: text for name, text in named.items() if text}


def _locations(place: Place | None) -> Json:
    if place is None:
        return {}
    given = {"latitude": place.latitude, "longitude": place.longitude, "altitude": place.altitude}
    return {"user": {name: value for name, value in given.items() if value} | {"source": "SOURCE_REGISTRY"}}


_DEVICE_FIELDS: Mapping[str, Callable[[RegisteredDevice], object]] = {
    "name": lambda device: device.name,
    "description": lambda device: device.description,
    "attributes": lambda device: dict(device.attributes),
    "version_ids": lambda device: _versions(device.profile),
    "locations": lambda device: _locations(device.place),
    "activated_at": lambda device: _moment(device.activated_at),
    "last_seen_at": lambda device: _moment(device.last_seen_at),
    "network_server_address": lambda _: "",
    "application_server_address": lambda _: "",
    "join_server_address": lambda _: "",
    "service_profile_id": lambda _: "",
    "serial_number": lambda _: "",
    "picture": lambda _: None,
    "claim_authentication_code": lambda _: None,
    "lora_alliance_profile_ids": lambda _: None,
}
