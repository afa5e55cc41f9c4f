"""Duplicates in the browser: shown on the form, listed after a scan, merged side by side."""
