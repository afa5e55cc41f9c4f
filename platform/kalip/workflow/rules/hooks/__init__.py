"""Web hooks by Standard Webhooks: signed messages to other systems, and theirs that come in."""
