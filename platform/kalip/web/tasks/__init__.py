"""Tasks as people see them: one inbox with a preview beside it, forms to give and end tasks, the tasks of a record."""
