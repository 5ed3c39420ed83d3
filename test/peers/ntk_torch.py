"""Tangent kernel of a mean-field ResNet from torch's Jacobian: a net as JSON on standard input, the kernel on standard output."""

import json
import sys

import torch

torch.set_default_dtype(torch.float64)
net = json.load(sys.stdin)
inputs, embedding, readout, theta, weight = (
    torch.tensor(net[name]) for name in ("inputs", "embedding", "readout", "theta", "weight")
)
activation = {
    "tanh": torch.tanh,
    "softplus": torch.nn.functional.softplus,
    "gelu": torch.nn.functional.gelu,
    "erf": torch.erf,
    "relu": torch.relu,
}[net["activation"]]
d = embedding.shape[0]


def predict(parameters):
    state = inputs @ embedding.T
    for h, block, w in zip(net["steps"], parameters, weight):
        if net["family"] == "bottleneck":
            a, v, b = block[:, :d], block[:, d : 2 * d], block[:, 2 * d]
            velocity = (activation(state @ v.T + b) * w) @ a
        else:
            matrices = block.reshape(-1, d, d)
            velocity = torch.einsum("j,njd->nd", w, activation(torch.einsum("jde,ne->njd", matrices, state)))
        state = state + h * velocity
    return (state @ readout.T).flatten()


jacobian = torch.autograd.functional.jacobian(predict, theta).flatten(1)
mass = torch.tensor(net["steps"])[:, None] * weight
mobility = (1 / mass)[:, :, None].expand_as(theta).flatten()
if net["metric"] == "euclidean":
    mobility = torch.ones_like(mobility)
print(json.dumps((jacobian * mobility @ jacobian.T).flatten().tolist()))
