"""What Keras says of a model of its own: weights by kind, each call of each layer with its output shape, MACs on the torch backend."""

import keras
import numpy as np
from keras import tree
from macs import count_macs


def keras_entry(model, file, form, at=None):
    """at: sizes for free axes of the inputs, in their order."""
    total, trainable = count(model.weights), count(model.trainable_weights)
    statistics = count(w for w in model.non_trainable_weights if w.path.split("/")[-1] in STATISTICS)
    shapes = concrete_shapes(model, at)
    entry = {
        "file": file,
        "format": form,
        "framework": "keras",
        "version": keras.__version__,
        "input": {tensor.name: list(tensor.shape) for tensor in model.inputs},
        "params": total,
        "trainable": trainable,
        "nonTrainable": total - trainable,
        "statistics": statistics,
    }
    assert total == model.count_params()
    if getattr(model, "optimizer", None) is not None:
        entry["optimizer"] = count(model.optimizer.variables)
    if at:
        entry["at"] = shapes
    unroll_loops(model)
    entry["macs"] = count_macs(lambda: model(random_inputs(model, shapes), training=False))
    entry["layers"] = layer_rows(model)
    return entry


# Weights that data sets and no gradient trains: batch normalisation's, and the adapted normalisation's with its count.
STATISTICS = ("moving_mean", "moving_variance", "mean", "variance", "count")


def count(weights):
    return int(sum(np.prod(weight.shape, dtype=np.int64) for weight in weights))


def unroll_loops(model):
    """Keras's loop over time takes its first step twice, to learn the output's shape; the unrolled one does not."""
    for layer in model._flatten_layers():
        if hasattr(layer, "unroll"):
            layer.unroll = True


def concrete_shapes(model, at):
    free = iter(at or [])
    return {t.name: [1] + [next(free) if size is None else size for size in t.shape[1:]] for t in model.inputs}


def random_inputs(model, shapes):
    rng = np.random.default_rng(0)
    values = {t.name: random_array(rng, shapes[t.name], t.dtype) for t in model.inputs}
    struct = functional_of(model)._inputs_struct
    return tree.map_structure(lambda t: values[t.name], struct)


def random_array(rng, shape, dtype):
    return rng.integers(0, 2, shape).astype(dtype) if "int" in dtype else rng.random(shape).astype(dtype)


def layer_rows(model, counted=None):
    """
    One row a call, in the order that Keras runs them; a model inside carries its own rows. counted: layers whose weights an earlier row has,
    in a model beside this one.
    """
    counted = set() if counted is None else counted
    functional = functional_of(model)
    depths = sorted(functional._nodes_by_depth, reverse=True)
    nodes = [node for depth in depths for node in functional._nodes_by_depth[depth]]
    rows, seen = [], set()
    for node in nodes:
        rows.append(call_row(node, node.operation.name not in seen, counted))
        seen.add(node.operation.name)
    return rows


def call_row(node, first, counted):
    layer = node.operation
    shapes = [list(tensor.shape) for tensor in node.outputs]
    row = {
        "name": layer.name,
        "type": type(layer).__name__,
        "params": layer.count_params() if first and isinstance(layer, keras.Layer) and id(layer) not in counted else 0,
        "output": shapes[0] if len(shapes) == 1 else shapes,
    }
    if not first:
        row["shared"] = True
    if isinstance(layer, keras.Model) and first:
        row["layers"] = layer_rows(layer, counted)
    counted.add(id(layer))
    return row


def functional_of(model):
    return model._functional if isinstance(model, keras.Sequential) else model
