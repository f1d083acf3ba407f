"""From sources to stored readings: receive, keep, parse, decode, place, write, settle."""
