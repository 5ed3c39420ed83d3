"""The net of config.json in plain PyTorch: a stem, three stages of residual blocks, and a linear readout."""
import torch.nn.functional as F
from torch import nn


def conv(inputs, outputs, kernel, stride=1, groups=1):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)


class Block(nn.Module):
    def __init__(self, net, inputs, inner, outputs, stride):
        super().__init__()
        self.pre, self.stride, self.outputs = net["pre_activation"], stride, outputs
        if net["block"] == "bottleneck":
            widths, kernels, strides = [inputs, inner, inner, outputs], [1, 3, 1], [1, stride, 1]
        else:
            widths, kernels, strides = [inputs, outputs, outputs], [3, 3], [stride, 1]
        self.depth = len(kernels)
        for i, kernel in enumerate(kernels):
            groups = net["groups"] if kernel == 3 else 1
            self.add_module(f"conv{i + 1}", conv(widths[i], widths[i + 1], kernel, strides[i], groups))
            self.add_module(f"bn{i + 1}", nn.BatchNorm2d(widths[i if self.pre else i + 1]))
        self.changes = stride != 1 or inputs != outputs
        if self.changes and net["shortcut"] == "option-b":
            norm = [] if self.pre else [nn.BatchNorm2d(outputs)]
            self.downsample = nn.Sequential(conv(inputs, outputs, 1, stride), *norm)

    def shortcut(self, x):
        if not self.changes:
            return x
        if hasattr(self, "downsample"):
            return self.downsample(x)
        added = self.outputs - x.shape[1]
        return F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, added // 2, added - added // 2))

    def forward(self, x):
        y = x
        for i in range(1, self.depth + 1):
            conv, norm = getattr(self, f"conv{i}"), getattr(self, f"bn{i}")
            if self.pre:
                y = conv(F.relu(norm(y)))
            else:
                y = norm(conv(y))
                y = F.relu(y) if i < self.depth else y
        y = y + self.shortcut(x)
        return y if self.pre else F.relu(y)


class ResNet(nn.Module):
    def __init__(self, config):
        super().__init__()
        net = config["model_args"]
        self.pre, width = net["pre_activation"], net["width"]
        self.conv1 = conv(config["pretrained_cfg"]["input_size"][0], width, 3)
        self.stages = [f"layer{s + 1}" for s in range(len(net["stages"]))]
        for name, stage in zip(self.stages, net["stages"]):
            blocks = []
            for i in range(stage["blocks"]):
                inputs, stride = (width, stage["stride"]) if i == 0 else (stage["channels"], 1)
                blocks.append(Block(net, inputs, stage["inner_channels"], stage["channels"], stride))
            width = stage["channels"]
            self.add_module(name, nn.Sequential(*blocks))
        self.add_module("bn" if self.pre else "bn1", nn.BatchNorm2d(width if self.pre else net["width"]))
        self.fc = nn.Linear(width, config["num_classes"])

    def forward(self, x):
        """Logits [N, classes] of normalised images [N, C, H, W]."""
        x = self.conv1(x)
        x = x if self.pre else F.relu(self.bn1(x))
        for name in self.stages:
            x = getattr(self, name)(x)
        x = F.relu(self.bn(x)) if self.pre else x
        return self.fc(x.mean((2, 3)))
