"""`net, config = load()` gives the net of this folder in evaluation mode. Requires PyTorch alone."""
import json
from pathlib import Path

import torch
from resnet import ResNet

TYPES = {"F32": torch.float32, "F64": torch.float64, "I64": torch.int64}


def load(folder=Path(__file__).parent):
    folder = Path(folder)
    config = json.loads((folder / "config.json").read_text())
    data = bytearray((folder / "model.safetensors").read_bytes())
    start = 8 + int.from_bytes(data[:8], "little")
    weights = {}
    for name, one in json.loads(data[8:start]).items():  # safetensors.torch.load_file does the same
        if name != "__metadata__":
            begin, end = (start + offset for offset in one["data_offsets"])
            weights[name] = torch.frombuffer(data[begin:end], dtype=TYPES[one["dtype"]]).reshape(one["shape"])
    net = ResNet(config)
    net.load_state_dict(weights)
    return net.eval(), config
