"""From readings to figures: calendar windows, rollups, consumption, coverage, several points. Pure."""
