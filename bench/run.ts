/** `npm run bench -- CASE [options]`: one file a case beside this one. */
const CASES: Readonly<Record<string, () => Promise<{ run(args: string[]): Promise<void> }>>> = {
  engine: () => import('./engine.ts'),
  ladder: () => import('./ladder.ts'),
  laws: () => import('./laws.ts'),
};

const [name = '', ...args] = process.argv.slice(2);
const load = CASES[name];
if (!load) {
  console.error(`Name a case: ${Object.keys(CASES).join(', ')}.`);
  process.exitCode = 2;
} else {
  await (await load()).run(args);
}
