"""Where things rest: the journal, the series and the registry, each behind a protocol."""
