"""What people are told, as they see it: the bell, its page, and how they choose to be told."""
