/**
 * Refuses what the map of rooms forbids: imports that point up, cycles, and Node inside core.
 * Run as `node tools/check-imports.ts [folder]`; exit code 1 with one line a fault.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

const CORE_BELOW_SCALING = [
  'core/terms',
  'core/math',
  'core/schema',
  'core/formula',
  'core/graph',
  'core/autodiff',
  'core/recipe',
  'core/model',
  'core/formats',
  'core/analysis',
];
const LAWS = [
  'core/terms',
  'core/math',
  'core/schema',
  'core/formula',
  'core/graph',
  'core/recipe',
  'core/observations',
  'core/laws',
];
const CORE = [...new Set([...CORE_BELOW_SCALING, 'core/scaling', ...LAWS, 'core/plan', 'core/runs', 'core/report'])];
const upTo = (room: string): string[] => CORE_BELOW_SCALING.slice(0, CORE_BELOW_SCALING.indexOf(room));

/** What each room may import, besides itself. The order of the rooms is that of the way of the data. */
export const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'core/terms': [],
  'core/math': ['core/terms'],
  'core/schema': ['core/terms', 'core/math'],
  'core/formula': ['core/terms', 'core/math'],
  'core/graph': ['core/terms', 'core/math'],
  'core/autodiff': ['core/terms', 'core/math', 'core/graph'],
  'core/recipe': ['core/terms', 'core/math', 'core/schema', 'core/formula', 'core/graph'],
  'core/model': upTo('core/model'),
  'core/formats': upTo('core/formats'),
  'core/analysis': upTo('core/formats'),
  'core/scaling': CORE_BELOW_SCALING,
  'core/observations': ['core/terms', 'core/math', 'core/schema', 'core/formula', 'core/recipe'],
  'core/laws': LAWS,
  'core/plan': [...CORE_BELOW_SCALING, 'core/scaling', ...LAWS],
  'core/runs': ['core/terms', 'core/schema'],
  'core/report': CORE,
  draw: ['core/terms', 'core/report'],
  engine: CORE_BELOW_SCALING,
  io: CORE,
  'index.ts': CORE,
  'app/study': [...CORE, 'engine', 'io', 'draw', 'app/worker'],
  'app/worker': [...CORE, 'engine', 'io'],
  'app/cli': [...CORE, 'engine', 'io', 'draw', 'app/study', 'app/worker'],
  'app/server': [...CORE, 'io', 'draw', 'app/study'],
};

/** The packages that core may import: pure, and at home in a browser. */
const CORE_PACKAGES = new Set(['zod', 'yaml', 'fflate', 'pbf']);

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

function roomOf(path: string): string {
  const parts = path.split(sep);
  return parts[0] === 'core' || parts[0] === 'app' ? parts.slice(0, 2).join('/') : parts[0];
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '');
  const pattern = /(?:^|\n)\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?\s*'([^']+)'|import\(\s*'([^']+)'\s*\)/g;
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[2]);
}

function findCycle(edges: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (file: string): string[] | undefined => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file];
    if (done.has(file)) return undefined;
    trail.push(file);
    for (const next of edges.get(file) ?? []) {
      const cycle = visit(next);
      if (cycle) return cycle;
    }
    trail.pop();
    done.add(file);
    return undefined;
  };
  for (const file of edges.keys()) {
    const cycle = visit(file);
    if (cycle) return cycle;
  }
  return undefined;
}

function faultOf(from: string, specifier: string, target: string | undefined, isTest: boolean): string | undefined {
  const room = roomOf(from);
  const inCore = room.startsWith('core/') && !isTest;
  if (target === undefined) {
    if (inCore && !CORE_PACKAGES.has(specifier)) return `${from}: core may not import '${specifier}'`;
    return undefined;
  }
  const wanted = roomOf(target);
  if (ALLOWED[room] === undefined) return `${from}: the room '${room}' is not on the map in tools/check-imports.ts`;
  if (wanted !== room && !ALLOWED[room].includes(wanted) && !isTest)
    return `${from}: '${room}' may not import from '${wanted}' (${specifier})`;
  return undefined;
}

/** Every fault under `root` (a folder that holds core/, io/, ... ), as sentences; empty when the map holds. */
export function checkImports(root: string): string[] {
  const faults: string[] = [];
  const edges = new Map<string, string[]>();
  for (const file of sources(root)) {
    const from = relative(root, file);
    const isTest = from.endsWith('.test.ts');
    const targets: string[] = [];
    for (const specifier of importsOf(file)) {
      const target = specifier.startsWith('.') ? relative(root, resolve(dirname(file), specifier)) : undefined;
      const fault = faultOf(from, specifier, target, isTest);
      if (fault) faults.push(fault);
      if (target) targets.push(target);
    }
    edges.set(from, targets);
  }
  const cycle = findCycle(edges);
  if (cycle) faults.push(`cycle: ${cycle.join(' -> ')}`);
  return faults;
}

if (import.meta.main) {
  const faults = checkImports(process.argv[2] ?? join(import.meta.dirname, '..', 'src'));
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
  else console.log('imports: every import points down');
}
