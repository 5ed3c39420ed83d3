"""The peer of `meanfield bench step`: one training step of a CIFAR ResNet as a good PyTorch user writes it.

Channels last, gradients set to None, foreach SGD with Nesterov momentum, autocast for bf16. Prints one JSON object.
"""
import argparse
import json
import resource
import time

import torch

from parent import end_with_parent
from resnet import ResNet, train_step


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--depth", type=int, default=20)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--warmup", type=int, default=5)
    parser.add_argument("--bf16", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    net = ResNet(args.depth).to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, nesterov=True, weight_decay=5e-4, foreach=True)
    images = torch.randn(args.batch, 3, 32, 32).contiguous(memory_format=torch.channels_last)
    labels = torch.arange(args.batch) % 10
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    times = []
    for step in range(args.warmup + args.steps):
        start = time.perf_counter()
        _, loss = train_step(net, optimizer, images, labels, args.bf16)
        value = loss.item()
        if step >= args.warmup:
            times.append(1000 * (time.perf_counter() - start))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"ms": times, "loss": value, "version": torch.__version__, "growthMb": (peak - base) / 1024}))


end_with_parent()
main()
