"""Golden images: python tools/golden/images.py writes test/golden/images.json.

Encoded files of every kind that a data set may hold, with the pixels that PIL (libjpeg-turbo) decodes, resized images, colours
turned to grey, colours and places changed as augmentation does, and Parquet files with the cells that pyarrow put in. Needs pillow, numpy and pyarrow.
"""

import base64
import io
import json
import pathlib

import numpy as np
import PIL
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image, ImageEnhance, ImageOps

OUT = pathlib.Path(__file__).parents[2] / "test/golden/images.json"
RANDOM = np.random.default_rng(5)


def picture(height, width):
    """Smooth colour waves with a little noise: what a photograph is to an encoder."""
    y, x = np.mgrid[0:height, 0:width]
    waves = [128 + 100 * np.sin(x / (2 + c) + c) * np.cos(y / (3 + c)) for c in range(3)]
    noisy = np.stack(waves, -1) + RANDOM.normal(0, 6, (height, width, 3))
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))


def text(data):
    return base64.b64encode(data).decode()


def encoded(name, image, mode, fmt, **options):
    """The file and its pixels as PIL gives them in `mode` (L or RGB)."""
    buffer = io.BytesIO()
    image.save(buffer, fmt, **options)
    pixels = np.asarray(Image.open(io.BytesIO(buffer.getvalue())).convert(mode))
    shape = [pixels.shape[0], pixels.shape[1], 1 if mode == "L" else 3]
    return {"name": name, "file": text(buffer.getvalue()), "shape": shape, "pixels": text(pixels.tobytes())}


def files():
    colour, grey = picture(17, 13), picture(16, 21).convert("L")
    clear = colour.convert("RGBA")
    clear.putalpha(Image.fromarray(RANDOM.integers(0, 255, (17, 13), dtype=np.uint8)))
    orientation = Image.Exif()
    orientation[0x0112] = 6
    yield encoded("jpeg 4:2:0", colour, "RGB", "JPEG", quality=80, subsampling=2)
    yield encoded("jpeg 4:2:2", colour, "RGB", "JPEG", quality=60, subsampling=1)
    yield encoded("jpeg 4:4:4", colour, "RGB", "JPEG", quality=95, subsampling=0)
    yield encoded("jpeg progressive", picture(32, 32), "RGB", "JPEG", quality=85, progressive=True)
    yield encoded("jpeg grey", grey, "L", "JPEG", quality=80)
    yield encoded("jpeg restart", colour, "RGB", "JPEG", quality=80, restart_marker_blocks=1)
    yield encoded("jpeg with a rotation that is not applied", colour, "RGB", "JPEG", quality=80, exif=orientation)
    yield encoded("png colour", colour, "RGB", "PNG")
    yield encoded("png grey", grey, "L", "PNG")
    yield encoded("png palette", colour.quantize(20), "RGB", "PNG")
    yield encoded("png palette of 4 colours", colour.quantize(4), "RGB", "PNG", bits=2)
    yield encoded("png transparent", clear, "RGB", "PNG")
    yield encoded("png grey, transparent", clear.convert("LA"), "L", "PNG")
    yield encoded("png black and white", grey.convert("1"), "L", "PNG")


def resized():
    for (height, width), (to_height, to_width) in [((32, 32), (48, 40)), ((32, 32), (20, 13)), ((24, 17), (7, 33))]:
        image = picture(height, width)
        pixels = np.asarray(image.resize((to_width, to_height), Image.Resampling.BILINEAR))
        yield {
            "from": [height, width],
            "to": [to_height, to_width],
            "pixels": text(np.asarray(image).tobytes()),
            "resized": text(pixels.tobytes()),
        }


def parquet():
    table = pa.table(
        {
            "rooms": pa.array([1, 2, None, 4], pa.int64()),
            "price": pa.array([1.5, float("nan"), 2.25, -3.0], pa.float32()),
            "ocean": pa.array(["near", "far", "near", None]).dictionary_encode(),
            "new": pa.array([True, False, None, True]),
        }
    )
    for compression in ["none", "snappy", "gzip", "zstd", "brotli"]:
        buffer = io.BytesIO()
        pq.write_table(table, buffer, compression=compression)
        yield {"compression": compression, "file": text(buffer.getvalue())}


def changed():
    """Colour changes and affine moves of one image; `factor` and `matrix` as our own functions take them."""
    image = picture(12, 10)
    results = [
        ("changeBrightness", [f], ImageEnhance.Brightness(image).enhance(f)) for f in (0.4, 1.7)
    ] + [
        ("changeContrast", [f], ImageEnhance.Contrast(image).enhance(f)) for f in (0.25, 1.9)
    ] + [
        ("changeSaturation", [f], ImageEnhance.Color(image).enhance(f)) for f in (0.1, 1.5)
    ] + [
        ("posterize", [5], ImageOps.posterize(image, 5)),
        ("solarize", [100], ImageOps.solarize(image, 100)),
        ("autocontrast", [], ImageOps.autocontrast(image)),
    ]
    # No place falls on a border between two pixels, where PIL (fixed point) and floating point may part.
    matrices = [(1, 0.23, -1.07, 0, 1, 0), (0.96, -0.28, 2.13, 0.28, 0.96, -1.37), (1, 0, 3, 0, 1, -2)]
    results += [
        ("transformImage", [list(m)], image.transform(image.size, Image.Transform.AFFINE, m, Image.Resampling.NEAREST))
        for m in matrices
    ]
    cases = [{"name": name, "given": given, "pixels": text(np.asarray(result).tobytes())} for name, given, result in results]
    return {"pixels": text(np.asarray(image).tobytes()), "cases": cases}


colour = picture(9, 11)
document = {
    "made": f"tools/golden/images.py with pillow {PIL.__version__}, pyarrow {pa.__version__}, numpy {np.__version__}",
    "files": list(files()),
    "resized": list(resized()),
    "grey": {"pixels": text(np.asarray(colour).tobytes()), "grey": text(np.asarray(colour.convert("L")).tobytes())},
    "changed": changed(),
    "parquet": list(parquet()),
}
OUT.write_text(json.dumps(document, indent=1) + "\n")
