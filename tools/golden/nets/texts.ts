/** The nets of test/support/golden-nets.ts as text with the parameters to fill: what tools/golden/nets/nets.py runs. */
import type { Graph } from '../../../src/core/graph/types.ts';
import { GOLDEN_NETS, goldenGraph } from '../../../test/support/golden-nets.ts';

const inputsOf = (graph: Graph): unknown[] =>
  graph.inputs.map((id) => {
    const { name, shape, dtype } = graph.tensors[id];
    return { name, shape, dtype };
  });

const nets = GOLDEN_NETS.map((net) => {
  const { name, framework, text, loss, classes, vocabulary } = net;
  const graph = goldenGraph(net);
  return {
    ...{ name, framework, text, loss, classes, vocabulary, inputs: inputsOf(graph) },
    parameters: graph.parameters.map(({ parameter: { name: weight, shape, role, fanIn, frozen } }) => {
      return { name: weight, shape, role, fanIn, frozen: frozen === true };
    }),
    buffers: graph.buffers.map(({ tensor }) => graph.tensors[tensor].name),
  };
});
process.stdout.write(JSON.stringify(nets));
