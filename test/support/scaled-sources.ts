const keras = `convnet residual two-branch unet-transpose unet-upsample transformer mobile vision-transformer nested nested-sequential
  shared-layer normalizations grouped-query cross-attention conv1d conv3d mlp bidirectional-lstm gru multi-input-output free-sizes
  augmented einsum-dense operators densely-connected post-norm-encoder summed-unet recurrent-states functions`;
const kerasLarge = 'resnet50 efficientnet-b0 mobilenet-v2 convnext-tiny vgg16 xception mobilenet-v3-small';
const onnx = `resnet-kept-trace-17 resnet-dynamo-20 convnet-trace-13 convnet-free-trace-17 convnet-kept-trace-13 convnet-dynamo-18
  unet-trace-16 unet-free-dynamo-18 encoder-trace-17 encoder-dynamo-18 vision-transformer-trace-17 vision-transformer-free-dynamo-18
  mobile-kept-trace-15 mobile-dynamo-18 convnext-trace-17 convnext-dynamo-20 conv1d-dynamo-18 conv3d-kept-trace-17 gpt-trace-17
  gpt-dynamo-20 gpt-dynamo-23 llama-dynamo-18 llama-dynamo-23 gru-trace-17 lstm-trace-17 lstm-dynamo-18 mlp-trace-11 mlp-dynamo-18
  stock-encoder-dynamo-21 two-inputs-dynamo-18`;
const huggingface = `gpt2 llama-3.2-1b qwen3-0.6b qwen2.5-0.5b mistral-7b mixtral-8x7b deepseek-v2-lite deepseek-v3 gemma-2-2b opt-350m
  pythia-160m qwen3-30b-a3b bert-base vit-base-16 convnext-tiny resnet-18 resnet-50 gpt2-few llama-few`;

const files = (names: string, folder: string, ending: string): string[] =>
  names.split(/\s+/).map((name) => `${folder}${name}${ending}`);

/** Golden files that are scaled, beside test/golden/models. */
export const SCALED_SOURCES: readonly string[] = [
  ...files(keras, 'keras/', '.json'),
  ...files(kerasLarge, 'keras/applications-', '.json'),
  ...files(onnx, 'onnx/', '.onnx'),
  ...files(huggingface, 'huggingface/', '.json'),
];
