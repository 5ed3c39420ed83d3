"""CIFAR-10 in memory, and batches of it with pad, crop and flip, vectorised over the batch."""
import glob
import os

import torch
import torch.nn.functional as F

MEAN, STD = (0.4914, 0.4822, 0.4465), (0.247, 0.2435, 0.2616)


def load(folder, pattern):
    """Images [N, 3, 32, 32] and labels [N] of the binary version's files."""
    files = sorted(glob.glob(os.path.join(folder, "**", pattern), recursive=True))
    if not files:
        raise SystemExit(f"no {pattern} under {folder}")
    records = torch.cat([torch.frombuffer(bytearray(open(file, "rb").read()), dtype=torch.uint8) for file in files])
    records = records.view(-1, 3073)
    return records[:, 1:].reshape(-1, 3, 32, 32).contiguous(memory_format=torch.channels_last), records[:, 0].long()


class Batches:
    def __init__(self, images):
        self.images = images
        self.scale = 1 / (255 * torch.tensor(STD))
        self.offset = -torch.tensor(MEAN) / torch.tensor(STD)

    def _tensor(self, pixels):
        """[B, H, W, 3] bytes to normalised channels-last [B, 3, H, W]."""
        return torch.addcmul(self.offset, pixels.float(), self.scale).permute(0, 3, 1, 2)

    def plain(self, start, end):
        return self._tensor(self.images[start:end].permute(0, 2, 3, 1))

    def augmented(self, index):
        count = len(index)
        padded = F.pad(self.images[index], (4, 4, 4, 4)).permute(0, 2, 3, 1)
        top, left = torch.randint(9, (count, 1)), torch.randint(9, (count, 1))
        columns = torch.arange(32).expand(count, 32)
        columns = torch.where(torch.rand(count, 1) < 0.5, columns, 31 - columns) + left
        rows = torch.arange(32) + top
        return self._tensor(padded[torch.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]])
