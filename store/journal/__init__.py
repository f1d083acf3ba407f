"""The journal: a log of messages as received, and a book that says what became of each."""
