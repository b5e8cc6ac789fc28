"""Files to refuse: python tools/golden/models/refusal_files.py writes test/golden/models/refusals/, with no counts.

TorchScript and pickles hold code: nobody reads them without running it. What a reader has to answer stands in the record's `remedy`.
"""

import pickle
import zipfile

import torch
from record import folder_for, write_entries
from torch_nets import build

FOLDER = folder_for("refusals")
EXPORT = "torch.export.export and torch.export.save to a .pt2 file"


def main():
    module, inputs = build("two-inputs")
    small = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU(), torch.nn.Linear(3, 2))
    saves = {
        "torchscript-trace.pt": lambda path: torch.jit.save(torch.jit.trace(module, tuple(inputs.values())), path),
        "torchscript-script.pt": lambda path: torch.jit.save(torch.jit.script(small), path),
        "module.pt": lambda path: torch.save(small, path),
        "state-dict.pt": lambda path: torch.save(small.state_dict(), path),
        "state-dict-legacy.pth": lambda path: torch.save(small.state_dict(), path, _use_new_zipfile_serialization=False),
        "pickled.pkl": lambda path: path.write_bytes(pickle.dumps({"weights": [1.0, 2.0]})),
        "fx-program.pt": lambda path: torch.save(torch.fx.symbolic_trace(small), path),
    }
    entries = []
    for name, save in saves.items():
        save(FOLDER / name)
        if name.startswith("torchscript"):
            drop_debug(FOLDER / name)
        entries.append(entry_of(name))
    write_entries("refusals", entries)


def drop_debug(path):
    """TorchScript's debug files name files of the machine."""
    with zipfile.ZipFile(path) as archive:
        members = [(info, archive.read(info)) for info in archive.infolist() if not info.filename.endswith(".debug_pkl")]
    with zipfile.ZipFile(path, "w") as archive:
        for info, data in members:
            archive.writestr(info, data)
    torch.jit.load(path)


def entry_of(name):
    version = torch.__version__.split("+")[0]
    return {"file": f"refusals/{name}", "format": "refused", "framework": "torch", "version": version, "remedy": EXPORT}


if __name__ == "__main__":
    main()
