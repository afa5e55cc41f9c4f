"""Units, positions, groups, absences and substitutions; for whom a session, a job or a notification is."""

import sqlalchemy as sa
from alembic import op

from kalip.fields.columns import IsoDate, JsonValue, UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TABLES = (
    "kalip_external_id",
    "kalip_substitution_task",
    "kalip_substitution",
    "kalip_absence",
    "kalip_group_member",
    "kalip_group",
    "kalip_position",
    "kalip_unit_above",
    "kalip_unit",
)
_BEHALF = (
    ("kalip_session", "acting_for"),
    ("kalip_session", "acting_mode"),
    ("kalip_job", "on_behalf"),
    ("kalip_notification", "on_behalf"),
)


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def _moments(*names: str, nullable: bool = False) -> list[sa.Column[object]]:
    return [sa.Column(name, UtcDateTime(), nullable=nullable) for name in names]


def _days(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, IsoDate(), nullable=True) for name in names]


def _flags(*names: str) -> list[sa.Column[bool]]:
    return [sa.Column(name, sa.Boolean(), nullable=False) for name in names]


def _key(table: str, column: str, target: str, *, cascade: bool = True) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}"
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="CASCADE" if cascade else None)


def upgrade() -> None:
    """Make the tables, and the columns that say for whom one acts."""
    _units()
    _groups()
    _absences()
    for table, column in _BEHALF:
        op.add_column(table, sa.Column(column, sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop the tables and columns with what is in them."""
    for table, column in _BEHALF:
        op.drop_column(table, column)
    for name in _TABLES:
        op.drop_table(name)


def _units() -> None:
    op.create_table(
        "kalip_unit",
        *_text("id", "code", "name"),
        *_text("parent", "manager", "calendar", nullable=True),
        *_flags("active"),
        sa.ForeignKeyConstraint(
            ["parent"], ["kalip_unit.id"], name="fk_kalip_unit_parent", deferrable=True, initially="DEFERRED"
        ),
        _key("kalip_unit", "manager", "kalip_user", cascade=False),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_unit"),
        sa.UniqueConstraint("code", name="uq_kalip_unit_code"),
    )
    op.create_index("ix_kalip_unit_parent", "kalip_unit", ["parent"])
    op.create_index("ix_kalip_unit_manager", "kalip_unit", ["manager"])
    op.create_table(
        "kalip_unit_above",
        *_text("unit", "above"),
        sa.Column("depth", sa.BigInteger(), nullable=False),
        _key("kalip_unit_above", "unit", "kalip_unit"),
        _key("kalip_unit_above", "above", "kalip_unit"),
        sa.PrimaryKeyConstraint("unit", "above", name="pk_kalip_unit_above"),
    )
    op.create_index("ix_kalip_unit_above_above", "kalip_unit_above", ["above", "unit"])
    op.create_table(
        "kalip_position",
        *_text("id", "user_id", "unit", "title"),
        *_flags("head"),
        *_days("since", "until"),
        _key("kalip_position", "user_id", "kalip_user"),
        _key("kalip_position", "unit", "kalip_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_position"),
    )
    op.create_index("ix_kalip_position_user_id", "kalip_position", ["user_id", "unit"])
    op.create_index("ix_kalip_position_unit", "kalip_position", ["unit", "user_id"])


def _groups() -> None:
    op.create_table(
        "kalip_group",
        *_text("id", "code", "name"),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_group"),
        sa.UniqueConstraint("code", name="uq_kalip_group_code"),
    )
    op.create_table(
        "kalip_group_member",
        *_text("group_id", "user_id"),
        _key("kalip_group_member", "group_id", "kalip_group"),
        _key("kalip_group_member", "user_id", "kalip_user"),
        sa.PrimaryKeyConstraint("group_id", "user_id", name="pk_kalip_group_member"),
    )
    op.create_index("ix_kalip_group_member_user_id", "kalip_group_member", ["user_id", "group_id"])
    op.create_table(
        "kalip_external_id",
        *_text("kind", "own_id", "external"),
        *_moments("updated_at"),
        sa.PrimaryKeyConstraint("kind", "own_id", name="pk_kalip_external_id"),
        sa.UniqueConstraint("kind", "external", name="uq_kalip_external_id_kind_external"),
    )


def _absences() -> None:
    op.create_table(
        "kalip_absence",
        *_text("id", "user_id"),
        *_moments("starts", "ends"),
        *_text("reason", "note"),
        *_moments("created_at"),
        *_text("created_by", nullable=True),
        _key("kalip_absence", "user_id", "kalip_user"),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_absence"),
    )
    op.create_index("ix_kalip_absence_user_id", "kalip_absence", ["user_id", "ends"])
    op.create_table(
        "kalip_substitution",
        *_text("id", "absent", "substitute"),
        *_moments("starts", "ends"),
        *_text("kind"),
        sa.Column("entities", JsonValue(), nullable=False),
        *_text("note"),
        *_flags("moves"),
        *_moments("created_at"),
        *_text("created_by", nullable=True),
        *_moments("ended_at", "moved_at", "returned_at", nullable=True),
        _key("kalip_substitution", "absent", "kalip_user"),
        _key("kalip_substitution", "substitute", "kalip_user"),
        sa.PrimaryKeyConstraint("id", name="pk_kalip_substitution"),
    )
    op.create_index("ix_kalip_substitution_absent", "kalip_substitution", ["absent", "ends"])
    op.create_index("ix_kalip_substitution_substitute", "kalip_substitution", ["substitute", "ends"])
    op.create_table(
        "kalip_substitution_task",
        *_text("substitution", "task_id"),
        _key("kalip_substitution_task", "substitution", "kalip_substitution"),
        _key("kalip_substitution_task", "task_id", "kalip_task"),
        sa.PrimaryKeyConstraint("substitution", "task_id", name="pk_kalip_substitution_task"),
    )
