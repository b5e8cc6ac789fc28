"""One run of an ONNX file in onnxruntime with every tensor looked at: its shapes give the multiply-accumulates without shape inference."""

import math

import numpy as np
import onnx
import onnxruntime
from onnx.helper import get_attribute_value, make_empty_tensor_value_info

TYPES = {"tensor(float)": np.float32, "tensor(int64)": np.int64, "tensor(int32)": np.int32, "tensor(bool)": np.bool_}


def run_traced(path, free=1):
    """Shapes of all tensors of one run on seeded input. free: size of the axes that the file leaves open. Throws on a result not finite."""
    model = onnx.load(path)
    results = {v.name for v in model.graph.output}
    for node in model.graph.node:
        model.graph.output.extend(make_empty_tensor_value_info(n) for n in node.output if n and n not in results)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    feeds = random_feeds(session, free)
    names = [output.name for output in session.get_outputs()]
    values = dict(zip(names, session.run(names, feeds)))
    if not all(np.isfinite(values[name]).all() for name in results):
        raise ValueError("the result is not finite")
    shapes = {name: value.shape for name, value in [*feeds.items(), *values.items()]}
    return shapes | {w.name: tuple(w.dims) for w in model.graph.initializer}


def random_feeds(session, free):
    rng = np.random.default_rng(0)
    feeds = {}
    for slot in session.get_inputs():
        shape = [size if isinstance(size, int) else free for size in slot.shape]
        kind = TYPES[slot.type]
        feeds[slot.name] = rng.random(shape).astype(kind) if kind is np.float32 else rng.integers(0, 2, shape).astype(kind)
    return feeds


def onnx_macs(path, shapes):
    """Matrix products and convolutions, as FlopCounterMode counts them."""
    return sum(node_macs(node, shapes) for node in onnx.load(path).graph.node)


def node_macs(node, shapes):
    ins, outs = [shapes.get(name) for name in node.input], [shapes.get(name) for name in node.output]
    given = {a.name: get_attribute_value(a) for a in node.attribute}
    match node.op_type:
        case "Conv":
            return math.prod(outs[0]) * math.prod(ins[1][1:])
        case "ConvTranspose":
            return math.prod(ins[0]) * math.prod(ins[1][1:])
        case "MatMul":
            return math.prod(outs[0]) * ins[0][-1]
        case "Gemm":
            return math.prod(outs[0]) * ins[0][0 if given.get("transA") else 1]
        case "LSTM" | "GRU" | "RNN":
            return ins[0][0] * ins[0][1] * (math.prod(ins[1]) + math.prod(ins[2]))
        case "Attention":
            return attention_macs(ins, given)
    return 0


def attention_macs(ins, given):
    """Scores and values over all keys. Four axes: [batch, heads, tokens, size]; three: heads side by side in the last."""
    query, key, value = ins[:3]
    if len(query) == 4:
        return math.prod(query[:3]) * key[2] * (query[3] + value[3])
    heads = given["q_num_heads"]
    value_size = value[2] // given["kv_num_heads"]
    return query[0] * query[1] * key[1] * (query[2] + heads * value_size)


if __name__ == "__main__":
    from record import ROOT, read_entries

    for entry in read_entries():
        if entry["format"] == "onnx":
            file = ROOT / entry["file"]
            counted = onnx_macs(file, run_traced(file))
            print(entry["file"], counted, entry["macs"], "equal" if counted == entry["macs"] else "DIFFER")
