/** Words of Python, and what the text itself names. */
const TAKEN =
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with float self torch nn F';

/** What `nn.Module` has already: a weight of this name could not be reached. */
const OF_MODULES =
  'T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches eval extra_repr forward get_buffer get_extra_state get_parameter get_submodule half ipu load_state_dict modules mtia named_buffers named_children named_modules named_parameters parameters register_backward_hook register_buffer register_forward_hook register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module register_parameter register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state set_submodule share_memory state_dict to to_empty train training type xpu zero_grad';

/** Names of a file as names of Python: the same one each time, no two alike, and none that could say anything else. */
export class PythonNames {
  private readonly spelled = new Map<string, string>();
  private readonly taken: Set<string>;

  constructor(taken: Iterable<string> = []) {
    this.taken = new Set([...TAKEN.split(' '), ...taken]);
  }

  static ofModule(): PythonNames {
    return new PythonNames(OF_MODULES.split(' '));
  }

  of(name: string): string {
    const known = this.spelled.get(name);
    if (known !== undefined) return known;
    const plain = name.replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d|$)/, '_');
    // Two underscores at the start would be mangled inside a class.
    const base = plain.replace(/^__+/, '_');
    let free = base;
    for (let number = 2; this.taken.has(free); number++) free = `${base}_${number}`;
    this.taken.add(free);
    this.spelled.set(name, free);
    return free;
  }
}
