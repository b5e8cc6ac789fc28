/**
 * How much a file may ask for. Files are hostile until they are read: each limit leaves room for the largest model in
 * use and keeps one read under 512 MB of memory and 2 seconds.
 */

/** JSON text. The `model.json` of an exported transformer of 80 blocks has about 20 MB; inflating 40 MiB takes up to a second. */
export const MOST_JSON_BYTES = 40 * 2 ** 20;

/** Values in one JSON text: a parsed value takes about 50 bytes of memory. DeepSeek-V3's index of 163 shards has 91,991. */
export const MOST_JSON_VALUES = 2_000_000;

/** Brackets inside brackets. A nested Keras model adds about six; walking a document by recursion stays far from the stack's end. */
export const DEEPEST_JSON = 200;

/** Entries of a zip. A `.pt2` has one for each weight; the largest exports have some ten thousand. */
export const MOST_ZIP_ENTRIES = 100_000;

/** The list at the end of a zip: 100,000 entries with names of 200 bytes. */
export const MOST_ZIP_DIRECTORY_BYTES = 32 * 2 ** 20;

/** Compressed bytes that are inflated at once: deflate makes at most 1032 bytes of one, so 17 MB come of it before the size is checked. */
export const INFLATE_CHUNK_BYTES = 16 * 2 ** 10;

/** Fields of an ONNX file outside of tensor data: an exported node has about 50, so 20,000 nodes fit; a field takes up to 250 bytes of memory. */
export const MOST_ONNX_FIELDS = 1_000_000;

/** Nodes of an ONNX graph with its subgraphs and functions; an exported transformer of 80 blocks has some ten thousand. */
export const MOST_NODES = 100_000;

/** Tensors of a model: parameters or initializers. DeepSeek-V3 has 91,991. */
export const MOST_TENSORS = 250_000;

/** Inputs of a model that are no weights; a decoder of 128 layers with its cache has some 260. */
export const MOST_INPUTS = 4096;

/** Parts that one split makes, each a tensor of its own: steps of a short sequence at most. */
export const MOST_PARTS = 4096;

/** Graphs inside graphs (If, Loop, Scan). */
export const DEEPEST_SUBGRAPH = 16;

/** Axes of a tensor. PyTorch allows 64; NumPy 2 the same; no layer uses more than 8. */
export const HIGHEST_RANK = 64;

/** Extent of one axis: the largest whole number of 40 bits; the product of a shape is checked on its own. */
export const LARGEST_EXTENT = 2 ** 40;

/** Values of one tensor: beyond it the count of its bytes is no exact number. */
export const MOST_ELEMENTS = 2 ** 49;

/** Small tensors are decoded, since shapes, axes and scales hide in them; the largest such is a list of indices. */
export const MOST_DECODED_VALUES = 4096;

/** A name or another short text in a binary file; stack traces that exporters attach have some ten thousand bytes. */
export const LONGEST_TEXT_BYTES = 2 ** 20;

/** The header of a safetensors file; its own library refuses more than 100 MB. One of 91,991 tensors has 11 MB. */
export const MOST_SAFETENSORS_HEADER_BYTES = MOST_JSON_BYTES;

/** A model in YAML is a page that a person wrote. */
export const MOST_YAML_BYTES = 2 ** 20;
