"""CIFAR ResNets and ResNeXts under the five schemes, in plain PyTorch: the peer of test/gradients.

    python3 cifar_resnet.py

reads folder names, one per line, and answers each with a line when it is done. Each folder holds manifest.json (the net, the labels, the optimiser, names and shapes of tensors) and one raw
little-endian file per tensor. The script writes result.json with the losses, and out-N.bin with the parameters and
buffers after the steps; without steps, with the gradients of the first loss, and `outputs`, the logits in training
and then in evaluation. Requires torch 1.13 or later.
"""
import ctypes
import json
import os
import sys

import torch
import torch.nn.functional as F
from torch import nn

ACTIVATIONS = {"relu": F.relu, "softplus": F.softplus}
DTYPES = {"f32": torch.float32, "f64": torch.float64}


class Block(nn.Module):
    def add_projection(self, inputs, outputs, stride):
        """Option B: a 1 x 1 convolution, with a norm in post-activation nets."""
        conv = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
        if self.pre:
            self.downsample = nn.Sequential(conv)
        else:
            self.shortcut = nn.Sequential(conv, nn.BatchNorm2d(outputs))


class Basic(Block):
    """f(X, theta) of two 3 x 3 convolutions."""

    def __init__(self, net, inputs, inner, outputs, stride):
        super().__init__()
        self.pre, self.act = net["variant"] == "pre", ACTIVATIONS[net["activation"]]
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(inputs if self.pre else outputs)
        self.bn2 = nn.BatchNorm2d(outputs)

    def forward(self, x):
        if self.pre:
            x = self.conv1(self.act(self.bn1(x)))
            return self.conv2(self.act(self.bn2(x)))
        return self.bn2(self.conv2(self.act(self.bn1(self.conv1(x)))))

    def pad(self, x):
        """Option A: no weights."""
        added = self.conv1.out_channels - x.shape[1]
        return F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, added // 2, added - added // 2))


