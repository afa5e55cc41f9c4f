"""One's own background work: its progress, live, and what became of it."""
