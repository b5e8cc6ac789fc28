import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import type { AttemptState } from './decide.ts';

describe('decide', () => {
  it.each<[AttemptState[], ReturnType<typeof decide>]>([
    [[], { kind: 'start', attempt: 1 }],
    [['running'], { kind: 'wait' }],
    [['done'], { kind: 'finished', state: 'done' }],
    [['diverged'], { kind: 'finished', state: 'diverged' }],
    [['killed'], { kind: 'start', attempt: 2 }],
    [['lost', 'killed', 'resume'], { kind: 'start', attempt: 4 }],
    [['failed'], { kind: 'start', attempt: 2 }],
    [['failed', 'lost', 'failed'], { kind: 'finished', state: 'failed' }],
    [Array.from({ length: 50 }, () => 'killed'), { kind: 'finished', state: 'failed' }],
    [['killed', 'done'], { kind: 'finished', state: 'done' }],
  ])('%j -> %j', (attempts, decision) => {
    expect(decide(attempts)).toEqual(decision);
  });
});
