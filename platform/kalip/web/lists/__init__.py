"""Record lists: their state in the address, filters in people's words, saved views, bulk changes, inline edits."""
