/** A published model by name: a member of a family as plain data. */
export interface Preset {
  /** Lower case, such as `efficientnet-b0` or `llama-3-8b`. */
  readonly name: string;
  /** Heading under which `isoflop presets` lists it. */
  readonly group: string;
  /** `family` and its parameters, as in our YAML. */
  readonly spec: { readonly family: string } & Readonly<Record<string, unknown>>;
  /** Paper or file that the numbers come from. */
  readonly source: string;
  /** What a user must know, such as where the published table contradicts itself. */
  readonly note?: string;
}
