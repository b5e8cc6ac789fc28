import type { Model } from '../../model/model.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { TorchExportDocument } from './archive.ts';
import { AtenArguments } from './arguments.ts';
import { nodeModel } from '../nodes/model.ts';
import type { NodeFormat } from '../nodes/model.ts';
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

const TORCH_EXPORT: NodeFormat = {
  format: 'torch-export',
  title: 'torch.export',
  countUnused: true,
  operatorOf,
  write: () => {
    throw new IsoflopError('unavailable', 'a .pt2 file cannot be written without PyTorch', {
      hint: 'Leave --out away to see sizes and edits, or export the model with torch.onnx.export and scale that file.',
    });
  },
};

/** A model from the exported program of a `.pt2` file, read by `readTorchExport`. */
export function torchExportModel({ program, weightFiles }: TorchExportDocument, name: string): Model {
  return nodeModel(torchDocument(program, weightFiles, name), TORCH_EXPORT);
}
