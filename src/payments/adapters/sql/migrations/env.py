"""What Alembic runs: the missing migrations, in the transaction that `upgrading.upgrade` began."""

from alembic import context

import payments.adapters.sql.schema.side_tables
import payments.adapters.sql.schema.tables  # noqa: F401 - importing it fills the metadata
from payments.adapters.sql.schema.naming import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
