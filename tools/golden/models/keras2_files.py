"""Golden HDF5 files: python tools/golden/models/keras2_files.py writes test/golden/models/keras2/ and its entries.

saved-*: Keras 3's own writer of the older format. layout-*: the layout that Keras 2 wrote (no modules, batch_input_shape, inbound nodes as
nested lists), put together here by h5py because Keras 2 is not at hand. Keras 3 loads and counts them; of the oldest, whose first layer
carries the input shape, it counts the same layers behind an InputLayer.
"""

import copy
import json
import os

os.environ["KERAS_BACKEND"] = "torch"

import h5py
import keras
import keras_nets
import numpy as np
from keras_record import count, keras_entry
from record import folder_for, write_entries

FOLDER = folder_for("keras2")


def fitted_two_branch():
    model = keras_nets.two_branch()
    model.compile(optimizer=keras.optimizers.SGD(0.1, momentum=0.9), loss=keras.losses.MeanSquaredError())
    rng = np.random.default_rng(0)
    model.fit(rng.random((32, 48)), rng.random((32, 3)), epochs=1, verbose=0)
    return model


SAVED = {
    "mlp": keras_nets.mlp,
    "convnet": keras_nets.convnet,
    "nested": keras_nets.nested,
    "two-branch-fitted": fitted_two_branch,
}


def layer(kind, name, **config):
    return {"class_name": kind, "config": {"name": name, "trainable": True, "dtype": "float32", **config}}


def dense(name, units, activation="linear", **more):
    return layer("Dense", name, units=units, activation=activation, use_bias=True, **more)


def conv(name, filters, size, **more):
    config = {"strides": [1, 1], "padding": "same", "data_format": "channels_last", "dilation_rate": [1, 1], "groups": 1}
    config |= {"filters": filters, "kernel_size": [size, size], "activation": "linear", "use_bias": False}
    return layer("Conv2D", name, **{**config, **more})


def norm(name):
    return layer("BatchNormalization", name, axis=[3], momentum=0.99, epsilon=0.001, center=True, scale=True)


def input_layer(name, shape):
    config = {"batch_input_shape": [None, *shape], "dtype": "float32", "sparse": False, "ragged": False, "name": name}
    return {"class_name": "InputLayer", "config": config}


def sequential_layout():
    """Before 2.2 the first layer carried the shape; later files also hold an InputLayer."""
    layers = [
        conv("conv2d", 8, 3, batch_input_shape=[None, 28, 28, 1], activation="relu", use_bias=True),
        layer("MaxPooling2D", "max_pooling2d", pool_size=[2, 2], padding="valid", strides=[2, 2], data_format="channels_last"),
        layer("Flatten", "flatten", data_format="channels_last"),
        layer("Dropout", "dropout", rate=0.25, noise_shape=None, seed=None),
        dense("dense", 10, "softmax"),
    ]
    return {"class_name": "Sequential", "config": {"name": "sequential", "layers": layers}}


def sequential_with_input_layout():
    layers = [input_layer("dense_input", [20]), dense("dense", 64, "relu"), dense("dense_1", 128, "relu"), dense("dense_2", 1)]
    return {"class_name": "Sequential", "config": {"name": "sequential_1", "layers": layers}}


def functional_layout():
    def node(spec, *sources):
        return {**spec, "name": spec["config"]["name"], "inbound_nodes": [[[s, 0, 0, {}] for s in sources]] if sources else []}

    layers = [
        node(input_layer("input_1", [16, 16, 3])),
        node(conv("conv1", 12, 3), "input_1"),
        node(norm("bn1"), "conv1"),
        node(layer("Activation", "relu1", activation="relu"), "bn1"),
        node(conv("conv2", 12, 3), "relu1"),
        node(norm("bn2"), "conv2"),
        node(layer("Add", "add"), "relu1", "bn2"),
        node(layer("GlobalAveragePooling2D", "pool", data_format="channels_last"), "add"),
        node(dense("fc", 7), "pool"),
    ]
    ends = {"input_layers": [["input_1", 0, 0]], "output_layers": [["fc", 0, 0]]}
    return {"class_name": "Functional", "config": {"name": "model", "layers": layers, **ends}}


LAYOUTS = {
    "sequential": (sequential_layout, "2.1.6"),
    "sequential-input": (sequential_with_input_layout, "2.15.0"),
    "functional": (functional_layout, "2.11.0"),
}


def write_layout(path, config, version):
    """Architecture, and the weights of the model that Keras 3 builds of it, group by layer as Keras 2 did."""
    keras.backend.clear_session()
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = version
        file.attrs["backend"] = "tensorflow"
        file.attrs["model_config"] = json.dumps(config)
    model = built(config)
    with h5py.File(path, "a") as file:
        weights = file.create_group("model_weights")
        weights.attrs["layer_names"] = np.array([part.name.encode() for part in model.layers])
        for part in model.layers:
            write_layer(weights.create_group(part.name), part)
    return model


def built(config):
    """The model of a layout. Keras 3 reads a first layer's batch_input_shape with one axis too many: an InputLayer takes it."""
    inner = copy.deepcopy(config["config"])
    if config["class_name"] != "Sequential":
        return keras.Model.from_config(inner)
    shape = inner["layers"][0]["config"].pop("batch_input_shape")
    layers = inner["layers"] if inner["layers"][0]["class_name"] == "InputLayer" else [None, *inner["layers"]]
    inner["layers"] = [input_layer("input", shape[1:]), *layers[1:]]
    return keras.Sequential.from_config(inner)


def write_layer(group, part):
    names = [f"{part.name}/{weight.name}:0" for weight in part.weights]
    group.attrs["weight_names"] = np.array([name.encode() for name in names]) if names else np.zeros(0)
    for name, weight in zip(names, part.weights):
        group[name] = keras.ops.convert_to_numpy(weight)


def main():
    entries = []
    for name, build in SAVED.items():
        keras.backend.clear_session()
        keras.utils.set_random_seed(0)
        path = FOLDER / f"saved-{name}.h5"
        model = build()
        model.save(path)
        entry = keras_entry(keras.models.load_model(path), f"keras2/{path.name}", "keras-h5")
        if "optimizer" in entry:
            # Loaded, the optimizer makes its moments at the first step; the file holds them.
            entry["optimizer"] = count(model.optimizer.variables)
        entries.append(entry)
    for name, (config, version) in LAYOUTS.items():
        path = FOLDER / f"layout-{name}.h5"
        model = write_layout(path, config(), version)
        entries.append({**keras_entry(model, f"keras2/{path.name}", "keras-h5"), "layout": version})
        if name != "sequential":
            assert keras.models.load_model(path).count_params() == model.count_params()
    for entry in entries:
        print(entry["file"], entry["params"], entry["statistics"], entry.get("optimizer"), entry["macs"])
    write_entries("keras2", entries)


if __name__ == "__main__":
    main()
