"""The peer of `meanfield bench infer`: a ResNet in evaluation mode, by the fastest of three ways to run it in PyTorch.

Eager; traced and frozen; traced and given to optimize_for_inference. Prints one JSON object, with the medians of all three.
"""
import argparse
import json
import resource
import statistics
import time
import warnings

import torch

from parent import end_with_parent
from resnet import ResNet


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--depth", type=int, default=20)
    parser.add_argument("--batch", type=int, default=500)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--warmup", type=int, default=5)
    parser.add_argument("--bf16", action="store_true")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    net = ResNet(args.depth).to(memory_format=torch.channels_last).eval()
    images = torch.randn(args.batch, 3, 32, 32).contiguous(memory_format=torch.channels_last)
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def measure(make):
        times = []
        # Without the cache of autocast, which a trace cannot have.
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, args.bf16, cache_enabled=make is None):
            run = make() if make else net
            for step in range(args.warmup + args.steps):
                start = time.perf_counter()
                run(images).float().sum().item()
                if step >= args.warmup:
                    times.append(1000 * (time.perf_counter() - start))
        return times

    def frozen():
        return torch.jit.freeze(torch.jit.trace(net, images))

    ways = {"eager": None, "frozen trace": frozen, "optimize_for_inference": lambda: torch.jit.optimize_for_inference(frozen())}
    found = {}
    for name, make in ways.items():
        try:
            found[name] = measure(make)
        except RuntimeError:
            # This version of PyTorch cannot run the net so.
            continue
    best = min(found, key=lambda name: statistics.median(found[name]))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ways = {name: statistics.median(times) for name, times in found.items()}
    print(json.dumps({"ms": found[best], "best": best, "ways": ways, "growthMb": (peak - base) / 1024}))


end_with_parent()
main()
