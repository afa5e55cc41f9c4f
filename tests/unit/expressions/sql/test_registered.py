"""Functions that SQLite is given."""

import sqlite3

from kalip.expressions import sqlite_functions


def test_it_works() -> None:
    connection = sqlite3.connect(":memory:")
    for name, arguments, function in sqlite_functions():
        connection.create_function(name, arguments, function, deterministic=True)
    names = {name for name, _, _ in sqlite_functions()}
    assert len(names) > 10
    assert all(name.startswith("kalip_") for name in names)
    connection.close()


def test_no_name_stands_twice_with_as_many_arguments() -> None:
    keys = [(name, arguments) for name, arguments, _ in sqlite_functions()]
    assert len(keys) == len(set(keys))
