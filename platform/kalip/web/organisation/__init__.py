"""Pages of the organisation: its tree, groups and people for administrators; absence and substitute for everybody."""
