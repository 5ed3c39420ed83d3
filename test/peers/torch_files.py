"""Writes files of torch.save of every kind into the folder that the JSON on standard input names, some of them attacks.

The answer: the bits of each tensor as PyTorch has them, and of each attack whether torch.load ran it.
"""

import collections
import json
import os
import sys

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
json.dump({"tensors": answer, "ran": ran}, sys.stdout)
