import { HIGHEST_RANK, LARGEST_EXTENT } from '../limits.ts';
import { refusalAt } from '../refusal.ts';
import type { ByteRange } from '../source.ts';
import type { OnnxExtent, OnnxValue } from './types.ts';
import type { WireReader } from './wire.ts';

/** Fields of TypeProto. */
const TENSOR_TYPE = 1;
const DENOTATION = 6;

/** Reads a ValueInfoProto: the name, type and shape of a value. */
export function readValue(wire: WireReader, range: ByteRange): OnnxValue {
  let name = '';
  let type: Omit<OnnxValue, 'name'> = { dataType: 0, shape: undefined };
  for (const field of wire.fields(range)) {
    if (field.number === 1) name = wire.text(field);
    else if (field.number === 2) type = readType(wire, wire.bytes(field));
  }
  return { name, ...type };
}

function readType(wire: WireReader, range: ByteRange): Omit<OnnxValue, 'name'> {
  for (const field of wire.fields(range)) {
    if (field.number === TENSOR_TYPE) return readTensorType(wire, wire.bytes(field));
    if (field.number !== DENOTATION) return { dataType: 0, shape: undefined, opaqueType: range };
  }
  return { dataType: 0, shape: undefined };
}

function readTensorType(wire: WireReader, range: ByteRange): Omit<OnnxValue, 'name'> {
  let dataType = 0;
  let shape: OnnxExtent[] | undefined;
  for (const field of wire.fields(range)) {
    if (field.number === 1) dataType = Number(wire.integer(field));
    else if (field.number === 2) shape = readShape(wire, wire.bytes(field));
  }
  return { dataType, shape };
}

function readShape(wire: WireReader, range: ByteRange): OnnxExtent[] {
  const shape: OnnxExtent[] = [];
  for (const field of wire.fields(range)) {
    if (field.number !== 1) continue;
    shape.push(readExtent(wire, wire.bytes(field)));
    if (shape.length > HIGHEST_RANK) throw refusalAt(field.start, `a shape of more than ${HIGHEST_RANK} axes`);
  }
  return shape;
}

/** An extent of -1 is how some exporters write one that is not known. */
function readExtent(wire: WireReader, range: ByteRange): OnnxExtent {
  let extent: OnnxExtent;
  for (const field of wire.fields(range)) {
    if (field.number === 1) extent = wire.bounded(field, 'an extent', -1, LARGEST_EXTENT);
    else if (field.number === 2) extent = wire.text(field) || undefined;
  }
  return extent === -1 ? undefined : extent;
}
