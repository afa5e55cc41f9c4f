"""Alembic's environment: runs the migrations on the connection that `upgrade_own_tables` hands over."""

from alembic import context

from kalip.storage.own import OWN_METADATA
from kalip.storage.upgrade import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=OWN_METADATA,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
    transaction_per_migration=False,
)
context.run_migrations()
