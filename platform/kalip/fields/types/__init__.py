"""The shipped field types, one file each."""
