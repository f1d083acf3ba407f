"""The description of the API is whole and true: every route, every field, with examples."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel
from starlette.routing import BaseRoute

from api import examples
from api.shapes import QuantityPage

if TYPE_CHECKING:
    from tests.api.conftest import Api

LOCAL = "http://smartregion"


def described(api: "Api") -> dict[str, Any]:
    found: dict[str, Any] = api.get("/v1/openapi.json").json()
    return found


def operations(api: "Api") -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in described(api)["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def test_it_is_openapi_3_1(api: "Api") -> None:
    assert described(api)["openapi"].startswith("3.1")


def test_every_route_is_described_with_an_example_of_each_answer(api: "Api") -> None:
    seen = 0
    for method, path, operation in operations(api):
        assert operation["description"], path
        assert operation["tags"], path
        assert "422" in operation["responses"], path
        for status, answer in operation["responses"].items():
            for media, content in answer["content"].items():
                assert content.get("example"), f"{method} {path} {status} {media} has no example"
                seen += 1
    assert seen > 60


def test_no_route_is_left_out_but_what_only_says_that_nothing_is_there(api: "Api") -> None:
    paths = set(described(api)["paths"])
    hidden = {path for path in served(api.app.routes) if path not in paths}
    assert hidden == {"/v1/openapi.json", "/v1/{path:path}"}


def served(routes: list[BaseRoute]) -> Iterator[str]:
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield str(getattr(route, "path", route))
        else:
            yield from served(included.routes)


def test_lists_are_described_as_csv_too(api: "Api") -> None:
    lists = [
        path for _, path, each in operations(api) if "text/csv" in each["responses"].get("200", {}).get("content", {})
    ]
    assert len(lists) == 18


def test_every_reference_leads_somewhere(api: "Api") -> None:
    whole = described(api)

    def references(part: object) -> Iterator[str]:
        if isinstance(part, dict):
            if isinstance(part.get("$ref"), str):
                yield part["$ref"]
            for each in part.values():
                yield from references(each)
        elif isinstance(part, list):
            for each in part:
                yield from references(each)

    for reference in set(references(whole)):
        place: Any = whole
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


@pytest.mark.parametrize("model", examples.OF, ids=lambda model: model.__name__)
def test_examples_have_the_shape_they_show(model: type[BaseModel]) -> None:
    example = examples.OF[model]
    assert model.model_validate(example).model_dump(by_alias=True, mode="json") == example


def test_the_example_of_a_quantity_is_true(api: "Api") -> None:
    assert examples.OF[QuantityPage]["items"][0] in api.items("/v1/quantities")


def test_unknown_parameters_are_refused_everywhere(county: "Api") -> None:
    for method, path, _ in operations(county):
        address = path.replace("{point}", "a").replace("{number}", "1")
        answer = county.call(method, f"{address}?surprise=1", base=LOCAL, body={} if method == "POST" else None)
        assert answer.status_code == 422, f"{method} {path} takes any parameter"
        assert "'surprise' is not known here" in answer.json()["detail"], path
