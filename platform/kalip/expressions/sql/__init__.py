"""SQL from typed trees, for SQLite and PostgreSQL."""
