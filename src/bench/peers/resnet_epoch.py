"""The peer of `meanfield bench epoch`: one epoch of a ResNet on CIFAR-10 and its evaluation. Prints one JSON object.

As resnet_step.py, with one-cycle learning rates, augmentation, and a test set evaluated in batches of 500.
"""
import argparse
import json
import resource
import time

import torch

from cifar import Batches, load
from parent import end_with_parent
from resnet import ResNet, train_step


def main():
    parser = argparse.ArgumentParser()
    for name, value in {"depth": 20, "batch": 128, "threads": 2, "limit": 0}.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--data", required=True)
    parser.add_argument("--bf16", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    images, labels = load(args.data, "data_batch_*.bin")
    test_images, test_labels = load(args.data, "test_batch.bin")
    train, test = Batches(images), Batches(test_images)
    net = ResNet(args.depth).to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, nesterov=True, weight_decay=5e-4, foreach=True)
    count = -(-len(images) // args.batch)
    if args.limit:
        count = min(count, args.limit)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.2, total_steps=count + 1, pct_start=0.2)
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    net.train()
    wrong, total = 0, 0.0
    for index in torch.randperm(len(images)).split(args.batch)[:count]:
        x, y = train.augmented(index), labels[index]
        logits, loss = train_step(net, optimizer, x, y, args.bf16)
        schedule.step()
        total += loss.item() * len(index)
        wrong += (logits.argmax(1) != y).sum().item()
    net.eval()
    errors = 0
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=args.bf16):
        for at in range(0, len(test_images), 500):
            errors += (net(test.plain(at, at + 500)).argmax(1) != test_labels[at : at + 500]).sum().item()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"ms": [1000 * seconds], "testError": 100 * errors / len(test_images), "growthMb": (peak - base) / 1024}))


end_with_parent()
main()
