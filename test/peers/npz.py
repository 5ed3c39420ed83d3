"""Reads the .npz named by the JSON on standard input by numpy.load: prints types, shapes, and the bits of the numbers."""

import json
import sys
import zipfile

import numpy as np

path = json.load(sys.stdin)
with zipfile.ZipFile(path) as archive:
    broken = archive.testzip()
with np.load(path, allow_pickle=False) as arrays:
    answer = {
        name: {
            "dtype": array.dtype.str,
            "shape": list(array.shape),
            "order": bool(array.flags.c_contiguous),
            # As text, because JSON has neither NaN nor 64-bit integers.
            "bits": [f"{bits:016x}" for bits in np.ascontiguousarray(array).reshape(-1).view(np.uint64).tolist()],
        }
        for name, array in arrays.items()
    }
json.dump({"broken": broken, "arrays": answer, "names": list(answer)}, sys.stdout)
