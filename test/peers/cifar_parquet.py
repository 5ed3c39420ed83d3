"""Writes small files in the layout of CIFAR on Hugging Face, for test/data.

python3 cifar_parquet.py OUT (needs pyarrow, pillow and numpy)

Pixel (y, x, c) of image i is (53 i + 83 c + 7 y + 3 x) mod 256, its label (3 i + 1) mod classes.
"""

import io
import json
import pathlib
import sys

import numpy
import pyarrow
import pyarrow.parquet
from PIL import Image


def picture(i):
    y, x, c = numpy.ogrid[:32, :32, :3]
    return ((53 * i + 83 * c + 7 * y + 3 * x) % 256).astype(numpy.uint8)


def png(i):
    out = io.BytesIO()
    Image.fromarray(picture(i)).save(out, "png")
    return {"bytes": out.getvalue(), "path": None}


def table(name, first, count):
    classes = 10 if name == "cifar10" else 100
    label = "label" if name == "cifar10" else "fine_label"
    labels = [(3 * i + 1) % classes for i in range(first, first + count)]
    columns = {"img": [png(i) for i in range(first, first + count)], label: labels}
    if name == "cifar100":
        columns["coarse_label"] = [19] * count
    names = [f"kind {c}" for c in range(classes)]
    features = {"img": {"_type": "Image"}, label: {"names": names, "_type": "ClassLabel"}}
    facts = json.dumps({"info": {"features": features}})
    return pyarrow.table(columns).replace_schema_metadata({"huggingface": facts})


out = pathlib.Path(sys.argv[1])
for name, folder in [("cifar10", "plain_text"), ("cifar100", "cifar100")]:
    place = out / name / folder
    place.mkdir(parents=True, exist_ok=True)
    for part, first, count in [("train", 0, 5), ("test", 5, 2)]:
        path = place / f"{part}-00000-of-00001.parquet"
        pyarrow.parquet.write_table(table(name, first, count), path, row_group_size=2)
pyarrow.parquet.write_table(table("cifar10", 0, 1), out / "zstd.parquet", compression="zstd")
pyarrow.parquet.write_table(table("cifar10", 0, 2).replace_schema_metadata(None), out / "unnamed.parquet")
