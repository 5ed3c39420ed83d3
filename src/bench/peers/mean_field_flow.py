"""The peer of `meanfield bench flow`: flow, loss and every gradient of the mean-field model by autograd, in f64.

X <- X + h_l sum_j w_lj a_lj tanh(w_lj . X + b_lj), the GEMMs of a slice fused as a good PyTorch user writes them.
Prints one JSON object.
"""
import argparse
import json
import resource
import time

import torch

from parent import end_with_parent


def main():
    parser = argparse.ArgumentParser()
    for name, value in {"samples": 1000, "particles": 1000, "features": 16, "slices": 50, "threads": 2, "steps": 5, "warmup": 2}.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--f32", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    dtype = torch.float32 if args.f32 else torch.float64
    n, m, d, slices, outputs = args.samples, args.particles, args.features, args.slices, 4
    inputs, targets = torch.randn(n, d, dtype=dtype), torch.randn(n, outputs, dtype=dtype)
    leaves = {
        "theta": torch.randn(slices, m, 2 * d + 1, dtype=dtype),
        "weight": torch.full((slices, m), 1 / m, dtype=dtype),
        "steps": torch.full((slices,), 1 / slices, dtype=dtype),
        "embedding": torch.randn(d, d, dtype=dtype),
        "readout": torch.randn(outputs, d, dtype=dtype),
    }
    for leaf in leaves.values():
        leaf.requires_grad_()
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    times = []
    for step in range(args.warmup + args.steps):
        start = time.perf_counter()
        x = inputs @ leaves["embedding"].T
        for theta, weight, h in zip(leaves["theta"].unbind(), leaves["weight"].unbind(), leaves["steps"].unbind()):
            a, w, b = theta[:, :d], theta[:, d : 2 * d], theta[:, 2 * d]
            x = x + torch.tanh(torch.addmm(b, x, w.T)) @ (a * (h * weight)[:, None])
        loss = (x @ leaves["readout"].T - targets).square().sum() / (2 * n)
        gradients = torch.autograd.grad(loss, list(leaves.values()))
        if step >= args.warmup:
            times.append(1000 * (time.perf_counter() - start))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = {"ms": times, "loss": loss.item(), "norm": gradients[0].norm().item(), "version": torch.__version__}
    print(json.dumps({**result, "growthMb": (peak - base) / 1024}))


end_with_parent()
main()
