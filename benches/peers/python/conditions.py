"""The rules as expressions of polars and numpy, and answers of every engine as words."""

from collections.abc import Iterable
from functools import reduce
from operator import and_

import numpy as np
import polars as pl

from rounds import WORDS, Rule

SCHEMA = {
    "id": pl.String,
    "employment": pl.String,
    "department": pl.String,
    "country": pl.String,
    "edition": pl.String,
    "has_left": pl.Boolean,
    "mdm_managed": pl.Boolean,
    "legal_hold": pl.Boolean,
    "last_seen_days": pl.Int64,
    "groups": pl.Int64,
    "ends_on": pl.String,
}

SQL_SCHEMA = {
    name: {pl.String: "VARCHAR", pl.Boolean: "BOOLEAN", pl.Int64: "BIGINT"}[kind] for name, kind in SCHEMA.items()
}


def polars_condition(operator: str, field: str, value: str) -> pl.Expr:
    column = pl.col(field)
    match operator:
        case "true":
            return column
        case "false":
            return ~column
        case "is":
            return column == value
        case "in":
            return reduce(lambda one, other: one | other, (column == word for word in value.split(",")))
        case ">":
            return column > int(value)
        case _:
            return column >= int(value)


def polars_chain(rules: list[Rule]) -> pl.Expr:
    """The whole policy; answers are small numbers, which costs polars less than words."""

    def number(word: str) -> pl.Expr:
        return pl.lit(WORDS.index(word), dtype=pl.UInt8)

    chain: pl.Expr = number("keep")
    for rule in reversed(rules):
        test = reduce(and_, (polars_condition(*condition) for condition in rule.conditions))
        chain = pl.when(test).then(number(rule.answer)).otherwise(chain)
    return chain.alias("answer")


def numpy_condition(
    operator: str, field: str, value: str, columns: dict[str, np.ndarray], codes: dict[str, dict[str, int]]
) -> np.ndarray:
    column = columns[field]
    match operator:
        case "true":
            return column
        case "false":
            return ~column
        case "is":
            return column == codes[field][value]
        case "in":
            return reduce(lambda one, other: one | other, (column == codes[field][word] for word in value.split(",")))
        case ">":
            return column > int(value)
        case _:
            return column >= int(value)


def numpy_test(rule: Rule, columns: dict[str, np.ndarray], codes: dict[str, dict[str, int]]) -> np.ndarray:
    return reduce(and_, (numpy_condition(*condition, columns, codes) for condition in rule.conditions))


def of_codes(codes: np.ndarray) -> Iterable[str]:
    return (WORDS[code] for code in codes)


def of_polars(frame: pl.DataFrame) -> Iterable[str]:
    return of_codes(frame["answer"].to_numpy())


def of_arrow(table: object) -> Iterable[str]:
    return of_codes(table.column("answer").to_numpy())
