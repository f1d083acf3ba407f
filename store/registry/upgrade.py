"""Brings a registry to the shape this version wants."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from smartregion.errors import Misconfigured

HEAD = "0003"
"""The newest revision in `migrations/versions`."""

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing, in one transaction.

    Raises:
        Misconfigured: the registry was written by a newer version.
    """
    with engine.connect() as connection:
        if revision(connection) == HEAD:
            return
    # Imported here: most starts find the registry up to date and save the memory.
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise Misconfigured(
                f"the registry was written by a newer version of smartregion ({error}); "
                "install that version, or restore the backup made before it"
            ) from error


def revision(connection: Connection) -> str | None:
    """The revision a registry is at, None when it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
