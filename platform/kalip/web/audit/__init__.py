"""The event log for administrators: looked through, and taken along as CSV."""
