"""The type checker: from the tree as written to the typed tree, with every fault found on the way."""
