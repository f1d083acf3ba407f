"""The migrations lead to exactly the tables that the code reads."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.schema import CreateTable

from smartregion.errors import Misconfigured
from store.registry.database import Database
from store.registry.tables import METADATA
from store.registry.upgrade import HEAD, MIGRATIONS, revision, upgrade

DIALECT = make_url("postgresql+asyncpg://").get_dialect()()


def test_all_migrations_together_make_the_tables_of_the_code(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    upgrade(engine)
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True, "render_as_batch": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, METADATA) == []
        assert revision(connection) == HEAD
    engine.dispose()


def test_checks_and_names_of_constraints_are_those_of_the_code(tmp_path: Path) -> None:
    ours, migrated = (create_engine(f"sqlite:///{tmp_path / name}") for name in ("ours", "migrated"))
    METADATA.create_all(ours)
    upgrade(migrated)
    shapes = []
    for engine in (ours, migrated):
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
            shapes.append({row.name: _clauses(row.sql) for row in rows if row.name != "alembic_version"})
        engine.dispose()
    assert shapes[0] == shapes[1]


def _clauses(statement: str) -> set[str]:
    """The lines of a statement in any order, without what the two writers space differently."""
    return {line.strip().rstrip(",").rstrip() for line in statement.splitlines()}


def test_the_head_in_the_code_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_an_upgrade_that_is_cut_off_leaves_the_registry_as_it_was(tmp_path: Path) -> None:
    database = Database(tmp_path / "registry.db")

    def cut_off(*told: object) -> None:
        if str(told[2]).startswith("INSERT INTO alembic_version"):
            raise KeyboardInterrupt

    event.listen(database.engine, "before_cursor_execute", cut_off)
    with pytest.raises(KeyboardInterrupt):
        upgrade(database.engine)
    event.remove(database.engine, "before_cursor_execute", cut_off)
    with database.begin() as connection:
        assert inspect(connection).get_table_names() == []
    upgrade(database.engine)
    with database.begin() as connection:
        assert revision(connection) == HEAD
    database.close()


def test_downgrade_leaves_nothing_behind(tmp_path: Path) -> None:
    from alembic import command

    engine = create_engine(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    upgrade(engine)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
    engine.dispose()
    assert list(names) == ["alembic_version"]


def test_a_registry_of_a_newer_version_is_refused_in_words(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Misconfigured, match="newer version"):
        upgrade(engine)
    engine.dispose()


def test_postgresql_would_take_the_tables() -> None:
    for table in METADATA.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=DIALECT))
