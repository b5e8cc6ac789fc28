"""Golden Hugging Face files: python tools/golden/models/huggingface_files.py writes test/golden/models/huggingface/ and its entries."""

import json
import shutil
import tempfile
import warnings

import transformers
from huggingface_configs import CONFIGS, SAVED
from huggingface_record import entry_of
from record import folder_for, write_entries

FOLDER = folder_for("huggingface")


def write_config(name, config):
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    return path


def save_again(path):
    """The same configuration as save_pretrained writes it."""
    config = transformers.AutoConfig.from_pretrained(path)
    target = FOLDER / f"{path.stem}-saved.json"
    with tempfile.TemporaryDirectory() as folder:
        config.save_pretrained(folder)
        shutil.copy(f"{folder}/config.json", target)
    return target


def main():
    warnings.simplefilter("ignore")
    transformers.logging.set_verbosity_error()
    paths = []
    for name, config in CONFIGS.items():
        paths.append(write_config(name, config))
        if name in SAVED:
            paths.append(save_again(paths[-1]))
    entries = []
    for path in paths:
        entries.append(entry_of(path))
        entry = entries[-1]
        print(entry["file"], entry["params"], entry["nonEmbedding"], entry["macs"], entry["rotaryMacs"], flush=True)
    write_entries("huggingface", entries)


if __name__ == "__main__":
    main()
