import type { Model } from '../../model/model.ts';
import type { TorchExportDocument } from './archive.ts';
import { AtenArguments } from './arguments.ts';
import { nodeModel } from '../nodes/model.ts';
import type { NodeLowering } from '../nodes/lower.ts';
import type { DocumentNode } from '../nodes/document.ts';
import { torchDocument } from './document.ts';
import { ATTENTION } from './operators/attention.ts';
import { CONVOLUTIONS } from './operators/convolution.ts';
import { GENERATING } from './operators/generating.ts';
import { INDEXING } from './operators/indexing.ts';
import { NORMALIZATIONS } from './operators/normalization.ts';
import { POINTWISE } from './operators/pointwise.ts';
import { POOLING } from './operators/pooling.ts';
import { PRODUCTS } from './operators/products.ts';
import { RECURRENT } from './operators/recurrent.ts';
import { RESHAPING } from './operators/reshaping.ts';
import type { AtenTable } from './operators/values.ts';
import { programText } from './text/program.ts';
import { valuesIn } from './values.ts';

const OPERATIONS: AtenTable = {
  ...PRODUCTS,
  ...CONVOLUTIONS,
  ...NORMALIZATIONS,
  ...POOLING,
  ...ATTENTION,
  ...RECURRENT,
  ...RESHAPING,
  ...INDEXING,
  ...GENERATING,
  ...POINTWISE,
};

/** Python's operators on the sizes of free axes. */
const SYMBOLIC = new Set(['add', 'mul', 'sub', 'floordiv', 'mod']);

function operatorOf(node: DocumentNode): NodeLowering | undefined {
  const name = SYMBOLIC.has(node.type) && !('self' in node.attributes) ? `${node.type}_symbol` : node.type;
  const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
  return operation && ((context) => operation(new AtenArguments(context)));
}

/** A model from the exported program of a `.pt2` file, read by `readTorchExport`. It is written as PyTorch code: a `.pt2` needs PyTorch. */
export function torchExportModel({ program, weightFiles, bytesOf }: TorchExportDocument, name: string): Model {
  const { document, nodes } = torchDocument(program, weightFiles, name);
  const tensors = program.get('graph_module').get('graph').get('tensor_values');
  return nodeModel(document, {
    format: 'torch-export',
    title: 'torch.export',
    countUnused: true,
    operatorOf,
    write: (changed, lowerAt) => ({
      extension: '.py',
      bytes: new TextEncoder().encode(
        programText({ document: changed, nodes, tensors, graph: lowerAt(1), valuesOf: valuesIn(tensors, bytesOf) }),
      ),
    }),
  });
}
