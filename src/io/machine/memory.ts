import { readFileSync, writeFileSync } from 'node:fs';

/** Forgets the process's peak of memory, where the system can (Linux: clear_refs, proc(5)). */
export function resetPeakMemory(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // The peak since the start of the process is told instead.
  }
}

/** Most bytes of memory that the process had at once, since the reset or its start. */
export function peakMemory(): number {
  try {
    const found = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'));
    if (found) return 1024 * Number(found[1]);
  } catch {
    // Not Linux.
  }
  return 1024 * process.resourceUsage().maxRSS;
}
