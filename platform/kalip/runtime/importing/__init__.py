"""What importers of metadata are made with: source files, names, conditions, forms, drafts of packs, a report."""
