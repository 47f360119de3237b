"""Files: polars and duckdb read the users and decide about them, and Python does it line by line."""

import json
from itertools import islice

import conditions
import duckdb
import polars as pl
import rounds

# Python's own reader is asked about fewer users.
FEW = 100_000


def polars_rows(asked: rounds.Asked, count: int) -> list[rounds.Row]:
    chain = conditions.polars_chain(asked.rules())
    json_file, csv_file = asked.folder / "users.ndjson", asked.folder / "users.csv"

    def ndjson() -> object:
        return pl.scan_ndjson(json_file, schema=conditions.SCHEMA).select(chain).collect()

    def csv() -> object:
        return pl.scan_csv(csv_file, schema=conditions.SCHEMA).select(chain).collect()

    return [
        rounds.Row("NDJSON, polars scan_ndjson", count, ndjson, conditions.of_polars),
        rounds.Row("CSV, polars scan_csv", count, csv, conditions.of_polars),
    ]


def duckdb_rows(asked: rounds.Asked, count: int) -> list[rounds.Row]:
    connection = duckdb.connect()
    if asked.one_thread:
        connection.execute("SET threads = 1")
    columns = ", ".join(f"{name}: '{kind}'" for name, kind in conditions.SQL_SCHEMA.items())
    folder, case = asked.folder, asked.sql()
    readers = {
        "NDJSON, duckdb read_json": f"read_json('{folder}/users.ndjson', format='newline_delimited', columns={{{columns}}})",
        "CSV, duckdb read_csv": f"read_csv('{folder}/users.csv', header=true, auto_detect=false, columns={{{columns}}})",
    }

    def row(name: str, reader: str) -> rounds.Row:
        def run() -> object:
            return connection.sql(f"SELECT {case} AS answer FROM {reader}").to_arrow_table()

        return rounds.Row(name, count, run, conditions.of_arrow)

    return [row(name, reader) for name, reader in readers.items()]


def plain_rows(asked: rounds.Asked) -> list[rounds.Row]:
    decide = asked.function()

    def run() -> object:
        with open(asked.folder / "users.ndjson", encoding="utf-8") as lines:
            return [decide(json.loads(line)) for line in islice(lines, FEW)]

    return [rounds.Row("NDJSON, Python json and plain function", FEW, run, lambda words: words)]


def main() -> None:
    asked = rounds.asked()
    count = len(asked.answers())
    rows = [*polars_rows(asked, count), *duckdb_rows(asked, count)]
    if asked.one_thread:
        rows += plain_rows(asked)
    # The place for leaver's own readers of files ("NDJSON, leaver", "CSV, leaver").
    rounds.serve(asked, rows, "")


if __name__ == "__main__":
    main()
