import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeServer, listen } from '../../../gateway/listening.ts';
import { createAdminServer, isLoopback } from '../../../gateway/watch/admin-server.ts';
import { createMetrics } from '../../../gateway/watch/metrics.ts';
import { watchSources } from '../../../gateway/watch/source-health.ts';
import type { StatusReport } from '../../../gateway/watch/status.ts';

const NOW = new Date('2026-11-22T04:00:00Z');
const health = watchSources(() => NOW);
health.watch.called({ source: 'alpha', milliseconds: 12.3, state: 'OK', asOf: '2026-11-01', rows: 2 });
health.watch.breakerChanged('alpha', 'open');
health.watch.drifted({ source: 'alpha', kind: 'unknown code', coordinate: 'Record.state', value: '9' });
health.watch.delivered({
  source: 'alpha',
  record: 'Record',
  outcome: 'quarantined',
  pattern: '<script>alert(1)</script>',
  rows: 0,
  at: NOW.toISOString(),
  reason: 'SHRUNKEN',
});
const report: StatusReport = {
  at: NOW.toISOString(),
  gateway: {
    ready: true,
    startedAt: NOW.toISOString(),
    policyVersion: 'p1',
    rulesVersion: 'r1',
    inFlight: 3,
    load: { limit: 24, running: 3, waiting: 2, refused: 5, delay: 7 },
    audit: { healthy: true, entries: 7, queuedCharacters: 0 },
  },
  sources: [
    {
      name: 'alpha',
      title: { en: 'Alpha', zh: '甲' },
      transport: 'file',
      maxAgeSeconds: 86_400,
      ...health.reportOf('alpha'),
    },
  ],
};
const nothing = (): void => undefined;
const server = createAdminServer({
  metrics: createMetrics(),
  status: () => report,
  log: { info: nothing, warn: nothing, error: nothing },
  host: '127.0.0.1',
});
let port: number;
beforeAll(async () => {
  port = await listen(server, 0, '127.0.0.1', 'ADMIN_PORT');
});
afterAll(() => closeServer(server));
const get = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init);

describe('the status page', () => {
  it('is a page in both languages that runs no script and loads nothing', async () => {
    const response = await get('/status');
    const page = await response.text();
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+'; frame-ancestors 'none'/);
    expect(policy).not.toContain('unsafe');
    expect(page).toContain('网关运行状态');
    expect(page).toContain('OK 正常');
    expect(page).not.toMatch(/<script|<img|<link|src=|https?:\/\//i);
    expect(page).toContain('&#60;script&#62;alert(1)&#60;/script&#62;');
    expect(page).toContain('open 断开');
    expect(page).toContain('SHRUNKEN');
  });

  it('is JSON for programs', async () => {
    const response = await get('/status', { headers: { accept: 'application/json' } });
    expect(response.headers.get('vary')).toBe('accept');
    expect(await response.json()).toEqual(JSON.parse(JSON.stringify(report)));
  });

  it('is never stored', async () => {
    expect((await get('/status')).headers.get('cache-control')).toBe('no-store');
  });
});

describe('the admin address', () => {
  it('hands out metrics as Prometheus reads them', async () => {
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    expect(await response.text()).toContain('# TYPE credit_requests_total counter');
  });

  it.each(['POST', 'PUT', 'DELETE'])('changes nothing: %s is refused', async (method) => {
    const response = await get('/status', { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('has nothing else', async () => {
    expect((await get('/graphql')).status).toBe(404);
    expect((await get('/status/../../etc/passwd')).status).toBe(404);
  });

  it.each([
    ['attacker.example', 421],
    [`attacker.example:4001`, 421],
    ['localhost.attacker.example', 421],
    ['localhost', 200],
    ['[::1]:4001', 200],
    ['127.0.0.1:4001', 200],
  ])('on loopback does not answer to a name of the web: %s', async (host, status) => {
    const answered = await new Promise<number | undefined>((resolve, reject) => {
      const sent = request({ port, host: '127.0.0.1', path: '/status', headers: { host } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.once('error', reject).end();
    });
    expect(answered).toBe(status);
  });

  it('knows which addresses only this machine can reach', () => {
    expect(['127.0.0.1', '127.8.8.8', '::1', 'localhost'].every(isLoopback)).toBe(true);
    expect(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.org', ''].some(isLoopback)).toBe(false);
  });
});
