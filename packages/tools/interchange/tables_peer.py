# Readers of tables for prove-interchange.mjs: python tables_peer.py FOLDER. One JSON object a line.
import csv
import json
import pathlib
import sys

import duckdb
import lancedb
import numpy as np
import pandas as pd
import pyarrow
import pyarrow.parquet as pq

folder = pathlib.Path(sys.argv[1])
truth = json.loads((folder / "truth.json").read_text())
features = np.fromfile(folder / "truth.f32", dtype="<f4").reshape(truth["rows"], truth["dim"])
classes = [None if label is None else truth["classes"][label] for label in truth["labels"]]
columns = {"name": truth["names"], "id": truth["ids"], "label": truth["labels"], "class": classes}


def say(way, made, got):
    """Numbers by their largest difference; names, ids, labels and classes are equal or the row fails."""
    for column, want in columns.items():
        if column in got and list(got[column]) != want:
            at = next(row for row, (a, b) in enumerate(zip(got[column], want)) if a != b)
            sys.exit(f"{way}: {column} of row {at} is {got[column][at]!r}, not {want[at]!r}")
    made = np.asarray(made)
    whole = made.dtype == np.float32 and made.shape == features.shape
    apart = float(np.abs(made - features).max() / np.abs(features).max()) if whole else 1.0
    print(json.dumps({"network": f"{truth['rows']} embeddings of {truth['dim']}", "way": way, "apart": apart}), flush=True)


side = json.loads((folder / "table.json").read_text())
assert side["origin"]["layer"] == "backbone"
got = {"name": side["names"], "id": side["ids"], "label": side["labels"]}
say(f"npy and JSON, numpy {np.__version__}", np.load(folder / "table.npy", mmap_mode="r"), got)
with open(folder / "csv.csv", newline="", encoding="utf-8") as file:
    rows = list(csv.DictReader(file))
got = {"name": [row["name"] for row in rows], "id": [int(row["id"]) for row in rows]}
got |= {"label": [int(row["label"]) if row["label"] else None for row in rows], "class": [row["class"] or None for row in rows]}
say(f"npy and CSV, numpy {np.__version__}", np.load(folder / "csv.npy"), got)

for name in ["none", "snappy"]:
    table = pq.read_table(folder / f"{name}.parquet")
    assert json.loads(table.schema.metadata[b"mochi.origin"]) == side["origin"]
    stack = np.stack(table["embedding"].to_numpy())
    say(f"Parquet ({name}), pyarrow {pyarrow.__version__}", stack, {column: table[column].to_pylist() for column in columns})

frame = pd.read_parquet(folder / "none.parquet")
plain = {column: [None if pd.isna(value) else value for value in frame[column]] for column in columns}
say(f"Parquet, pandas {pd.__version__}", np.stack(frame["embedding"].to_numpy()), plain)

found = duckdb.sql(f"select * from '{folder / 'snappy.parquet'}'").to_arrow_table()
say(f"Parquet, DuckDB {duckdb.__version__}", np.stack(found["embedding"].to_numpy()), {column: found[column].to_pylist() for column in columns})

opened = lancedb.connect(folder / "lance").open_table("embeddings")
table = opened.to_arrow()
assert json.loads(opened.schema.metadata[b"mochi.origin"]) == side["origin"]
say(f"LanceDB written by 0.31 for Node.js, lancedb {lancedb.__version__}", np.stack(table["vector"].to_numpy(zero_copy_only=False)),
    {column: table[column].to_pylist() for column in columns})