class Bottleneck(Block):
    """f(X, theta) of a 3 x 3 convolution between two of 1 x 1."""

    def __init__(self, net, inputs, inner, outputs, stride):
        super().__init__()
        self.pre, self.act = net["variant"] == "pre", ACTIVATIONS[net["activation"]]
        groups = net["groups"]["cardinality"] if net["groups"] else 1
        self.conv1 = nn.Conv2d(inputs, inner, 1, bias=False)
        self.conv2 = nn.Conv2d(inner, inner, 3, stride, 1, groups=groups, bias=False)
        self.conv3 = nn.Conv2d(inner, outputs, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(inputs if self.pre else inner)
        self.bn2 = nn.BatchNorm2d(inner)
        self.bn3 = nn.BatchNorm2d(inner if self.pre else outputs)

    def forward(self, x):
        if self.pre:
            x = self.conv1(self.act(self.bn1(x)))
            x = self.conv2(self.act(self.bn2(x)))
            return self.conv3(self.act(self.bn3(x)))
        x = self.act(self.bn1(self.conv1(x)))
        x = self.act(self.bn2(self.conv2(x)))
        return self.bn3(self.conv3(x))


class Stage(nn.Module):
    def __init__(self, net, blocks, inputs, inner, outputs, stride):
        super().__init__()
        self.scheme, self.pinned = net["scheme"], net["pinned"]
        self.project = ACTIVATIONS[net["activation"]] if net["variant"] == "post" else (lambda x: x)
        self.first = 1 if stride == 2 or inputs != outputs else 0
        kind = Bottleneck if net["block"] == "bottleneck" else Basic
        for i in range(blocks):
            change = i < self.first
            branch = kind(net, inputs if change else outputs, inner, outputs, stride if change else 1)
            if change and net["shortcut"] == "option-b":
                branch.add_projection(inputs, outputs, stride)
            self.add_module(str(i), branch)
        self.n = blocks - self.first
        keys = {"intervals": ["tau", "tauEnd"], "learned-step": ["step"], "vanilla": []}.get(self.scheme, ["tau"])
        for key in keys if self.n > 0 else []:
            self.register_parameter(key, nn.Parameter(torch.zeros(self.n)))

    def branch(self, i):
        return getattr(self, str(i + self.first))

    def order(self):
        return sorted(range(self.n), key=lambda i: self.tau[i].item())

    def forward(self, x):
        if self.first:
            block = getattr(self, "0")
            past = getattr(block, "downsample", None) or getattr(block, "shortcut", None) or block.pad
            x = self.project(past(x) + block(x))
        if self.n == 0:
            return x
        return getattr(self, self.scheme.replace("-", "_"))(x)

    def vanilla(self, x):
        for i in range(self.n):
            x = self.project(x + self.branch(i)(x))
        return x

    def learned_step(self, x):
        for i in range(self.n):
            x = self.project(x + self.step[i] * self.branch(i)(x))
        return x

    def position(self, i):
        return self.tau[i].detach() if self.pinned and i == self.n - 1 else self.tau[i]

    def mean_field(self, x):
        before = 0
        for i in self.order():
            x = self.project(x + (self.position(i) - before) * self.branch(i)(x))
            before = self.position(i)
        return x

    def no_reorder(self, x):
        before = 0
        for i in range(self.n):
            x = self.project(x + F.relu(self.position(i) - before) * self.branch(i)(x))
            before = self.position(i)
        return x

    def intervals(self, x):
        order = self.order()
        started = []
        for k, i in enumerate(order):
            started.append((i, self.branch(i)(x)))
            last = k + 1 == len(order)
            end = torch.tensor(float(self.n) if self.pinned else float("inf"), dtype=x.dtype)
            to = end if last else self.tau[order[k + 1]]
            change = 0
            for j, f in started:
                since = self.tau[i]
                length = F.relu(torch.minimum(self.tauEnd[j], to) - since)
                change = change + length * f
            x = self.project(x + change)
        return x

    def settle(self):
        horizon = float(self.n) if self.pinned else float("inf")
        with torch.no_grad():
            if hasattr(self, "tau"):
                self.tau.clamp_(0, horizon)
            if hasattr(self, "tauEnd"):
                self.tauEnd.copy_(torch.maximum(self.tauEnd, self.tau).clamp(max=horizon))
            if hasattr(self, "step"):
                self.step.clamp_(min=0)


class ResNet(nn.Module):
    def __init__(self, net):
        super().__init__()
        width, self.pre, self.act = net["width"], net["variant"] == "pre", ACTIVATIONS[net["activation"]]
        layers, expansion = (3, 4) if net["block"] == "bottleneck" else (2, 1)
        blocks, rest = divmod(net["depth"] - 2, 3 * layers)
        assert rest == 0
        inner = net["groups"]["cardinality"] * net["groups"]["width"] if net["groups"] else width
        outputs = expansion * width
        self.conv1 = nn.Conv2d(net["inChannels"], width, 3, 1, 1, bias=False)
        if self.pre:
            self.bn = nn.BatchNorm2d(4 * outputs)
        else:
            self.bn1 = nn.BatchNorm2d(width)
        self.layer1 = Stage(net, blocks, width, inner, outputs, 1)
        self.layer2 = Stage(net, blocks, outputs, 2 * inner, 2 * outputs, 2)
        self.layer3 = Stage(net, blocks, 2 * outputs, 4 * inner, 4 * outputs, 2)
        self.linear = nn.Linear(4 * outputs, net["classes"])

    def forward(self, x):
        x = self.conv1(x)
        if not self.pre:
            x = self.act(self.bn1(x))
        x = self.layer3(self.layer2(self.layer1(x)))
        if self.pre:
            x = self.act(self.bn(x))
        return self.linear(x.mean((2, 3)))

    def settle(self):
        for stage in (self.layer1, self.layer2, self.layer3):
            stage.settle()


def is_coordinate(name):
    return name.split(".")[-1] in ("tau", "tauEnd", "step")


def optimizer_of(net, sgd):
    named = list(net.named_parameters())
    weights = [p for name, p in named if p.dim() > 1]
    vectors = [p for name, p in named if p.dim() == 1 and not is_coordinate(name)]
    coordinates = [p for name, p in named if is_coordinate(name)]
    groups = [
        {"params": weights, "weight_decay": sgd["weightDecay"]},
        {"params": vectors},
        {"params": coordinates, "lr": sgd["lr"] * sgd["tauLrFactor"]},
    ]
    groups = [group for group in groups if group["params"]]
    return torch.optim.SGD(groups, lr=sgd["lr"], momentum=sgd["momentum"], nesterov=True)


def run(folder):
    with open(os.path.join(folder, "manifest.json")) as file:
        manifest = json.load(file)
    dtype = DTYPES[manifest["dtype"]]

    def read(entry):
        size = 1
        for length in entry["shape"]:
            size *= length
        path = os.path.join(folder, entry["file"])
        return torch.from_file(path, shared=False, size=size, dtype=dtype).reshape(entry["shape"])

    def write(tensors, prefix):
        entries = []
        for i, (name, one) in enumerate(sorted(tensors.items())):
            entry = {"name": name, "file": "%s-%d.bin" % (prefix, i)}
            dense = one.detach().contiguous()
            size = dense.numel() * dense.element_size()
            with open(os.path.join(folder, entry["file"]), "wb") as file:
                file.write((ctypes.c_char * size).from_address(dense.data_ptr()))
            entries.append(entry)
        return entries

    tensors = {entry["name"]: read(entry) for entry in manifest["tensors"]}
    images = tensors.pop("images")
    labels = torch.tensor(manifest["labels"])
    net = ResNet(manifest["net"]).to(dtype)
    missing, unexpected = net.load_state_dict(tensors, strict=False)
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    if missing or unexpected:
        raise SystemExit("missing %s, unexpected %s" % (missing, unexpected))
    del tensors
    net.train()
    # Channels last, like the nets here: the kernels of this layout sum in another order.
    net = net.to(memory_format=torch.channels_last)
    images = images.contiguous(memory_format=torch.channels_last)
    sgd = manifest.get("sgd")
    losses, outputs = [], {}

    def evaluate():
        logits = net(images)
        loss = F.cross_entropy(logits, labels, label_smoothing=manifest["smoothing"])
        losses.append(loss.item())
        return logits, loss

    def backward():
        logits, loss = evaluate()
        loss.backward()
        return logits

    if manifest.get("forwardOnly"):
        with torch.no_grad():
            outputs["training"], _ = evaluate()
            outputs["evaluation"] = net.eval()(images)
        out = {}
    elif sgd is None:
        outputs["training"] = backward()
        # A block after a negative gap of the frozen order still has a zero gradient; None would be a bug.
        out = {name: p.grad for name, p in net.named_parameters()}
        with torch.no_grad():
            outputs["evaluation"] = net.eval()(images)
    else:
        optimizer = optimizer_of(net, sgd)
        for _ in range(sgd["steps"]):
            optimizer.zero_grad()
            backward()
            optimizer.step()
            net.settle()
        out = {name: t for name, t in net.state_dict().items() if not name.endswith("num_batches_tracked")}

    result = {"torch": torch.__version__, "losses": losses, "tensors": write(out, "out"), "outputs": write(outputs, "logits")}
    with open(os.path.join(folder, "result.json"), "w") as file:
        json.dump(result, file)


if __name__ == "__main__":
    torch.set_num_threads(1)
    for line in sys.stdin:
        run(line.rstrip("\n"))
        print("done", flush=True)
