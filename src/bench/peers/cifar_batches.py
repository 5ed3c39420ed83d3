"""The peer of `meanfield bench data`: augmented, normalised batches of CIFAR-10. Prints one JSON object."""
import argparse
import json
import resource
import time

import torch

from cifar import Batches, load
from parent import end_with_parent


def main():
    parser = argparse.ArgumentParser()
    for name, value in {"batch": 128, "threads": 2, "steps": 100, "warmup": 10}.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--data", required=True)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    images, _ = load(args.data, "data_batch_*.bin")
    batches = Batches(images)
    order = torch.randperm(len(images))
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    times = []
    for step in range(args.warmup + args.steps):
        index = order[(step * args.batch) % (len(images) - args.batch) :][: args.batch]
        start = time.perf_counter()
        batches.augmented(index)
        if step >= args.warmup:
            times.append(1000 * (time.perf_counter() - start))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"ms": times, "growthMb": (peak - base) / 1024}))


end_with_parent()
main()
