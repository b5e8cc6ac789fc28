/** PyTorch texts of encoders, vision transformers and the families of studies: what tools/golden/family_texts.py runs. */
import { pytorchText } from '../../src/core/formats/pytorch/text.ts';
import { FAMILY_MODELS } from '../../test/support/family-models.ts';

const texts = FAMILY_MODELS.map((model) => ({
  name: model.name,
  text: pytorchText(model),
  // The first input without its batch; null where the number of tokens is free.
  input: model.inputs[0].shape,
  isTokens: model.inputs[0].dtype === 'int32',
  isCausal: model.family!.family === 'gpt' || model.family!.parameters.causal === true,
}));
process.stdout.write(JSON.stringify(texts));
