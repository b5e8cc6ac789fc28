import type { Config, ConfigReader } from './config-reader.ts';

/** How the `config.json` of one `model_type` describes a member of one of our families. */
export interface Adapter {
  readonly modelType: string;
  /** What the class in transformers takes for a missing key. */
  readonly defaults: Config;
  /** The member, as a document of ours: `family` and its parameters. */
  read(config: ConfigReader): { readonly family: string } & Readonly<Record<string, unknown>>;
  /**
   * Which keys hold a parameter of the family, by its path. Of equal keys the one that the file has is set. Several
   * entries are set together.
   */
  readonly keys: Readonly<Record<string, readonly (string | readonly string[])[]>>;
  /** Keys that are set with another one where the file gives both the same value, by that one. */
  readonly alike?: Readonly<Record<string, readonly string[]>>;
  /** The place in a list where a parameter of the family stands, by its path; undefined where `keys` alone knows it. */
  entry?(path: string): { readonly key: string; readonly index: number } | undefined;
  /** The name that transformers gives to a parameter or buffer of the family; defaults to the family's. */
  names?(config: ConfigReader): (name: string) => string;
  /** What a user must know of how this file was read, as short phrases. */
  notes?(config: ConfigReader): readonly string[];
  /** Lists with one entry a block, which follow the depth. */
  readonly perLayer?: readonly string[];
}
