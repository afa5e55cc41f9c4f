"""Conversions in the browser: a dialogue that asks what must be asked, what it came to, and many records at once."""
