"""Writes test/data/pil-images.json: files of many kinds, and their pixels by Pillow's `Image.open(f).convert('RGB')`, as
torchvision and timm read images. Run with Pillow 13: python pil_images.py > ../data/pil-images.json"""

import base64
import io
import json
import struct
import zlib

import numpy as np
from PIL import Image

HEIGHT, WIDTH = 4, 6
y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
rgb = np.stack([40 * x + 10, 60 * y + 20, 250 - 30 * x - 10 * y], -1).astype(np.uint8)
grey = (40 * x + 11 * y).astype(np.uint8)
alpha = (255 * ((x + y) % 3) // 2).astype(np.uint8)
flat = np.full((16, 16, 4), (200, 30, 60, 90), np.uint8)


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def png(depth, colour, rows, extra=b""):
    """A PNG of any bit depth; Pillow cannot write all."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, colour, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows)))
    return b"\x89PNG\r\n\x1a\n" + head + extra + body + chunk(b"IEND", b"")


def linear_profile():
    """A profile with sRGB's primaries and linear values: applying it changes the pixels."""
    xyz = [(0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141), (0.9642, 1.0, 0.8249)]
    tags = [b"XYZ " + bytes(4) + b"".join(struct.pack(">i", round(v * 65536)) for v in one) for one in xyz]
    curve = b"curv" + bytes(4) + struct.pack(">I", 0)
    names = [b"rXYZ", b"gXYZ", b"bXYZ", b"wtpt", b"rTRC", b"gTRC", b"bTRC"]
    datas = [*tags, curve, curve, curve]
    start = 128 + 4 + 12 * len(names)
    table, body = struct.pack(">I", len(names)), b""
    for name, data in zip(names, datas):
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data
    white = b"".join(struct.pack(">i", round(v * 65536)) for v in xyz[3])
    head = struct.pack(">I4sI4s4s4s", start + len(body), b"lcms", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + white
    return head.ljust(128, b"\0") + table + body


palette = Image.fromarray(rgb).quantize(8)
exif = Image.Exif()
exif[0x0112] = 6
deep = (rgb.astype(np.uint16) * 256 + 77).astype(">u2")
deep_grey = (grey.astype(np.uint16) * 256 + 77).astype(">u2")
files = {
    "rgb.png": saved(Image.fromarray(rgb), "PNG"),
    "rgba.png": saved(Image.fromarray(np.dstack([rgb, alpha])), "PNG"),
    "grey.png": saved(Image.fromarray(grey), "PNG"),
    "grey-alpha.png": saved(Image.fromarray(np.dstack([grey, alpha]), "LA"), "PNG"),
    "grey-transparent-value.png": saved(Image.fromarray(grey), "PNG", transparency=int(grey[1, 1])),
    "rgb-transparent-colour.png": saved(Image.fromarray(rgb), "PNG", transparency=tuple(int(v) for v in rgb[1, 1])),
    "palette.png": saved(palette, "PNG"),
    "palette-transparent-index.png": saved(palette, "PNG", transparency=1),
    "palette-alphas.png": saved(palette, "PNG", transparency=bytes([0, 50, 100, 150, 200, 250, 255, 255])),
    "one-bit.png": saved(Image.fromarray(grey).convert("1"), "PNG"),
    "rgb-16.png": png(16, 2, deep),
    "rgba-16.png": png(16, 6, np.dstack([deep, alpha.astype(np.uint16) * 257]).astype(">u2")),
    "grey-16.png": png(16, 0, deep_grey),
    "grey-alpha-16.png": png(16, 4, np.dstack([deep_grey, alpha.astype(np.uint16) * 257]).astype(">u2")),
    "grey-16-dark.png": png(16, 0, (grey.astype(np.uint16)).astype(">u2")),
    "gamma.png": png(8, 2, rgb, struct.pack(">I", 4) + b"gAMA" + struct.pack(">I", 100000) + struct.pack(">I", zlib.crc32(b"gAMA" + struct.pack(">I", 100000)))),
    "profile.png": saved(Image.fromarray(rgb), "PNG", icc_profile=linear_profile()),
    "profile.jpg": saved(Image.fromarray(rgb), "JPEG", quality=100, subsampling=0, icc_profile=linear_profile()),
    "turned.jpg": saved(Image.fromarray(rgb), "JPEG", quality=100, subsampling=0, exif=exif),
    "turned.png": saved(Image.fromarray(rgb), "PNG", exif=exif),
    "subsampled.jpg": saved(Image.fromarray(rgb).resize((24, 16)), "JPEG", quality=80),
    "grey.jpg": saved(Image.fromarray(grey), "JPEG", quality=100),
    "cmyk.jpg": saved(Image.fromarray(flat, "CMYK"), "JPEG", quality=100, subsampling=0),
    "cmyk.tif": saved(Image.fromarray(flat, "CMYK"), "TIFF"),
    "rgba.webp": saved(Image.fromarray(np.dstack([rgb, alpha])), "WEBP", lossless=True, exact=True),
    "rgba.tif": saved(Image.fromarray(np.dstack([rgb, alpha])), "TIFF"),
    "grey-16.tif": saved(Image.fromarray(grey.astype(np.uint16) * 256 + 77), "TIFF"),
    "transparent.gif": saved(palette, "GIF", transparency=1),
    "frames.gif": saved(palette, "GIF", save_all=True, append_images=[Image.fromarray(255 - rgb).quantize(8)]),
}



def text(array):
    return base64.b64encode(np.asarray(array).tobytes()).decode()


result = {}
for name, data in files.items():
    image = Image.open(io.BytesIO(data))
    converted = image.convert("RGB")
    result[name] = {
        "mode": image.mode,
        "width": converted.width,
        "height": converted.height,
        "file": base64.b64encode(data).decode(),
        "rgb": text(converted),
        "grey": text(converted.convert("L")),
    }
print(json.dumps(result, indent=2))
