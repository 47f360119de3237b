"""Columns in memory: polars, duckdb, numpy; and a plain Python function over a dictionary per user."""

import sys

import conditions
import duckdb
import numpy as np
import polars as pl
import rounds

TEXTS = ["employment", "department", "country", "edition"]

# Dictionaries are slow: the plain function is asked about fewer users.
FEW = 100_000


def polars_rows(asked: rounds.Asked, users: pl.DataFrame) -> list[rounds.Row]:
    rules = asked.rules()
    kinds = {name: pl.Enum(sorted(users[name].unique())) for name in TEXTS}
    enums = users.with_columns(pl.col(name).cast(kind) for name, kind in kinds.items())
    chain = conditions.polars_chain(rules)
    return [
        rounds.Row("polars when/then, String columns", len(users), lambda: users.select(chain), conditions.of_polars),
        rounds.Row("polars when/then, Enum columns", len(users), lambda: enums.select(chain), conditions.of_polars),
    ]


def duckdb_rows(asked: rounds.Asked, users: pl.DataFrame) -> list[rounds.Row]:
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    arrow = users.to_arrow()
    connection.register("arrow", arrow)
    connection.execute("CREATE TABLE texts AS SELECT * FROM arrow")
    for name in TEXTS:
        connection.execute(f"CREATE TYPE {name}_words AS ENUM (SELECT DISTINCT {name} FROM texts)")
    casts = ", ".join(f"{name}::{name}_words AS {name}" for name in TEXTS)
    connection.execute(f"CREATE TABLE enums AS SELECT * REPLACE ({casts}) FROM texts")

    def row(table: str, kind: str) -> rounds.Row:
        question = f"SELECT {asked.sql()} AS answer FROM {table}"

        def run() -> object:
            return connection.sql(question).to_arrow_table()

        return rounds.Row(f"duckdb CASE, {kind} columns", len(users), run, conditions.of_arrow)

    return [row("texts", "VARCHAR"), row("enums", "ENUM")]


def numpy_rows(asked: rounds.Asked, users: pl.DataFrame) -> list[rounds.Row]:
    columns: dict[str, np.ndarray] = {}
    codes: dict[str, dict[str, int]] = {}
    for name in TEXTS:
        words = sorted(users[name].unique())
        codes[name] = {word: code for code, word in enumerate(words)}
        columns[name] = users[name].cast(pl.Enum(words)).to_physical().cast(pl.UInt8).to_numpy().copy()
    for name in ["has_left", "legal_hold", "last_seen_days", "groups"]:
        columns[name] = users[name].to_numpy().copy()
    columns["last_seen_days"] = columns["last_seen_days"].astype(np.int16)
    columns["groups"] = columns["groups"].astype(np.uint8)
    rules = asked.rules()
    answers = [np.uint8(rounds.WORDS.index(rule.answer)) for rule in rules]

    def run() -> object:
        tests = [conditions.numpy_test(rule, columns, codes) for rule in rules]
        return np.select(tests, answers, default=np.uint8(0))

    return [rounds.Row("numpy.select, codes", len(users), run, conditions.of_codes)]


def plain_rows(asked: rounds.Asked, users: pl.DataFrame) -> list[rounds.Row]:
    dictionaries = users.head(FEW).to_dicts()
    decide = asked.function()

    def run() -> list[str]:
        return [decide(user) for user in dictionaries]

    return [rounds.Row("plain Python function over a dict", len(dictionaries), run, lambda words: words)]


def main() -> None:
    asked = rounds.asked()
    users = pl.read_csv(asked.folder / "users.csv", schema=conditions.SCHEMA)
    rows = [row for make in (polars_rows, duckdb_rows, numpy_rows, plain_rows) for row in make(asked, users)]
    # The place for leaver's own rows, "leaver Arrow" and `decide(dict)`: a function like those above, over
    # `users.to_arrow()` and its dictionaries.
    versions = f"Python {sys.version.split()[0]}, polars {pl.__version__}, duckdb {duckdb.__version__}, numpy {np.__version__}"
    rounds.serve(asked, rows, versions)


if __name__ == "__main__":
    main()
