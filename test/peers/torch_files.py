"""Writes torch.save files of every kind, attacks among them, to the folder named by the JSON on standard input.

Prints the bits of each tensor in PyTorch, and for each attack whether torch.load executed it.
"""

import argparse
import collections
import datetime
import decimal
import enum
import fractions
import functools
import json
import os
import pathlib
import sys
import types
import uuid

import numpy as np
import torch

folder = json.load(sys.stdin)
at = lambda name: os.path.join(folder, name)
torch.manual_seed(1)

base = torch.randn(4, 3, 5)
tensors = collections.OrderedDict(
    f32=base,
    transposed=base.transpose(0, 2),
    sliced=base[1:, ::2, 1:4],
    expanded=torch.randn(1, 3).expand(4, 3),
    channels_last=torch.randn(2, 3, 4, 5).contiguous(memory_format=torch.channels_last),
    f64=torch.randn(3, 2, dtype=torch.float64),
    f64_column=torch.randn(3, 2, dtype=torch.float64)[:, 1],
    f16=torch.randn(7).half(),
    f16_every_second=torch.randn(7).half()[::2],
    bf16=torch.randn(7).bfloat16(),
    i64=torch.tensor([2**62 + 1, -5]),
    i32=torch.arange(-2, 3, dtype=torch.int32),
    i16=torch.arange(-2, 3, dtype=torch.int16),
    i8=torch.arange(-2, 3, dtype=torch.int8),
    u8=torch.arange(5, dtype=torch.uint8),
    bool=torch.tensor([True, False, True]),
    special=torch.tensor([float("nan"), float("inf"), -0.0, 1e-45]),
    scalar=torch.tensor(2.5),
    empty=torch.zeros(0, 3),
    parameter=torch.nn.Parameter(torch.randn(2)),
)
layer = torch.nn.BatchNorm1d(2)
optimizer = torch.optim.SGD(layer.parameters(), lr=0.1, momentum=0.9)
layer(torch.randn(4, 2)).sum().backward()
optimizer.step()
checkpoint = {
    "state_dict": tensors,
    "best_prec1": np.float64(91.5),
    "epoch": np.int64(3),
    "history": [1, (2.5, None), {"a": True}, {3}, 1 << 70],
    "optimizer": optimizer.state_dict(),
    "scheduler": collections.Counter([80, 120]),
    "size": torch.Size([2, 3]),
    "device": torch.device("cpu"),
    "dtype": torch.float32,
}
for protocol in (2, 3, 4):
    torch.save(checkpoint, at("zip-%d.pth" % protocol), pickle_protocol=protocol)
    torch.save(checkpoint, at("legacy-%d.pth" % protocol), pickle_protocol=protocol, _use_new_zipfile_serialization=False)
torch.save(tensors, at("bare.pth"))


class Config:
    def __init__(self):
        self.lr, self.when = 0.1, datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone.utc)


class Stage(enum.Enum):
    LAST = 3


class Options(dict):
    pass


generator = torch.Generator().manual_seed(1)
extras = {
    "array": np.arange(6.0).reshape(2, 3),
    "columns": np.asfortranarray(np.arange(6, dtype=np.int16).reshape(2, 3)),
    "texts": np.array(["a", "bc"]),
    "objects": np.array([1, "a", None], dtype=object),
    "dates": np.array(["2024-01-02"], dtype="datetime64[D]"),
    "generator": np.random.RandomState(1).get_state(),
    "numpy": [np.float32(1.5), np.int64(3), np.bool_(True), np.str_("a"), np.complex64(1j), np.dtype("float64"), np.float64],
    "dtypes": [torch.uint8, torch.bool, torch.int32, torch.complex64, torch.quint8, torch.float16],
    "layouts": [torch.strided, torch.sparse_coo, torch.sparse_csr],
    "integers": [torch.arange(3, dtype=torch.uint8), torch.tensor(True), generator.get_state()],
    "others": [torch.zeros(2, dtype=torch.complex64), torch.zeros(2).to_sparse(), torch.nn.Parameter(torch.zeros(1))],
    "quantised": torch.quantize_per_tensor(torch.ones(3), 0.1, 10, torch.quint8),
    "times": [datetime.datetime.now(), datetime.date(2024, 1, 2), datetime.time(3), datetime.timedelta(seconds=4)],
    "sets": [{1, 2}, frozenset("ab"), set()],
    "numbers": [1j, fractions.Fraction(1, 3), decimal.Decimal("0.1"), range(3), slice(1, 2), b"ab", bytearray(b"cd"), ...],
    "collections": [collections.deque([1, 2], 5), collections.defaultdict(list, {1: [2]}), collections.Counter("aab")],
    "places": [pathlib.Path("a/b"), pathlib.PurePosixPath("c"), uuid.uuid4()],
    "options": [argparse.Namespace(lr=0.1), types.SimpleNamespace(a=1), Config(), Options(a=1), Stage.LAST],
    "functions": [functools.partial(torch.nn.BatchNorm2d, eps=1e-3), torch.nn.functional.relu, torch.nn.ReLU],
    "schedule": torch.optim.lr_scheduler.StepLR(optimizer, 3),
    "module": layer,
}
for protocol in (2, 3, 4, 5):
    for kind, zipped in (("zip", True), ("legacy", False)):
        file = at("extras-%s-%d.pth" % (kind, protocol))
        content = {"extras": extras, "state_dict": tensors, "hyper_parameters": Options(a=Config())}
        torch.save(content, file, pickle_protocol=protocol, _use_new_zipfile_serialization=zipped)
# One by one, to name the first rejected one.
for name, extra in extras.items():
    torch.save({"extra": extra, "state_dict": tensors}, at("extra-%s.pth" % name))
torch.save({"arrays": {"a.weight": extras["array"], "b.weight": extras["columns"]}}, at("arrays.pth"))
torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), at("script.pt"))
torch.save(layer, at("module.pth"))
torch.save(layer, at("module-legacy.pth"), _use_new_zipfile_serialization=False)


def bits(tensor):
    tensor = tensor.detach().contiguous()
    if tensor.dtype == torch.bfloat16:
        tensor = tensor.view(torch.int16)
    return tensor.numpy().tobytes().hex()


class Attack:
    def __init__(self, call, *args):
        self.call, self.args = call, args

    def __reduce__(self):
        return self.call, self.args


def mark(name):
    return "open(%r, 'w').close()" % at("ran-" + name)


attacks = {
    "system": Attack(os.system, "touch '%s'" % at("ran-system")),
    "eval": Attack(eval, mark("eval")),
    "exec": Attack(exec, mark("exec")),
    "getattr": Attack(getattr, Attack(__import__, "os"), "system"),
}
ran = {}
for name, attack in attacks.items():
    for kind, zipped in (("zip", True), ("legacy", False)):
        file, marker = at("attack-%s-%s.pth" % (name, kind)), at("ran-" + name)
        torch.save({"state_dict": {"weight": base, "evil": attack}}, file, _use_new_zipfile_serialization=zipped)
        torch.load(file, weights_only=False)
        ran["%s-%s" % (name, kind)] = os.path.exists(marker)
        if os.path.exists(marker):
            os.remove(marker)

answer = {name: {"shape": list(one.shape), "bits": bits(one)} for name, one in tensors.items()}
json.dump({"tensors": answer, "ran": ran, "extras": list(extras)}, sys.stdout)
