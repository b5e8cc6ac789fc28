"""Golden safetensors files: python tools/golden/models/safetensors_files.py writes test/golden/models/safetensors/ and its entries.

Three folders as save_pretrained leaves them (config.json beside the weights), and the state of a convolutional net with its statistics.
"""

import json

import safetensors
import torch
import transformers
from huggingface_configs import gpt2, llama
from record import folder_for, write_entries
from safetensors.torch import save_file
from torch_nets import build

FOLDER = folder_for("safetensors")
TINY_GPT2 = gpt2(32, 2, 4, n_positions=32, n_ctx=32, vocab_size=120)
TINY_LLAMA = llama(48, 2, 6, 2, 128, 150, max_position_embeddings=64)
# Folder, configuration, type of the numbers, size above which a new file begins.
MODELS = [
    ("gpt2-tiny", TINY_GPT2, torch.float32, "1GB"),
    ("llama-tiny-sharded", TINY_LLAMA, torch.bfloat16, "60KB"),
    ("llama-tiny-tied", {**TINY_LLAMA, "tie_word_embeddings": True}, torch.float16, "1GB"),
]


def save_pretrained(name, config, dtype, shard):
    torch.manual_seed(0)
    made = transformers.AutoConfig.for_model(**config)
    model = getattr(transformers, made.architectures[0])(made).to(dtype)
    model.save_pretrained(FOLDER / name, max_shard_size=shard)
    (FOLDER / name / "generation_config.json").unlink(missing_ok=True)
    files = sorted(path for path in (FOLDER / name).glob("*.safetensors"))
    index = FOLDER / name / "model.safetensors.index.json"
    main = index if index.exists() else files[0]
    loaded = getattr(transformers, made.architectures[0]).from_pretrained(FOLDER / name)
    entry = stored_entry(main, files, loaded.num_parameters())
    return {**entry, "framework": "transformers", "version": transformers.__version__, "class": type(model).__name__}


def save_state():
    module, _ = build("convnet")
    path = FOLDER / "convnet-state.safetensors"
    save_file(module.state_dict(), path, metadata={"format": "pt"})
    entry = stored_entry(path, [path], sum(p.numel() for p in module.parameters()))
    return {**entry, "framework": "torch", "version": torch.__version__.split("+")[0]}


def stored_entry(main, files, params):
    """layers: each tensor with its shape, as the safetensors library reads them."""
    rows, total = [], 0
    for file in files:
        with safetensors.safe_open(file, "pt") as tensors:
            for name in tensors.keys():
                tensor = tensors.get_tensor(name)
                rows.append({"name": name, "shape": list(tensor.shape), "dtype": str(tensor.dtype).split(".")[1]})
                total += tensor.numel()
    entry = {"file": f"safetensors/{main.relative_to(FOLDER)}", "format": "safetensors", "input": {}, "params": params}
    entry |= {"trainable": params, "nonTrainable": 0, "stored": total, "layers": rows}
    if main.name.endswith(".index.json"):
        entry |= {"files": len(files), "indexMetadata": json.loads(main.read_text())["metadata"]}
    return entry


def main():
    transformers.logging.set_verbosity_error()
    entries = [save_pretrained(*row) for row in MODELS] + [save_state()]
    for entry in entries:
        print(entry["file"], entry["params"], entry["stored"], entry.get("files"), entry.get("indexMetadata"))
    write_entries("safetensors", entries)


if __name__ == "__main__":
    main()
