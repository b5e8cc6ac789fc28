"""Runs PyTorch texts of torch.export programs: node tools/golden/models/program-texts.ts [FOLDER] | python run_program_texts.py FILE.json

Writes a line for each text: its hash, the parameters that torch counts, tied ones once, the multiply-accumulates of a forward pass, and the
shapes that it gives. Every output must be finite; where the batch is free, it must run at 1 and at 3 samples; and the module must
export again (as it is and by the compound rule). A text that is not scaled must give what the file's own program gives, once it has the file's weights. Exit 1 where a count is not ours or a text does not run.
"""

import hashlib
import json
import pathlib
import re
import sys
import warnings

import torch
from macs import count_macs

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "test" / "golden" / "models" / "torch-export"


def build(entry):
    scope = {"__name__": "text"}
    exec(compile(entry["text"], f"{entry['source']} {entry['rule']}", "exec"), scope)
    torch.manual_seed(0)
    return scope["Network"]()


def samples(entry, batch):
    """Whole numbers stay below the smallest vocabulary of the files."""
    generator = torch.Generator().manual_seed(1)
    for one in entry["inputs"]:
        shape = [batch if size is None else size for size in one["shape"]]
        if one["dtype"] == "int32":
            yield torch.randint(0, 5, shape, generator=generator)
        else:
            yield torch.rand(shape, generator=generator)


def tensors(result):
    return [result] if isinstance(result, torch.Tensor) else list(result)


def same_as_source(entry, model, folder):
    """The numbers of the file's own program, with its weights."""
    source = torch.export.load(folder / entry["source"])
    values = {**source.state_dict, **source.constants}
    state = {re.sub(r"^(?=\d)", "_", name.replace(".", "_")): value for name, value in values.items()}
    own = model.state_dict()
    model.load_state_dict({name: state[name] for name in own})
    inputs = list(samples(entry, 1))
    return all(
        torch.allclose(a, b, atol=1e-5, rtol=1e-4)
        for a, b in zip(tensors(source.module()(*inputs)), tensors(model(*inputs)), strict=True)
    )


def check(entry, folder):
    model = build(entry).eval()
    results = []
    macs = count_macs(lambda: results.extend(tensors(model(*samples(entry, 1)))))
    is_free = any(None in one["shape"] for one in entry["inputs"])
    if is_free:
        results.extend(tensors(model(*samples(entry, 3))))
    assert all(value.isfinite().all() for value in results), "not finite"
    with_grad = build(entry)
    if any(p.requires_grad for p in with_grad.parameters()):
        outputs = [y for y in tensors(with_grad(*samples(entry, 3 if is_free else 1))) if y.requires_grad]
        sum(y.float().sum() for y in outputs).backward()
    if entry["rule"] in ("none", "compound1"):
        torch.export.export(model, tuple(samples(entry, 2 if is_free else 1)))
    params = sum(p.numel() for p in model.parameters())
    same = {"same": same_as_source(entry, model, folder)} if entry["rule"] == "none" else {}
    return {"params": params, "macs": macs, "outputs": [list(y.shape) for y in results], **same}


def main(target, folder=FOLDER):
    warnings.simplefilter("ignore")
    rows, wrong = [], 0
    for entry in json.load(sys.stdin):
        row = {"source": entry["source"], "rule": entry["rule"]}
        if "refusal" in entry:
            rows.append({**row, "refusal": True})
            continue
        row["text"] = hashlib.sha256(entry["text"].encode()).hexdigest()
        try:
            row |= check(entry, pathlib.Path(folder))
        except Exception as error:
            row["error"] = f"{type(error).__name__}: {str(error)[:200]}"
        good = row.get("params") == entry["params"] and row.get("macs") == entry["macs"] and row.get("same", True)
        if not good or "error" in row:
            wrong += 1
            print(row["source"], row["rule"], "ours", entry["params"], entry["macs"], row)
        rows.append(row)
    lines = ",\n".join(json.dumps(row) for row in rows)
    pathlib.Path(target).write_text(f'{{"torch": "{torch.__version__}", "rows": [\n{lines}\n]}}\n')
    print(len(rows), "rows,", sum("refusal" in row for row in rows), "refused,", wrong, "wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
