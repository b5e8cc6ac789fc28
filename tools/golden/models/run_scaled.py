"""Loads scaled models in their own frameworks: python tools/golden/models/run_scaled.py FOLDER/manifest.json RECORD.json

The manifest lists [{file, format, source, rule, params, macs, achieved, nominal, repairs}]: `file` beside the manifest; `format` keras-json,
keras, onnx or huggingface; `source` the golden file it was scaled from; `params` and `macs` ours; `nominal` and `achieved` one number each
or numbers by axis. Each model is loaded, run once on seeded input and counted. RECORD gets one line a file. Exit 1 where one does not
load, does not run, counts another number than ours, or misses its nominal factor by more than 15 % and names no repair.

Axes that a Keras file leaves free take the row's `at` (shapes by input), else the sizes that the source was recorded at, else 64 on
images and 16 on others. A Hugging Face model of more than 200 million parameters runs on the meta device: shapes without numbers.
"""

import json
import os
import pathlib
import sys
import warnings

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import onnx
import onnxruntime
import torch
import transformers
from huggingface_record import TOKENS, build, forward_macs, sample_inputs
from keras_record import count, random_inputs, unroll_loops
from macs import count_macs
from onnx_run import onnx_macs, run_traced
from record import read_entries

LARGE = 200_000_000


def run_keras(path, _source, at):
    model = keras.models.load_model(path) if path.suffix == ".keras" else keras.models.model_from_json(path.read_text())
    yield "loads", True
    yield "frameworkParams", count(model.weights)
    yield "version", f"keras {keras.__version__}"
    shapes = {t.name: filled(t.shape, at.get(t.name)) for t in model.inputs}
    results = []
    unroll_loops(model)
    macs = count_macs(lambda: results.append(model(random_inputs(model, shapes), training=False)))
    arrays = [keras.ops.convert_to_numpy(tensor) for tensor in keras.tree.flatten(results)]
    yield "runs", all(bool(np.isfinite(array).all()) for array in arrays)
    yield "output", [list(array.shape) for array in arrays]
    yield "frameworkMacs", macs


def filled(shape, at):
    usual = at or [64 if len(shape) > 3 else 16] * len(shape)
    return [1, *(size or usual[axis] for axis, size in enumerate(shape) if axis > 0)]


def run_onnx(path, source, _at):
    """Parameters are the numbers in float initializers, less those that the source's record names as constants."""
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    yield "loads", True
    constants = set(source.get("constants", []))
    sizes = {w.name: int(np.prod(w.dims)) for w in model.graph.initializer if w.data_type in (1, 10, 11)}
    yield "frameworkParams", sum(size for name, size in sizes.items() if name not in constants)
    yield "version", f"onnxruntime {onnxruntime.__version__}"
    shapes = run_traced(path)
    yield "runs", True
    yield "output", [list(shapes[v.name]) for v in model.graph.output]
    yield "frameworkMacs", onnx_macs(path, shapes)


def run_huggingface(path, _source, _at):
    meta = build(path)
    yield "loads", True
    yield "frameworkParams", meta.num_parameters()
    yield "version", f"transformers {transformers.__version__}"
    yield "frameworkMacs", forward_macs(meta, sample_inputs(meta))[0]
    if meta.num_parameters() > LARGE:
        yield "runs", True
        yield "device", "meta"
        return
    torch.manual_seed(0)
    model = build(path, "cpu")
    inputs = sample_inputs(meta)
    if "input_ids" in inputs:
        tokens = min(TOKENS, getattr(model.config, "max_position_embeddings", TOKENS))
        values = {"input_ids": torch.randint(model.config.vocab_size, (1, tokens))}
    else:
        values = {name: torch.rand(value.shape) for name, value in inputs.items()}
    with torch.no_grad():
        result = model(**values)[0]
    yield "runs", bool(result.isfinite().all())
    yield "output", [list(result.shape)]
    yield "device", "cpu"


RUNNERS = {"keras-json": run_keras, "keras": run_keras, "onnx": run_onnx, "huggingface": run_huggingface}


def near(nominal, achieved):
    """Within 15 % of the nominal factor on each axis."""
    if isinstance(nominal, dict):
        return all(near(value, achieved.get(axis)) for axis, value in nominal.items())
    return nominal is None or (achieved is not None and abs(achieved / nominal - 1) <= 0.15)


def check(row, folder, sources):
    source = next((entry for entry in sources if row["source"].endswith(entry["file"])), {})
    result = {key: row.get(key) for key in ("file", "format", "source", "rule", "nominal", "achieved", "repairs")}
    result |= {"loads": False, "runs": False, "oursParams": row["params"], "oursMacs": row.get("macs")}
    keras.backend.clear_session()
    try:
        for key, value in RUNNERS[row["format"]](folder / row["file"], source, row.get("at") or source.get("at", {})):
            result[key] = value
    except Exception as error:
        result["error"] = f"{type(error).__name__}: {str(error)[:300]}"
    result["near"] = near(row.get("nominal"), row.get("achieved")) or bool(row.get("repairs"))
    result["equal"] = result.get("frameworkParams") == row["params"]
    if row.get("macs") is not None:
        result["macsEqual"] = result.get("frameworkMacs") == row["macs"]
    if source.get("macs") and result.get("frameworkMacs"):
        result["macsFactor"] = round(result["frameworkMacs"] / source["macs"], 4)
    if source.get("params") and result.get("frameworkParams"):
        result["paramsFactor"] = round(result["frameworkParams"] / source.get("weights", source["params"]), 4)
    return result


def main(manifest, record):
    warnings.simplefilter("ignore")
    transformers.logging.set_verbosity_error()
    path = pathlib.Path(manifest)
    sources = read_entries()
    results = []
    for row in json.loads(path.read_text()):
        results.append(check(row, path.parent, sources))
        shown = {key: results[-1].get(key) for key in ("loads", "runs", "equal", "near", "macsEqual", "macsFactor", "error")}
        print(row["file"], *(f"{key}={value}" for key, value in shown.items() if value is not None), flush=True)
    pathlib.Path(record).write_text("[\n" + ",\n".join(json.dumps(result) for result in results) + "\n]\n")
    good = [r for r in results if r["loads"] and r["runs"] and r["equal"] and r["near"]]
    print(f"{len(good)} of {len(results)} load, run, count as ours and come near or say why")
    return 0 if len(good) == len(results) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
