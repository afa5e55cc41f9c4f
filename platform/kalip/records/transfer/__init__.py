"""Import and export of records: files of rows, mapped to fields, through the same save pipeline as everything."""

from kalip.records.transfer.exporting import ExportFormat, export_records
from kalip.records.transfer.importing import run_import
from kalip.records.transfer.mapping import ColumnGuess, guess_mapping
from kalip.records.transfer.plans import ImportPlan, ImportResult, Refusal
from kalip.records.transfer.tables import SourceTable, read_table

__all__ = [
    "ColumnGuess",
    "ExportFormat",
    "ImportPlan",
    "ImportResult",
    "Refusal",
    "SourceTable",
    "export_records",
    "guess_mapping",
    "read_table",
    "run_import",
]
