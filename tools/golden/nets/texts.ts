/** The nets of test/support/golden-nets.ts as PyTorch text with the parameters to fill: what tools/golden/nets/nets.py runs. */
import { objectiveForm } from '../../../src/core/autodiff/form/index.ts';
import { pytorchText } from '../../../src/core/formats/pytorch/text.ts';
import { CLASSES, GOLDEN_NETS } from '../../../test/support/golden-nets.ts';

const nets = GOLDEN_NETS.map(({ name, model, loss, batch, tokens }) => {
  const forward = model.lower({ batch, ...(tokens && { tokens }) });
  const graph = model.family!.family === 'gpt' ? forward : objectiveForm(forward, { loss, training: true });
  return {
    name,
    text: pytorchText(model),
    classes: CLASSES,
    loss,
    inputs: graph.inputs.map((id) => {
      const { name: input, shape, dtype } = graph.tensors[id];
      return { name: input, shape, dtype };
    }),
    parameters: graph.parameters.map(({ parameter: { name: weight, shape, role, fanIn } }) => {
      return { name: weight, shape, role, fanIn };
    }),
    buffers: graph.buffers.map(({ tensor }) => graph.tensors[tensor].name),
  };
});
process.stdout.write(JSON.stringify(nets));
