"""A record's page: its form with live rules, stage bar, history, related records, and what may be done with it."""
