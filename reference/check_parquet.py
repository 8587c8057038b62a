"""Reads cases.parquet of an evaluation with pyarrow and compares every cell with cases.csv.

    python check_parquet.py EVALUATION
"""

import csv
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

TYPES = {
    "simulated": pa.bool_(),
    "label": pa.bool_(),
    "image": pa.string(),
    "patient_id": pa.string(),
    "source": pa.string(),
    "mask_error": pa.string(),
    "flags": pa.string(),
    "error": pa.string(),
}
NUMBERS = ("probability", "dice", "jaccard", "hausdorff")


def expected(name):
    number = pa.float64() if name.startswith(NUMBERS) else pa.int32()
    return TYPES.get(name, number)


def same(value, cell):
    if value is None:
        return cell == ""
    if isinstance(value, bool):
        return cell == str(int(value))
    if isinstance(value, float):
        return float(cell) == value
    return cell == str(value)


def main(folder):
    table = pq.read_table(folder / "cases.parquet")
    with open(folder / "cases.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert table.column_names == list(rows[0]), "the same columns, in order"
    assert table.num_rows == len(rows), "the same rows"
    nulls = 0
    for name in table.column_names:
        column = table.column(name)
        assert column.type == expected(name), (name, column.type)
        nulls += column.null_count
        for value, row in zip(column.to_pylist(), rows):
            assert same(value, row[name]), (name, value, row[name])
    disclaimer = pq.read_metadata(folder / "cases.parquet").metadata[b"disclaimer"]
    assert b"Research use only" in disclaimer
    print(f"{table.num_rows} rows, {table.num_columns} columns, {nulls} nulls: the same")


main(Path(sys.argv[1]))
