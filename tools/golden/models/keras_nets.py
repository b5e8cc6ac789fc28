"""Networks of the golden Keras files: each function builds one model with a name of its own. Small widths keep the files small."""

import keras
import numpy as np
from keras import layers, ops


def mlp():
    return keras.Sequential(
        [
            layers.Input((20,)),
            layers.Dense(64, activation="relu"),
            layers.Dense(128, activation="relu"),
            layers.Dense(64, activation="relu"),
            layers.Dense(1),
        ],
        name="mlp",
    )


def mlp_without_input():
    """No Input layer: the input shape stands in the build configuration only."""
    model = keras.Sequential([layers.Dense(32, activation="gelu"), layers.Dropout(0.2), layers.Dense(10)], name="built")
    model.build((None, 16))
    return model


def convnet():
    return keras.Sequential(
        [
            layers.Input((32, 32, 3)),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, strides=2, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Conv2D(32, (1, 5), dilation_rate=(1, 2), padding="same"),
            layers.LeakyReLU(),
            layers.AveragePooling2D(3, strides=2, padding="same"),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ],
        name="convnet",
    )


def residual_block(x, width, stride, name):
    shortcut = x
    if stride != 1 or x.shape[-1] != width:
        shortcut = layers.Conv2D(width, 1, strides=stride, use_bias=False, name=f"{name}_project")(x)
        shortcut = layers.BatchNormalization(name=f"{name}_project_norm")(shortcut)
    y = layers.Conv2D(width, 3, strides=stride, padding="same", use_bias=False, name=f"{name}_conv1")(x)
    y = layers.BatchNormalization(name=f"{name}_norm1")(y)
    y = layers.Activation("relu", name=f"{name}_act1")(y)
    y = layers.Conv2D(width, 3, padding="same", use_bias=False, name=f"{name}_conv2")(y)
    y = layers.BatchNormalization(name=f"{name}_norm2")(y)
    y = layers.Add(name=f"{name}_add")([shortcut, y])
    return layers.Activation("relu", name=f"{name}_out")(y)


def residual():
    inputs = layers.Input((32, 32, 3), name="image")
    x = layers.Conv2D(16, 3, padding="same", use_bias=False, name="stem")(inputs)
    x = layers.Activation("relu", name="stem_act")(layers.BatchNormalization(name="stem_norm")(x))
    for stage, (width, repeats) in enumerate([(16, 2), (32, 2), (64, 2)]):
        for block in range(repeats):
            stride = 2 if block == 0 and stage > 0 else 1
            x = residual_block(x, width, stride, f"stage{stage + 1}_block{block + 1}")
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(inputs, layers.Dense(10, name="classifier")(x), name="residual")


def two_branch():
    inputs = layers.Input((48,), name="features")
    left = layers.Dense(32, activation="relu", name="left1")(inputs)
    left = layers.Dense(16, activation="relu", name="left2")(left)
    right = layers.Dense(64, activation="tanh", name="right1")(inputs)
    x = layers.Concatenate(name="joined")([left, right])
    x = layers.Dense(24, activation="relu", name="mix")(x)
    return keras.Model(inputs, layers.Dense(3, name="out")(x), name="two_branch")


def unet_block(x, width, name):
    for i in (1, 2):
        x = layers.Conv2D(width, 3, padding="same", activation="relu", name=f"{name}_conv{i}")(x)
    return x


def unet(up):
    """Three levels. up "transpose": transposed convolutions; "upsample": nearest neighbour and a convolution."""
    inputs = layers.Input((64, 64, 1), name="image")
    x, skips = inputs, []
    for level, width in enumerate([8, 16]):
        x = unet_block(x, width, f"down{level + 1}")
        skips.append(x)
        x = layers.MaxPooling2D(name=f"down{level + 1}_pool")(x)
    x = unet_block(x, 32, "bottom")
    for level, width in reversed(list(enumerate([8, 16]))):
        name = f"up{level + 1}"
        if up == "transpose":
            x = layers.Conv2DTranspose(width, 2, strides=2, name=f"{name}_transpose")(x)
        else:
            x = layers.UpSampling2D(2, name=f"{name}_upsample")(x)
            x = layers.Conv2D(width, 2, padding="same", name=f"{name}_conv")(x)
        x = layers.Concatenate(name=f"{name}_concat")([skips[level], x])
        x = unet_block(x, width, name)
    outputs = layers.Conv2D(1, 1, activation="sigmoid", name="mask")(x)
    return keras.Model(inputs, outputs, name=f"unet_{up}")


