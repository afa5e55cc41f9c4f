"""Calendars: records at their time by month, week, day, and as a list of what is to come."""
