/** PyTorch texts of convolutional presets as one JSON object, name to text: what tools/golden/convnet_pytorch.py runs. */
import { convnetPytorch } from '../../src/core/formats/pytorch/convnet.ts';
import { convnetSchema } from '../../src/core/model/convnet/check.ts';
import { PRESETS } from '../../src/core/model/families.ts';

const convnets = PRESETS.filter(({ spec }) => spec.family === 'convnet');
const texts = convnets.map(({ name, spec }) => [name, convnetPytorch(convnetSchema.parse(spec), name)]);
console.log(JSON.stringify(Object.fromEntries(texts)));
