import type { Command } from 'commander';
import { PRESETS, presetOf, spelling } from '../../../core/model/families.ts';
import type { Preset } from '../../../core/model/presets/preset.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import { didYouMean, listed } from '../../../core/terms/names.ts';
import { presetFacts } from '../preset-facts.ts';
import { presetListText, presetText } from '../presets-text.ts';

/** `isoflop presets` */
export function register(program: Command): void {
  program
    .command('presets')
    .description('List the published models that isoflop knows, or show one.')
    .argument('[name]', 'a preset, a group such as ResNet, or the start of names')
    .option('--json', 'print as JSON (isoflop.presets/1)')
    .addHelpText('after', '\nExample:\n  isoflop presets efficientnet-b0')
    .action((name: string | undefined, { json = false }: { json?: boolean }) => {
      const one = name === undefined ? undefined : presetOf(name);
      const facts = (one ? [one] : presetsNamed(name)).map(presetFacts);
      if (json) console.log(JSON.stringify({ schema: 'isoflop.presets/1', presets: facts }, null, 2));
      else console.log(one ? presetText(facts[0]) : presetListText(facts));
    });
}

/** All presets, those of a group, or those whose names start as asked. */
function presetsNamed(name: string | undefined): readonly Preset[] {
  if (name === undefined) return PRESETS;
  const asked = spelling(name);
  const ofGroup = PRESETS.filter(({ group }) => spelling(group) === asked);
  const found = ofGroup.length > 0 ? ofGroup : PRESETS.filter((preset) => spelling(preset.name).startsWith(asked));
  if (asked !== '' && found.length > 0) return found;
  const groups = [...new Set(PRESETS.map(({ group }) => group))];
  const names = [...groups, ...PRESETS.map((preset) => preset.name)];
  throw new IsoflopError('missing', `no preset or group is called '${name}'`, {
    hint: `${didYouMean(name, names)}Groups are ${listed(groups)}.`,
  });
}
