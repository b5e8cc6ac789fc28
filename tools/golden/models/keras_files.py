"""Golden Keras files: python tools/golden/models/keras_files.py writes test/golden/models/keras/ and its entries in record.json."""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import keras_nets
import numpy as np
from keras_record import keras_entry
from record import folder_for, write_entries

FOLDER = folder_for("keras")

# Name, function, sizes for free axes.
AS_JSON = [
    ("mlp", keras_nets.mlp, None),
    ("mlp-without-input", keras_nets.mlp_without_input, None),
    ("convnet", keras_nets.convnet, None),
    ("residual", keras_nets.residual, None),
    ("two-branch", keras_nets.two_branch, None),
    ("unet-transpose", lambda: keras_nets.unet("transpose"), None),
    ("unet-upsample", lambda: keras_nets.unet("upsample"), None),
    ("transformer", keras_nets.transformer, None),
    ("vision-transformer", keras_nets.vision_transformer, None),
    ("nested", keras_nets.nested, None),
    ("nested-sequential", keras_nets.nested_sequential, None),
    ("mobile", keras_nets.mobile, None),
    ("bidirectional-lstm", keras_nets.bidirectional_lstm, None),
    ("gru", keras_nets.gru, None),
    ("conv1d", keras_nets.conv1d, None),
    ("conv3d", keras_nets.conv3d, None),
    ("shared-layer", keras_nets.shared_layer, None),
    ("multi-input-output", keras_nets.multi_input_output, None),
    ("normalizations", keras_nets.normalizations, None),
    ("frozen", keras_nets.frozen, None),
    ("augmented", keras_nets.augmented, None),
    ("einsum-dense", keras_nets.einsum_dense, None),
    ("grouped-query", keras_nets.grouped_query, None),
    ("operators", keras_nets.operators, None),
    ("cross-attention", keras_nets.cross_attention, None),
    ("free-sizes", keras_nets.free_sizes, [40, 56]),
    ("functions", keras_nets.functions, None),
    ("renormalised", keras_nets.renormalised, None),
    ("einsum-forms", keras_nets.einsum_forms, None),
    ("densely-connected", keras_nets.densely_connected, None),
    ("post-norm-encoder", keras_nets.post_norm_encoder, None),
    ("summed-unet", keras_nets.summed_unet, None),
    ("recurrent-states", keras_nets.recurrent_states, None),
]
AS_KERAS = ["mlp", "convnet", "unet-transpose", "transformer", "nested", "frozen", "bidirectional-lstm"]
# Published nets without weights; EfficientNetB0 carries its own rescaling and normalisation.
APPLICATIONS = {
    "mobilenet-v2": lambda: keras.applications.MobileNetV2(weights=None),
    "mobilenet-v3-small": lambda: keras.applications.MobileNetV3Small(weights=None),
    "efficientnet-b0": lambda: keras.applications.EfficientNetB0(weights=None),
    "resnet50": lambda: keras.applications.ResNet50(weights=None),
    "xception": lambda: keras.applications.Xception(weights=None),
    "convnext-tiny": lambda: keras.applications.ConvNeXtTiny(weights=None),
    "vgg16": lambda: keras.applications.VGG16(weights=None),
}


def fresh(build):
    keras.backend.clear_session()
    keras.utils.set_random_seed(0)
    return build()


def json_entry(name, build, at):
    model = fresh(build)
    path = FOLDER / f"{name}.json"
    path.write_text(model.to_json())
    return keras_entry(keras.models.model_from_json(path.read_text()), f"keras/{path.name}", "keras-json", at)


def keras_file_entry(name, model, at=None, loads=True):
    """loads: Keras can read its own file again. Else the entry is of the model that was saved."""
    path = FOLDER / f"{name}.keras"
    model.save(path)
    return keras_entry(keras.models.load_model(path) if loads else model, f"keras/{path.name}", "keras", at)


def fitted_mlp():
    """17,985 weights and, after fit with Adam, 53,957 in all: two moments a weight, the iterations and the learning rate."""
    model = keras_nets.mlp()
    model.compile(optimizer="adam", loss="mse")
    rng = np.random.default_rng(0)
    model.fit(rng.random((64, 20)), rng.random((64, 1)), epochs=1, verbose=0)
    return model


def main():
    entries = []
    for name, build, at in AS_JSON:
        entries.append(json_entry(name, build, at))
        if name in AS_KERAS:
            entries.append(keras_file_entry(name, fresh(build), at))
        print(entries[-1]["file"], entries[-1]["params"], entries[-1]["macs"], flush=True)
    entries.append(keras_file_entry("mlp-fitted", fresh(fitted_mlp)))
    entries.append(keras_file_entry("shared-between", fresh(keras_nets.shared_between), loads=False))
    for name, build in APPLICATIONS.items():
        entries.append(json_entry(f"applications-{name}", build, (224, 224)))
        print(entries[-1]["file"], entries[-1]["params"], entries[-1]["macs"], flush=True)
    write_entries("keras", entries)


if __name__ == "__main__":
    main()
