"""API and console on one platform."""

from importlib.metadata import version

from fastapi import FastAPI

from api.admin import Doors
from api.app import create_app
from api.hooks import Hooks
from cli.compose import Platform
from console.app import create_router


def create_site(platform: Platform) -> FastAPI:
    """Everything that is served."""
    return create_app(
        platform.queries,
        version=version("smartregion"),
        console=create_router(platform.queries),
        doors=Doors(take_in=platform.take_in, backfill=platform.fetch),
        metrics=platform.metrics,
        redecoding=platform.redecode,
        tending=platform.worker.tending,
        webhooks=Hooks(platform.webhook.take, platform.webhook_secrets),
    )