def encoder_block(x, heads, key_dim, ff, name, norm_first=False):
    width = x.shape[-1]
    attention = layers.MultiHeadAttention(heads, key_dim, dropout=0.1, name=f"{name}_attention")
    y = layers.LayerNormalization(epsilon=1e-6, name=f"{name}_norm1")(x) if norm_first else x
    y = attention(y, y)
    x = layers.Add(name=f"{name}_add1")([x, layers.Dropout(0.1, name=f"{name}_drop1")(y)])
    x = x if norm_first else layers.LayerNormalization(epsilon=1e-6, name=f"{name}_norm1")(x)
    y = layers.LayerNormalization(epsilon=1e-6, name=f"{name}_norm2")(x) if norm_first else x
    y = layers.Dense(ff, activation="gelu", name=f"{name}_ff1")(y)
    y = layers.Dense(width, name=f"{name}_ff2")(y)
    x = layers.Add(name=f"{name}_add2")([x, y])
    return x if norm_first else layers.LayerNormalization(epsilon=1e-6, name=f"{name}_norm2")(x)


def transformer():
    """A text classifier: token embedding, two encoder blocks of post-norm, mean over the tokens."""
    tokens = layers.Input((40,), dtype="int32", name="tokens")
    x = layers.Embedding(500, 32, name="embedding")(tokens)
    for block in range(2):
        x = encoder_block(x, heads=2, key_dim=16, ff=64, name=f"block{block + 1}")
    x = layers.GlobalAveragePooling1D(name="pool")(x)
    x = layers.Dense(20, activation="relu", name="hidden")(x)
    return keras.Model(tokens, layers.Dense(2, activation="softmax", name="out")(x), name="transformer")


def vision_transformer():
    """Convolutional patches and blocks of pre-norm; the key width differs from width / heads."""
    images = layers.Input((32, 32, 3), name="image")
    x = layers.Conv2D(48, 8, strides=8, name="patches")(images)
    x = layers.Reshape((16, 48), name="sequence")(x)
    for block in range(2):
        x = encoder_block(x, heads=4, key_dim=8, ff=96, name=f"block{block + 1}", norm_first=True)
    x = layers.LayerNormalization(name="norm")(x)
    x = layers.Flatten(name="flat")(x)
    return keras.Model(images, layers.Dense(10, name="head")(x), name="vision_transformer")


def nested():
    """A functional model that calls a functional model and a Sequential one."""
    patch = layers.Input((16, 16, 3), name="patch")
    x = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu", name="conv1")(patch)
    x = layers.Conv2D(12, 3, strides=2, padding="same", activation="relu", name="conv2")(x)
    encoder = keras.Model(patch, layers.GlobalMaxPooling2D(name="pool")(x), name="encoder")
    head = keras.Sequential([layers.Input((12,)), layers.Dense(16, activation="relu"), layers.Dense(4)], name="head")
    inputs = layers.Input((16, 16, 3), name="image")
    return keras.Model(inputs, head(encoder(inputs)), name="nested")


def nested_sequential():
    """A Sequential model that holds Sequential models."""
    stem = keras.Sequential(
        [layers.Input((28, 28, 1)), layers.Conv2D(6, 5, activation="tanh"), layers.AveragePooling2D(2)], name="stem"
    )
    body = keras.Sequential([layers.Conv2D(16, 5, activation="tanh"), layers.AveragePooling2D(2)], name="body")
    tail = [layers.Flatten(), layers.Dense(120, activation="tanh"), layers.Dense(84), layers.Dense(10)]
    return keras.Sequential([layers.Input((28, 28, 1)), stem, body, *tail], name="nested_sequential")


