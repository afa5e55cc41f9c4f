"""REST of the organisation: units, positions, groups, absences and who stands in for whom. Decides nothing itself."""
