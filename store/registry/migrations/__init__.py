"""Steps from one shape of the registry to the next, run by Alembic when a registry is opened."""
