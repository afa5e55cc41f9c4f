"""What whole screens show, each read by one call in a bounded number of statements."""

from kalip.records.pages.board import board_page
from kalip.records.pages.listing import list_columns, list_page
from kalip.records.pages.record import record_page, related_page

__all__ = ["board_page", "list_columns", "list_page", "record_page", "related_page"]
