"""Kalip casts JSON metadata into a running business system."""

__version__ = "0.1.0"
