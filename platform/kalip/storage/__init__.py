"""Floor 8: the only SQL. Tables from the model, migration plans, queries, event log, search, blobs, backup."""

from kalip.storage.apply import apply
from kalip.storage.boards import aggregate, board_cards
from kalip.storage.counters import next_number, next_numbers
from kalip.storage.database import Database, make_database
from kalip.storage.deletes import delete_record
from kalip.storage.duplicates import find_duplicates, find_unique
from kalip.storage.errors import (
    Dangling,
    DeleteRestricted,
    PlanRefused,
    ReadOnlySession,
    RevisionChanged,
    Unavailable,
    UniqueClash,
)
from kalip.storage.eventlog import Event, EventLog
from kalip.storage.events import EventPage, append_events, events_after, events_for
from kalip.storage.idempotency import KeyState, delete_old_keys, finish_key, release_key, reserve_key
from kalip.storage.imports import ImportRun, advance_import, find_import, start_import
from kalip.storage.indexes import unique_keys
from kalip.storage.lists import count_records, select_page
from kalip.storage.lookups import find_by_texts
from kalip.storage.people import (
    LoginSession,
    Token,
    User,
    add_user,
    create_login,
    create_token,
    delete_expired_logins,
    delete_login,
    delete_logins_of,
    delete_token,
    find_login,
    find_token,
    find_user,
    get_user,
    list_tokens,
    list_users,
    save_user,
    set_password_hash,
    set_roles,
    touch_login,
    touch_token,
)
from kalip.storage.plan import Plan, plan
from kalip.storage.query import Aggregate, AggregateRow, Archived, Filter, Form, Query, RowPage
from kalip.storage.records import select_many, select_one
from kalip.storage.related import children, existing, links, titles
from kalip.storage.search import SearchHit, clear_index, index_record, index_records, search, unindex_record
from kalip.storage.session import Session
from kalip.storage.steps import Step
from kalip.storage.tables import EntityTable, Tables, tables_for
from kalip.storage.upgrade import upgrade_own_tables
from kalip.storage.writes import insert_record, insert_records, update_record, update_records

__all__ = [
    "Aggregate",
    "AggregateRow",
    "Archived",
    "Dangling",
    "Database",
    "DeleteRestricted",
    "EntityTable",
    "Event",
    "EventLog",
    "EventPage",
    "Filter",
    "Form",
    "ImportRun",
    "KeyState",
    "LoginSession",
    "Plan",
    "PlanRefused",
    "Query",
    "ReadOnlySession",
    "RevisionChanged",
    "RowPage",
    "SearchHit",
    "Session",
    "Step",
    "Tables",
    "Token",
    "Unavailable",
    "UniqueClash",
    "User",
    "add_user",
    "advance_import",
    "aggregate",
    "append_events",
    "apply",
    "board_cards",
    "children",
    "clear_index",
    "count_records",
    "create_login",
    "create_token",
    "delete_expired_logins",
    "delete_login",
    "delete_logins_of",
    "delete_old_keys",
    "delete_record",
    "delete_token",
    "events_after",
    "events_for",
    "existing",
    "find_by_texts",
    "find_duplicates",
    "find_import",
    "find_login",
    "find_token",
    "find_unique",
    "find_user",
    "finish_key",
    "get_user",
    "index_record",
    "index_records",
    "insert_record",
    "insert_records",
    "links",
    "list_tokens",
    "list_users",
    "make_database",
    "next_number",
    "next_numbers",
    "plan",
    "release_key",
    "reserve_key",
    "save_user",
    "search",
    "select_many",
    "select_one",
    "select_page",
    "set_password_hash",
    "set_roles",
    "start_import",
    "tables_for",
    "titles",
    "touch_login",
    "touch_token",
    "unindex_record",
    "unique_keys",
    "update_record",
    "update_records",
    "upgrade_own_tables",
]
