import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join, normalize } from 'node:path';
import { ROOT } from './study.ts';

/** Where a real Chromium is, if the machine has one; ISOFLOP_CHROMIUM names another. */
export const CHROMIUM = [
  process.env.ISOFLOP_CHROMIUM ?? '',
  ...['chromium', 'chromium-browser', 'google-chrome'].flatMap((name) =>
    (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name)),
  ),
].find((path) => path !== '' && existsSync(path));

/** Scripts of its own, workers of them, WebAssembly: nothing else, and no eval. */
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";

const PAGE = '<!doctype html><title>isoflop</title><script type="module" src="/page.js"></script>';
const PAGE_SCRIPT = `
const report = (body) => fetch('/report', { method: 'POST', body: JSON.stringify(body) });
const worker = new Worker('/worker.js', { type: 'module' });
worker.onerror = ({ message, filename, lineno }) => report({ error: \`\${message} (\${filename}:\${lineno})\` });
worker.onmessage = ({ data }) => report(data);
`;
const ARGUMENTS = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-dev-shm-usage'];

/**
 * Runs a module worker in a headless Chromium under a strict content security policy and gives what it posts first. Its script may
 * import any TypeScript file of the repository by its path (/src/core/laws/index.ts), served without its types and otherwise as it
 * stands, and fetch `input` as /input.json.
 */
export async function inChromiumWorker(chromium: string, script: string, input: unknown): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const made = new Map([
    ['/', ['text/html', PAGE]],
    ['/page.js', ['text/javascript', PAGE_SCRIPT]],
    ['/worker.js', ['text/javascript', script]],
    ['/input.json', ['application/json', JSON.stringify(input)]],
  ]);
  const server = serve(made, resolve);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const profile = mkdtempSync(join(tmpdir(), 'isoflop chromium '));
  const browser = spawn(chromium, [...ARGUMENTS, `--user-data-dir=${profile}`, `http://127.0.0.1:${port}/`], {
    stdio: 'ignore',
    detached: true,
  });
  browser.once('error', reject);
  browser.once('exit', (code) => reject(new Error(`the browser ended with code ${code} before its page answered`)));
  try {
    return await promise;
  } finally {
    // Chromium's helpers share its process group.
    if (browser.exitCode === null && browser.pid !== undefined) {
      process.kill(-browser.pid, 'SIGKILL');
      await once(browser, 'exit');
    }
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

function serve(made: ReadonlyMap<string, readonly string[]>, onReport: (report: unknown) => void): Server {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://host').pathname));
    response.setHeader('content-security-policy', POLICY);
    if (request.method === 'POST') onReport(JSON.parse(await bodyOf(request)));
    const [type, body] = made.get(path) ?? ['text/javascript', sourceAt(path)];
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': type }).end(body);
  });
  return server.listen(0, '127.0.0.1');
}

/** The text of a TypeScript file of the repository as JavaScript. */
function sourceAt(path: string): string | undefined {
  const file = join(ROOT, path);
  return path.endsWith('.ts') && existsSync(file) ? stripTypeScriptTypes(readFileSync(file, 'utf8')) : undefined;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
