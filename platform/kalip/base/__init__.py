"""Floor 1: errors, identifiers, clock, canonical JSON, translated text. Knows nothing of Kalip above it."""
