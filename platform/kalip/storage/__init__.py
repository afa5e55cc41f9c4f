"""Floor 8: the only SQL. Tables from the model, migration plans, queries, event log, search, blobs, backup."""

from kalip.storage.apply import apply
from kalip.storage.backup import BackupInfo, Progress, backup
from kalip.storage.blobs import Blob, BlobFault, Blobs
from kalip.storage.boards import aggregate, board_cards
from kalip.storage.counters import next_number, next_numbers
from kalip.storage.database import Database, make_database
from kalip.storage.deletes import delete_record
from kalip.storage.documents import load_documents, save_documents
from kalip.storage.drafts import StoredDraft, delete_draft, find_draft, save_draft
from kalip.storage.duplicates import find_duplicates, find_unique
from kalip.storage.errors import (
    Dangling,
    DeleteRestricted,
    PlanRefused,
    ReadOnlySession,
    RevisionChanged,
    TooLarge,
    Unavailable,
    UniqueClash,
)
from kalip.storage.eventlog import Event, EventLog
from kalip.storage.events import EventPage, append_events, events_after, events_for, find_event, rewrite_event
from kalip.storage.files import FileInfo, add_file, attach_file, delete_file, files_of, get_file, get_files, kept_blobs
from kalip.storage.idempotency import KeyState, delete_old_keys, finish_key, release_key, reserve_key
from kalip.storage.imports import ImportRun, advance_import, find_import, start_import
from kalip.storage.indexes import unique_keys
from kalip.storage.lists import count_records, select_page
from kalip.storage.lookups import find_by_texts
from kalip.storage.packs import InstalledPack, list_packs, put_pack, remove_pack
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
from kalip.storage.purge import Retired, list_retired, purge
from kalip.storage.query import Aggregate, AggregateRow, Archived, Filter, Form, Query, RowPage
from kalip.storage.records import select_many, select_one
from kalip.storage.related import children, existing, links, titles
from kalip.storage.restore import restore
from kalip.storage.revisions import (
    NewRevision,
    Revision,
    current_revision,
    get_revision,
    list_revisions,
    revision_documents,
    save_revision,
)
from kalip.storage.saved_views import SavedView, delete_view, list_saved_views, save_view
from kalip.storage.search import SearchHit, clear_index, index_record, index_records, search, unindex_record
from kalip.storage.session import Session
from kalip.storage.step import Step
from kalip.storage.tables import EntityTable, Tables, tables_for
from kalip.storage.upgrade import upgrade_own_tables
from kalip.storage.writes import insert_record, insert_records, update_record, update_records

__all__ = [
    "Aggregate",
    "AggregateRow",
    "Archived",
    "BackupInfo",
    "Blob",
    "BlobFault",
    "Blobs",
    "Dangling",
    "Database",
    "DeleteRestricted",
    "EntityTable",
    "Event",
    "EventLog",
    "EventPage",
    "FileInfo",
    "Filter",
    "Form",
    "ImportRun",
    "InstalledPack",
    "KeyState",
    "LoginSession",
    "NewRevision",
    "Plan",
    "PlanRefused",
    "Progress",
    "Query",
    "ReadOnlySession",
    "Retired",
    "Revision",
    "RevisionChanged",
    "RowPage",
    "SavedView",
    "SearchHit",
    "Session",
    "Step",
    "StoredDraft",
    "Tables",
    "Token",
    "TooLarge",
    "Unavailable",
    "UniqueClash",
    "User",
    "add_file",
    "add_user",
    "advance_import",
    "aggregate",
    "append_events",
    "apply",
    "attach_file",
    "backup",
    "board_cards",
    "children",
    "clear_index",
    "count_records",
    "create_login",
    "create_token",
    "current_revision",
    "delete_draft",
    "delete_expired_logins",
    "delete_file",
    "delete_login",
    "delete_logins_of",
    "delete_old_keys",
    "delete_record",
    "delete_token",
    "delete_view",
    "events_after",
    "events_for",
    "existing",
    "files_of",
    "find_by_texts",
    "find_draft",
    "find_duplicates",
    "find_event",
    "find_import",
    "find_login",
    "find_token",
    "find_unique",
    "find_user",
    "finish_key",
    "get_file",
    "get_files",
    "get_revision",
    "get_user",
    "index_record",
    "index_records",
    "insert_record",
    "insert_records",
    "kept_blobs",
    "links",
    "list_packs",
    "list_retired",
    "list_revisions",
    "list_saved_views",
    "list_tokens",
    "list_users",
    "load_documents",
    "make_database",
    "next_number",
    "next_numbers",
    "plan",
    "purge",
    "put_pack",
    "release_key",
    "remove_pack",
    "reserve_key",
    "restore",
    "revision_documents",
    "rewrite_event",
    "save_documents",
    "save_draft",
    "save_revision",
    "save_user",
    "save_view",
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
