"""What onnx says of a file: weights by name, each node's output shape by its own shape inference. onnxruntime runs it once."""

import math

import numpy as np
import onnx
import onnxruntime
from onnx.numpy_helper import to_array


def onnx_fields(path, other, inputs):
    """other: the same net with other weights. weights: numbers in float initializers that differ between the two, as they depend on the
    module's parameters; statistics: those of them that batch normalisation takes as mean and variance; initializers: all float ones;
    constants: the names of those that are no weights."""
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    run_once(path, inputs)
    graph = model.graph
    sizes = {w.name: math.prod(w.dims) for w in graph.initializer if w.data_type in FLOATS}
    constants = unchanged(graph, other.graph)
    weights = {name: size for name, size in sizes.items() if name not in constants}
    norms = [node for node in graph.node if node.op_type == "BatchNormalization"]
    return {
        "input": {v.name: dims(v) for v in graph.input},
        "opset": next(entry.version for entry in model.opset_import if entry.domain == ""),
        "ir": model.ir_version,
        "weights": sum(weights.values()),
        "statistics": sum(sizes[name] for node in norms for name in node.input[3:5]),
        "initializers": sum(sizes.values()),
        "constants": sorted(constants & set(sizes)),
        "layers": node_rows(onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True).graph, weights),
    }


def unchanged(graph, other):
    twins = {w.name: to_array(w) for w in other.initializer}
    assert set(twins) == {w.name for w in graph.initializer}
    return {w.name for w in graph.initializer if np.array_equal(to_array(w), twins[w.name])}


FLOATS = (onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16, onnx.TensorProto.DOUBLE)


def run_once(path, inputs):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    feeds = {slot.name: np.asarray(value) for slot, value in zip(session.get_inputs(), inputs.values())}
    assert all(np.isfinite(result).all() for result in session.run(None, feeds))


def node_rows(graph, sizes):
    shapes = {v.name: dims(v) for v in [*graph.value_info, *graph.output]}
    rows, left = [], dict(sizes)
    for node in graph.node:
        params = sum(left.pop(name, 0) for name in node.input)
        outputs = [shapes.get(name) for name in node.output if name]
        shape = outputs[0] if len(outputs) == 1 else outputs
        rows.append({"name": node.name, "type": node.op_type, "params": params, "output": shape})
    return rows


def dims(value):
    """Numbers, names of free axes, and null where nothing is known."""
    tensor = value.type.tensor_type
    if not tensor.HasField("shape"):
        return None
    return [d.dim_value if d.HasField("dim_value") else d.dim_param or None for d in tensor.shape.dim]
