"""The record of golden model files: what each framework says of its own model, one entry a file in test/golden/models/record.json.

An entry: {file, format, framework, version, input, params, trainable, nonTrainable, ...}. `input` maps each input's name to its shape, null
where the file leaves it free; `at` holds the sizes that the operations were counted at, batch 1. Other fields stand in
test/golden/models/README.md.
"""

import json
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[3] / "test" / "golden" / "models"
RECORD = ROOT / "record.json"


def write_entries(folder, entries):
    """Replaces the entries of one folder, keeps the others, in the order of their names."""
    kept = [entry for entry in read_entries() if not entry["file"].startswith(folder + "/")]
    rows = sorted(kept + entries, key=lambda entry: entry["file"])
    RECORD.write_text("[\n" + ",\n".join(entry_text(entry) for entry in rows) + "\n]\n")


def read_entries():
    return json.loads(RECORD.read_text()) if RECORD.exists() else []


def entry_text(entry):
    """One line an entry and one line a layer: a difference shows which layer moved."""
    head = {key: value for key, value in entry.items() if key != "layers"}
    text = json.dumps(head)
    if not entry.get("layers"):
        return text
    rows = ",\n  ".join(json.dumps(layer) for layer in entry["layers"])
    return f'{text[:-1]}, "layers": [\n  {rows}]}}'


def folder_for(name):
    folder = ROOT / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
