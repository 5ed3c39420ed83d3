"""`net, config = load()` gives the net of this folder in evaluation mode. Requires PyTorch alone."""
import json
from pathlib import Path

import torch
from resnet import ResNet

TYPES = {"F32": torch.float32, "F64": torch.float64, "I64": torch.int64}


def load(folder=Path(__file__).parent):
    config = json.loads(Path(folder, "config.json").read_bytes())
    data = bytearray(Path(folder, "model.safetensors").read_bytes())  # safetensors.torch.load_file reads it too
    start = 8 + int.from_bytes(data[:8], "little")
    weights = {name: one for name, one in json.loads(data[8:start]).items() if name != "__metadata__"}
    for name, one in weights.items():
        begin, end = (start + offset for offset in one["data_offsets"])
        weights[name] = torch.frombuffer(data[begin:end], dtype=TYPES[one["dtype"]]).reshape(one["shape"])
    net = ResNet(config)
    net.load_state_dict(weights)
    return net.eval(), config
