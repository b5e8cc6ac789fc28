/** Kernels work on whole vectors of four floats, so every region starts and ends on 16 bytes. */
const ALIGNMENT = 16;
const PAGE = 65_536;

/** A stretch of the session's memory. `floats` is the length rounded up to whole vectors; the padding stays 0. */
export interface Region {
  readonly address: number;
  readonly length: number;
  readonly floats: number;
}

/** Hands out aligned regions, then the memory that holds them all. */
export class Layout {
  private size = 0;

  reserve(length: number): Region {
    const address = this.size;
    const bytes = Math.ceil((4 * length) / ALIGNMENT) * ALIGNMENT;
    this.size += bytes;
    return { address, length, floats: bytes / 4 };
  }

  /** One memory for everything reserved; throws a RangeError where the machine or the 4 GiB limit refuses. */
  allocate(): WebAssembly.Memory {
    const pages = Math.max(1, Math.ceil(this.size / PAGE));
    return new WebAssembly.Memory({ initial: pages, maximum: pages });
  }
}