def squeeze_excite(x, reduced, name):
    width = x.shape[-1]
    y = layers.GlobalAveragePooling2D(name=f"{name}_squeeze")(x)
    y = layers.Reshape((1, 1, width), name=f"{name}_reshape")(y)
    y = layers.Conv2D(reduced, 1, activation="relu", name=f"{name}_reduce")(y)
    y = layers.Conv2D(width, 1, activation="sigmoid", name=f"{name}_expand")(y)
    return layers.Multiply(name=f"{name}_excite")([x, y])


def mobile_block(x, expansion, width, stride, name):
    shortcut, inner = x, expansion * x.shape[-1]
    y = layers.Conv2D(inner, 1, use_bias=False, name=f"{name}_grow")(x)
    y = layers.BatchNormalization(momentum=0.999, name=f"{name}_grow_norm")(y)
    y = layers.Activation("hard_swish", name=f"{name}_grow_act")(y)
    if stride == 2:
        y = layers.ZeroPadding2D(((0, 1), (0, 1)), name=f"{name}_pad")(y)
    padding = "valid" if stride == 2 else "same"
    y = layers.DepthwiseConv2D(3, strides=stride, padding=padding, use_bias=False, name=f"{name}_depthwise")(y)
    y = layers.BatchNormalization(momentum=0.999, name=f"{name}_depthwise_norm")(y)
    y = layers.ReLU(6.0, name=f"{name}_depthwise_act")(y)
    y = squeeze_excite(y, inner // 4, f"{name}_se")
    y = layers.Conv2D(width, 1, use_bias=False, name=f"{name}_shrink")(y)
    y = layers.BatchNormalization(momentum=0.999, name=f"{name}_shrink_norm")(y)
    same = stride == 1 and shortcut.shape[-1] == width
    return layers.Add(name=f"{name}_add")([shortcut, y]) if same else y


def mobile():
    inputs = layers.Input((48, 48, 3), name="image")
    x = layers.Rescaling(1 / 127.5, offset=-1.0, name="rescale")(inputs)
    x = layers.SeparableConv2D(8, 3, strides=2, padding="same", depth_multiplier=2, name="stem")(x)
    for i, (expansion, width, stride) in enumerate([(1, 8, 1), (4, 16, 2), (4, 16, 1), (6, 24, 2)]):
        x = mobile_block(x, expansion, width, stride, f"block{i + 1}")
    x = layers.GlobalAveragePooling2D(keepdims=True, name="pool")(x)
    x = layers.Flatten(name="flat")(layers.Conv2D(10, 1, name="logits")(x))
    return keras.Model(inputs, x, name="mobile")


def bidirectional_lstm():
    return keras.Sequential(
        [
            layers.Input((30,), dtype="int32"),
            layers.Embedding(300, 16),
            layers.SpatialDropout1D(0.1),
            layers.Bidirectional(layers.LSTM(12, return_sequences=True)),
            layers.Bidirectional(layers.LSTM(8), merge_mode="sum"),
            layers.Dense(1, activation="sigmoid"),
        ],
        name="bidirectional_lstm",
    )


def gru():
    tokens = layers.Input((25, 9), name="series")
    x = layers.GRU(20, return_sequences=True, name="gru1")(tokens)
    x = layers.GRU(10, reset_after=False, name="gru2")(x)
    x = layers.RepeatVector(5, name="repeat")(x)
    x = layers.SimpleRNN(7, return_sequences=True, use_bias=False, name="rnn")(x)
    x = layers.TimeDistributed(layers.Dense(4), name="each_step")(x)
    return keras.Model(tokens, x, name="gru")


def conv1d():
    inputs = layers.Input((256, 2), name="signal")
    x = layers.Conv1D(16, 7, strides=2, padding="causal", activation="relu", name="conv1")(inputs)
    x = layers.MaxPooling1D(2, name="pool1")(x)
    x = layers.SeparableConv1D(24, 5, padding="same", name="separable")(x)
    x = layers.PReLU(shared_axes=[1], name="prelu")(x)
    x = layers.Conv1D(24, 3, groups=4, padding="same", activation="silu", name="grouped")(x)
    x = layers.DepthwiseConv1D(3, depth_multiplier=2, padding="same", name="depthwise")(x)
    x = layers.Conv1DTranspose(12, 4, strides=2, padding="same", name="transpose")(x)
    x = layers.Cropping1D((1, 2), name="crop")(x)
    x = layers.GlobalMaxPooling1D(name="pool2")(x)
    return keras.Model(inputs, layers.Dense(5, name="out")(x), name="conv1d")


def conv3d():
    inputs = layers.Input((8, 16, 16, 1), name="volume")
    x = layers.Conv3D(8, 3, padding="same", activation="relu", name="conv1")(inputs)
    x = layers.MaxPooling3D((2, 2, 2), name="pool1")(x)
    x = layers.Conv3D(12, (1, 3, 3), strides=(1, 2, 2), padding="same", use_bias=False, name="conv2")(x)
    x = layers.BatchNormalization(center=False, name="norm")(x)
    x = layers.Conv3DTranspose(6, 2, strides=2, name="transpose")(x)
    x = layers.GlobalAveragePooling3D(name="pool2")(x)
    return keras.Model(inputs, layers.Dense(2, name="out")(x), name="conv3d")


def shared_layer():
    """One encoder called on two inputs: its weights count once, its operations twice."""
    left, right = layers.Input((24,), name="left"), layers.Input((24,), name="right")
    first, second = layers.Dense(32, activation="relu", name="first"), layers.Dense(16, name="second")
    a, b = second(first(left)), second(first(right))
    x = layers.Subtract(name="difference")([a, b])
    x = layers.Dense(1, activation="sigmoid", name="same")(x)
    return keras.Model([left, right], x, name="shared_layer")


def multi_input_output():
    text = layers.Input((12,), dtype="int32", name="text")
    numbers = layers.Input((6,), name="numbers")
    x = layers.Embedding(50, 8, name="embed")(text)
    x = layers.Flatten(name="flat")(x)
    x = layers.Concatenate(name="all")([x, layers.Dense(10, activation="elu", name="numbers_dense")(numbers)])
    x = layers.Dense(20, activation="relu", name="trunk")(x)
    price = layers.Dense(1, name="price")(x)
    kind = layers.Dense(7, activation="softmax", name="kind")(x)
    return keras.Model({"text": text, "numbers": numbers}, {"price": price, "kind": kind}, name="multi_input_output")


def normalizations():
    inputs = layers.Input((16, 16, 12), name="image")
    x = layers.Conv2D(16, 3, name="conv1")(inputs)
    x = layers.GroupNormalization(groups=4, name="group")(x)
    x = layers.Conv2D(16, 3, name="conv2")(x)
    x = layers.LayerNormalization(axis=[1, 2, 3], name="layer_all")(x)
    x = layers.Conv2D(16, 3, name="conv3")(x)
    x = layers.LayerNormalization(center=False, scale=True, name="layer_no_shift")(x)
    x = layers.BatchNormalization(scale=False, name="batch_no_scale")(x)
    x = layers.RMSNormalization(name="rms")(x)
    x = layers.UnitNormalization(name="unit")(x)
    x = layers.Conv2D(8, 3, name="conv4")(x)
    x = layers.GroupNormalization(groups=-1, name="instance")(x)
    return keras.Model(inputs, layers.GlobalAveragePooling2D(name="pool")(x), name="normalizations")


def frozen():
    """A frozen part, as in fine tuning: a frozen batch normalisation has all its weights frozen."""
    inputs = layers.Input((24, 24, 3), name="image")
    x = layers.Conv2D(8, 3, name="conv1")(inputs)
    x = layers.BatchNormalization(name="norm1")(x)
    x = layers.Conv2D(16, 3, strides=2, name="conv2")(x)
    x = layers.BatchNormalization(name="norm2")(x)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    model = keras.Model(inputs, layers.Dense(5, name="head")(x), name="frozen")
    for name in ("conv1", "norm1", "conv2"):
        model.get_layer(name).trainable = False
    return model


def augmented():
    """A front of augmentation and normalisation: its three statistics are weights that nobody trains."""
    inputs = layers.Input((40, 40, 3), name="image")
    x = layers.RandomFlip("horizontal", name="flip")(inputs)
    x = layers.RandomRotation(0.1, name="rotate")(x)
    x = layers.RandomZoom(0.1, name="zoom")(x)
    x = layers.Resizing(32, 32, name="resize")(x)
    x = layers.CenterCrop(28, 28, name="crop")(x)
    x = layers.Rescaling(1 / 255, name="rescale")(x)
    normalization = layers.Normalization(axis=-1, name="normalize")
    normalization.adapt(np.random.default_rng(0).random((8, 28, 28, 3), dtype=np.float32))
    x = layers.GaussianNoise(0.01, name="noise")(normalization(x))
    x = layers.Conv2D(8, 3, activation="relu", name="conv")(x)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(inputs, layers.Dense(3, name="out")(x), name="augmented")


def einsum_dense():
    inputs = layers.Input((14, 24), name="sequence")
    x = layers.EinsumDense("abc,cde->abde", output_shape=(None, 4, 6), bias_axes="de", name="split")(inputs)
    x = layers.Permute((2, 1, 3), name="heads_first")(x)
    x = layers.EinsumDense("abcd,de->abce", output_shape=(None, None, 10), name="each_head")(x)
    x = layers.Permute((2, 1, 3), name="heads_last")(x)
    x = layers.Reshape((14, 40), name="join")(x)
    x = layers.EinsumDense("...x,xy->...y", output_shape=24, bias_axes="y", activation="relu", name="mix")(x)
    return keras.Model(inputs, layers.Average(name="mean")([x, inputs]), name="einsum_dense")


def grouped_query():
    """A causal decoder: grouped-query attention, a gated feed-forward part of SwiGLU, a tied output."""
    tokens = layers.Input((32,), dtype="int32", name="tokens")
    embedding = layers.ReversibleEmbedding(200, 48, name="embedding")
    x = embedding(tokens)
    for block in (1, 2):
        attention = layers.GroupQueryAttention(
            head_dim=8, num_query_heads=6, num_key_value_heads=2, use_bias=False, name=f"attention{block}"
        )
        y = layers.RMSNormalization(name=f"norm{block}a")(x)
        x = layers.Add(name=f"add{block}a")([x, attention(y, y, use_causal_mask=True)])
        y = layers.RMSNormalization(name=f"norm{block}b")(x)
        gate = layers.Dense(128, activation="silu", use_bias=False, name=f"gate{block}")(y)
        up = layers.Dense(128, use_bias=False, name=f"up{block}")(y)
        y = layers.Dense(48, use_bias=False, name=f"down{block}")(layers.Multiply(name=f"mul{block}")([gate, up]))
        x = layers.Add(name=f"add{block}b")([x, y])
    x = layers.RMSNormalization(name="norm")(x)
    return keras.Model(tokens, embedding(x, reverse=True), name="grouped_query")


def operators():
    """Python operators and keras.ops between layers: Keras stores them as Operation nodes without weights."""
    inputs = layers.Input((8, 8, 16), name="image")
    x = layers.Conv2D(16, 3, padding="same", name="conv1")(inputs)
    x = inputs + 0.5 * x
    x = ops.relu(x)
    x = ops.mean(x, axis=(1, 2))
    x = layers.Dense(16, name="dense")(x) * x
    return keras.Model(inputs, ops.reshape(x, (-1, 4, 4)), name="operators")


def cross_attention():
    """Attention over a second sequence, with value and output widths of their own."""
    queries, memory = layers.Input((10, 24), name="queries"), layers.Input((18, 32), name="memory")
    attention = layers.MultiHeadAttention(3, 8, value_dim=5, output_shape=20, use_bias=False, name="cross")
    x = attention(queries, memory)
    x = layers.AdditiveAttention(name="additive")([x, layers.Dense(20, name="project")(memory)])
    return keras.Model([queries, memory], layers.LayerNormalization(name="norm")(x), name="cross_attention")


def free_sizes():
    """Height and width left free, as fully convolutional nets do."""
    inputs = layers.Input((None, None, 3), name="image")
    x = layers.Conv2D(8, 3, padding="same", activation="relu", name="conv1")(inputs)
    x = layers.MaxPooling2D(name="pool")(x)
    x = layers.Conv2D(16, 3, padding="same", activation="relu", name="conv2")(x)
    return keras.Model(inputs, layers.Conv2D(2, 1, name="map")(x), name="free_sizes")


def ones(*shape):
    return np.ones(shape, "float32")


def functions():
    """keras.ops with filters, windows and gains of their own, which are numbers of the file and no weights."""
    inputs, places = layers.Input((16, 16, 8), name="image"), layers.Input((3,), dtype="int32", name="places")
    x = ops.conv(inputs, ones(3, 3, 8, 6), strides=2, padding="same")
    x = ops.depthwise_conv(x, ones(3, 3, 6, 2), padding="same")
    x = ops.concatenate([ops.max_pool(x, 2), ops.average_pool(x, 3, strides=2, padding="same")], axis=-1)
    x = layers.Dense(10, name="mix")(x)
    x = ops.layer_normalization(ops.reshape(x, (-1, 16, 10)), axis=-1)
    first, *_ = ops.unstack(x, axis=1)
    best, _ = ops.top_k(layers.Dense(7, name="scores")(x), 3)
    picked = ops.take_along_axis(x, ops.expand_dims(places, -1), axis=1)
    x = ops.hstack([ops.diff(x, axis=1), ops.rms_normalization(picked, axis=-1), ops.take(x, [0, 2], axis=1)])
    x = layers.Dense(4, name="out")(ops.quantile(x, 0.5, axis=1) + first)
    return keras.Model([inputs, places], [x, best], name="functions")


def renormalised():
    """Batch renormalisation keeps five statistics a channel."""
    inputs = layers.Input((8, 8, 3), name="image")
    x = layers.Conv2D(8, 3, name="conv")(inputs)
    x = layers.BatchNormalization(renorm=True, name="norm")(x)
    return keras.Model(inputs, layers.Dense(2, name="out")(layers.Flatten(name="flat")(x)), name="renormalised")


def einsum_forms():
    """Dots before and behind, axes that the kernel shares, products that sum over nothing."""
    inputs = layers.Input((6, 5, 32), name="grid")
    forms = [
        ("...yx,xz->...yz", (None, 8), "z"),
        ("...yx,yxz->...z", 8, "z"),
        ("...yx,xzw->...yzw", (5, 4, 8), "yw"),
        ("ab...,bc->ac...", 9, "c"),
        ("abc...,bcd->ad...", 7, "d"),
        ("abcd,bcde->ae", 8, "e"),
        ("abcd,d->abcd", (6, 5, 32), "d"),
        ("abcd,d->abc", (6, 5), None),
    ]
    outputs = [
        layers.EinsumDense(equation, output_shape=shape, bias_axes=bias, name=f"form{index}")(inputs)
        for index, (equation, shape, bias) in enumerate(forms)
    ]
    return keras.Model(inputs, outputs, name="einsum_forms")


def shared_between():
    """One layer and one model in two models each: Keras saves it, with its weights once, and cannot load it again."""
    tied = layers.Dense(12, name="tied")
    inner = keras.Sequential([layers.Input((12,)), layers.Dense(6, name="deep")], name="inner")
    one, two = layers.Input((12,), name="one"), layers.Input((12,), name="two")
    left = keras.Model(one, layers.Dense(12, name="left_out")(inner(tied(one))), name="left")
    right = keras.Model(two, layers.Dense(4, name="right_out")(inner(tied(tied(two)))), name="right")
    inputs = layers.Input((12,), name="features")
    return keras.Model(inputs, right(left(inputs)), name="shared_between")


def densely_connected():
    """Every layer's result joins those before it; a transition halves channels and image."""
    inputs = layers.Input((32, 32, 3), name="image")
    x = layers.Conv2D(16, 3, padding="same", name="stem")(inputs)
    for stage in (1, 2):
        for index in (1, 2, 3):
            y = layers.BatchNormalization(name=f"dense{stage}_{index}_norm")(x)
            y = layers.Conv2D(8, 3, padding="same", activation="relu", name=f"dense{stage}_{index}_conv")(y)
            x = layers.Concatenate(name=f"dense{stage}_{index}_join")([x, y])
        x = layers.Conv2D(x.shape[-1] // 2, 1, name=f"halve{stage}")(x)
        x = layers.AveragePooling2D(2, name=f"shrink{stage}")(x)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(inputs, layers.Dense(5, name="out")(x), name="densely_connected")


def post_norm_encoder():
    """Post-norm, queries, keys and values of one product taken apart by keras.ops, pooled by the maximum."""
    inputs = layers.Input((18, 10), name="signal")
    x = layers.Dense(32, name="embed")(inputs)
    for block in (1, 2, 3):
        parts = ops.reshape(layers.Dense(96, name=f"qkv{block}")(x), (-1, 18, 3, 4, 8))
        parts = ops.transpose(parts, (2, 0, 3, 1, 4))
        query, key, value = parts[0], parts[1], parts[2]
        scores = ops.softmax(ops.matmul(query, ops.swapaxes(key, -2, -1)) / 8**0.5)
        y = ops.reshape(ops.transpose(ops.matmul(scores, value), (0, 2, 1, 3)), (-1, 18, 32))
        x = layers.LayerNormalization(name=f"norm{block}a")(x + layers.Dense(32, name=f"join{block}")(y))
        y = layers.Dense(64, activation="gelu", name=f"wide{block}")(x)
        x = layers.LayerNormalization(name=f"norm{block}b")(x + layers.Dense(32, name=f"narrow{block}")(y))
    x = layers.GlobalMaxPooling1D(name="pool")(x)
    return keras.Model(inputs, layers.Dense(3, name="out")(x), name="post_norm_encoder")


def summed_unet():
    """Skips are summed, not joined; images grow by bilinear interpolation."""
    inputs = layers.Input((64, 64, 1), name="image")
    x = layers.Conv2D(12, 3, padding="same", name="stem")(inputs)
    skips = []
    for width in (16, 24):
        skips.append(x)
        x = layers.Conv2D(width, 3, strides=2, padding="same", activation="relu", name=f"down{width}")(x)
    for width, skip in zip((16, 12), reversed(skips)):
        x = layers.UpSampling2D(interpolation="bilinear", name=f"grow{width}")(x)
        x = layers.Conv2D(width, 3, padding="same", activation="relu", name=f"up{width}")(x)
        x = layers.Add(name=f"sum{width}")([x, layers.Conv2D(width, 1, name=f"skip{width}")(skip)])
    return keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid", name="mask")(x), name="summed_unet")


def recurrent_states():
    """States that go from one recurrent layer to the next."""
    inputs = layers.Input((12, 6), name="signal")
    x, *state = layers.LSTM(8, return_sequences=True, return_state=True, name="first")(inputs)
    x = layers.LSTM(8, return_sequences=True, name="second")(x, initial_state=state)
    x = layers.Bidirectional(layers.GRU(4, reset_after=False), merge_mode="sum", name="both")(x)
    return keras.Model(inputs, layers.Dense(2, name="out")(x), name="recurrent_states")
