"""State dicts of plain CIFAR ResNets: writes some for us to read, and reads some that we wrote.

The JSON on standard input holds `images` (shape and numbers), `write` (nets to initialise here and save to a file) and
`read` (our safetensors files, with their nets). Prints the logits of each, in f64 and evaluation mode.
"""

import json
import struct
import sys

import torch
from cifar_resnet import ResNet

question = json.load(sys.stdin)
torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
images = torch.tensor(question["images"]["numbers"]).reshape(question["images"]["shape"])


def logits(net):
    net.eval()
    with torch.no_grad():
        return net(images).flatten().tolist()


def in_style(name, style):
    if style == "akamaster":
        return name.replace(".downsample.", ".shortcut.")
    return name.replace("linear.", "fc.").replace(".shortcut.", ".downsample.")


def write(task):
    torch.manual_seed(task["seed"])
    net = ResNet(task["net"])
    with torch.no_grad():
        for name, one in net.state_dict().items():
            if "bn" in name and one.dtype.is_floating_point:
                one.copy_(torch.rand_like(one) + 0.5 if name.endswith(("weight", "var")) else 0.3 * torch.randn_like(one))
    net = net.to(getattr(torch, task["dtype"])).double()
    dtype = getattr(torch, task["dtype"])
    state = {
        task["prefix"] + in_style(name, task["style"]): one.to(dtype) if one.dtype.is_floating_point else one
        for name, one in net.state_dict().items()
        if not (task["withoutCounters"] and name.endswith("num_batches_tracked"))
    }
    content = {"state_dict": state, "best_prec1": torch.tensor(91.5)} if task["whole"] else state
    torch.save(content, task["file"], _use_new_zipfile_serialization=task["zip"])
    return logits(net)


def load_safetensors(path):
    types = {"F64": torch.float64, "F32": torch.float32, "I64": torch.int64}
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    header.pop("__metadata__")
    read = lambda one: torch.frombuffer(bytearray(data[slice(*one["data_offsets"])]), dtype=types[one["dtype"]])
    return {name: read(one).reshape(one["shape"]) for name, one in header.items()}


def read(task):
    net = ResNet(task["net"])
    state = load_safetensors(task["file"])
    back = {in_style(name, task["style"]): name for name in net.state_dict()}
    net.load_state_dict({back.get(name, name): one for name, one in state.items()}, strict=True)
    return logits(net)


json.dump({"write": [write(task) for task in question["write"]], "read": [read(task) for task in question["read"]]}, sys.stdout)
