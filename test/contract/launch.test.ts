import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { AttemptState } from '../../src/core/runs/decide.ts';
import { attemptFolder, attemptsOf, attemptState, stderrTail } from '../../src/io/launch/attempt.ts';
import { localExecutor } from '../../src/io/launch/local.ts';
import { isAlive, startTicksOf } from '../../src/io/machine/process.ts';
import { temporaryFolder } from '../support/study.ts';

const executor = localExecutor();

function attempt(trial: string, number: number): string {
  const folder = attemptFolder(trial, number);
  mkdirSync(folder, { recursive: true });
  return folder;
}

const launch = (folder: string, ...command: string[]): Promise<void> =>
  executor.submit({ folder, command, environment: {} });

async function endOf(folder: string): Promise<AttemptState> {
  for (;;) {
    const state = attemptState(folder);
    if (state !== 'running') return state;
    await sleep(20);
  }
}

const shell = (script: string): string[] => ['/bin/sh', '-c', script];

/** Whether a command has said `ready`. */
const isReady = (folder: string): boolean => {
  const path = join(folder, 'stdout');
  return existsSync(path) && readFileSync(path, 'utf8').includes('ready');
};

describe('the local executor and its shim', () => {
  it.each<[string, string, AttemptState]>([
    ['0', 'exit 0', 'done'],
    ['75', 'exit 75', 'resume'],
    ['76', 'exit 76', 'diverged'],
    ['another code', 'echo reason >&2; exit 9', 'failed'],
    ['a signal', 'kill -KILL $$', 'killed'],
  ])('tells how a command ended: %s', async (_, script, state) => {
    const folder = attempt(temporaryFolder('trial'), 1);
    await launch(folder, ...shell(script));
    expect(await endOf(folder)).toBe(state);
    if (state === 'failed') expect(stderrTail(folder)).toBe('reason');
  });

  it('hands names with spaces, quotes, newlines and shell characters on unharmed', async () => {
    const trial = join(temporaryFolder('weird'), `it's "odd" $(touch pwned) \`x\` ;&|\n*`);
    const folder = attempt(trial, 1);
    const odd = `a "b" 'c' $(touch pwned)\n\\ *`;
    await launch(folder, ...shell('printf %s "$1"'), 'name', odd);
    expect(await endOf(folder)).toBe('done');
    expect(readFileSync(join(folder, 'stdout'), 'utf8')).toBe(odd);
    expect(attemptsOf(trial)).toEqual([1]);
  });

  it('asks a command to stop when told, and passes the signal to its whole group', async () => {
    const trial = temporaryFolder('trial');
    const folder = attempt(trial, 1);
    await launch(folder, ...shell('trap "exit 75" TERM; echo ready; while :; do sleep 0.1; done'));
    while (!isReady(folder)) await sleep(20);
    executor.stop(trial);
    expect(await endOf(folder)).toBe('resume');
    executor.allow(trial);
    const next = attempt(trial, 2);
    await launch(next, ...shell('exit 0'));
    expect(await endOf(next)).toBe('done');
  });

  it('hears a stop that was asked for before the command began', async () => {
    const trial = temporaryFolder('trial');
    const folder = attempt(trial, 1);
    executor.stop(trial);
    await launch(folder, ...shell('while :; do sleep 0.1; done'));
    expect(await endOf(folder)).toBe('killed');
  });

  it('ends an attempt when a newer one exists', async () => {
    const trial = temporaryFolder('trial');
    const first = attempt(trial, 1);
    await launch(first, ...shell('while :; do sleep 0.1; done'));
    while (readStarted(first) === undefined) await sleep(20);
    attempt(trial, 2);
    expect(await endOf(first)).toBe('killed');
  });

  it('is lost when shim and command are gone without an exit file', async () => {
    const folder = attempt(temporaryFolder('trial'), 1);
    await launch(folder, ...shell('exec sleep 30'));
    while (readStarted(folder) === undefined) await sleep(20);
    process.kill(readStarted(folder)!.pid, 'SIGKILL');
    expect(await endOf(folder)).toBe('lost');
  });

  it('does not take a later process for an earlier one of the same number', () => {
    const child = spawn('sleep', ['5']);
    const startTicks = startTicksOf(child.pid!)!;
    expect(isAlive({ pid: child.pid!, startTicks })).toBe(true);
    expect(isAlive({ pid: child.pid!, startTicks: startTicks - 1 })).toBe(false);
    child.kill();
  });

  it('believes an attempt of another host', () => {
    const folder = attempt(temporaryFolder('trial'), 1);
    writeFileSync(join(folder, 'started.json'), JSON.stringify({ pid: 1, startTicks: 1, host: 'elsewhere' }));
    expect(attemptState(folder)).toBe('running');
  });
});

function readStarted(folder: string): { pid: number } | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'started.json'), 'utf8')) as { pid: number };
  } catch {
    return undefined;
  }
}
