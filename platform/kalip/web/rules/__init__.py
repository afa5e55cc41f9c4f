"""Pages of rules for administrators: what there is, what they did and why, and what one would do."""
