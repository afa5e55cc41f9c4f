"""The functions of the expression language, one module per noun; each says what it means in Python and in SQL."""
