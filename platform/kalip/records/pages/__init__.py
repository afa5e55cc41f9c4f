"""What whole screens show, each read by one call in a bounded number of statements."""

from kalip.records.pages.board import board_page
from kalip.records.pages.calendar import CalendarEntry, CalendarPage, CalendarQuery, calendar_page, find_calendar
from kalip.records.pages.listing import list_columns, list_page
from kalip.records.pages.record import record_page, related_page

__all__ = [
    "CalendarEntry",
    "CalendarPage",
    "CalendarQuery",
    "board_page",
    "calendar_page",
    "find_calendar",
    "list_columns",
    "list_page",
    "record_page",
    "related_page",
]
