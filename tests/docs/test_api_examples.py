"""The examples of docs/api.md are asked, and answer what the page says."""

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from tests.docs.world import World, build_world, page

SHOWN = re.compile(r"^```http\nGET (\S+)\n```\n\n```(json|csv)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Example(NamedTuple):
    """A request of the page and the answer below it."""

    address: str
    language: str
    answer: str


def examples() -> list[Example]:
    return [Example(*each) for each in SHOWN.findall(page("api.md"))]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    found = build_world(tmp_path_factory.mktemp("docs"))
    yield found
    found.registry.close()


def ask(world: World, address: str) -> httpx.Response:
    async def run() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(world.app), base_url="http://127.0.0.1") as client:
            return await client.get(address)

    return asyncio.run(run())


def untitled(body: dict[str, Any]) -> dict[str, Any]:
    """Without the title of a problem: Python's phrase for 422 changed in 3.13."""
    return {name: value for name, value in body.items() if name != "title"}


def test_each_request_of_the_page_has_an_answer() -> None:
    assert len(examples()) == page("api.md").count("```http") > 4


@pytest.mark.parametrize("example", [pytest.param(each, id=each.address[:60]) for each in examples()])
def test_the_answer_is_the_one_shown(world: World, example: Example) -> None:
    answer = ask(world, example.address)

    if example.language == "json":
        assert untitled(answer.json()) == untitled(json.loads(example.answer))
    else:
        assert answer.text.splitlines() == example.answer.splitlines()


def test_every_address_is_on_the_page(world: World, tmp_path: Path) -> None:
    for address, methods in ask(world, "/v1/openapi.json").json()["paths"].items():
        for method in methods:
            assert f"`{method.upper()} {address}`" in page("api.md")
