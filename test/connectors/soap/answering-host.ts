// A host that answers every call with given bytes, and the utilities as a source that asks it.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { SourceAnswer } from '../../../connectors/contract.ts';
import { type Manifest, loadManifests } from '../../../connectors/manifest.ts';
import { openConnectors } from '../../../connectors/open.ts';
import { brandPermitted } from '../../../policies/engine/permitted.ts';
import { loadCatalogue } from '../../../schema/catalogue.ts';
import { type Problem, formatProblem } from '../../../schema/problem.ts';

export interface Given {
  readonly status?: number;
  readonly type?: string;
  readonly body: string | Buffer;
  /** Bytes promised; where there are fewer the connection ends early. */
  readonly length?: number;
}

export interface AnsweringHost {
  give(given: Given): void;
  readonly heard: readonly { readonly headers: object; readonly body: string }[];
  /** What connectors said to the log. */
  readonly said: readonly unknown[];
  ask(fields?: readonly string[]): Promise<SourceAnswer>;
  stop(): Promise<void>;
}

export const SUBJECT = '91990000XX00000197';

type Edit = (text: string) => string;
const asIs: Edit = (text) => text;

/** The manifest of the utilities with edits to it and to its WSDL, held against the SDL. */
export function loadEdited(
  manifest: Edit,
  wsdl: Edit = asIs,
  environment: Readonly<Record<string, string>> = {},
): { readonly manifest: Manifest | undefined; readonly problems: readonly Problem[] } {
  const root = mkdtempSync(join(tmpdir(), 'soap-'));
  const sources = join(root, 'connectors/sources');
  cpSync('connectors/sources', sources, { recursive: true });
  for (const [name, edit] of [
    ['utilities.yaml', manifest],
    ['utilities.wsdl', wsdl],
  ] as const) {
    const file = join(sources, name);
    // What is answered here is all there is: no control is agreed.
    writeFileSync(file, edit(readFileSync(file, 'utf8').replace(/, control: \w+/, '')));
  }
  const { catalogue } = loadCatalogue('schema');
  const loaded = loadManifests({
    directory: sources,
    catalogue: catalogue!,
    environment: {
      UTILITIES_URL: 'http://127.0.0.1:9/services/arrears',
      UTILITIES_USER: 'gateway',
      UTILITIES_PASSWORD: 'a & <secret>',
      ...environment,
    },
  });
  rmSync(root, { recursive: true });
  return {
    manifest: loaded.manifests.find(({ source }) => source === 'utilities'),
    problems: loaded.problems.filter(({ file }) => file.endsWith('utilities.yaml')),
  };
}

export async function startAnsweringHost(edit: Edit = asIs): Promise<AnsweringHost> {
  let given: Given = { body: '' };
  const heard: { readonly headers: object; readonly body: string }[] = [];
  const said: unknown[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      heard.push({ headers: request.headers, body });
      const bytes = Buffer.from(given.body);
      response.writeHead(given.status ?? 200, {
        'content-type': given.type ?? 'application/soap+xml; charset=utf-8',
        'content-length': given.length ?? bytes.length,
      });
      if ((given.length ?? 0) > bytes.length) response.write(bytes, () => response.destroy());
      else response.end(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { manifest, problems } = loadEdited(edit, asIs, {
    UTILITIES_URL: `http://127.0.0.1:${port}/services/arrears`,
  });
  if (manifest === undefined) throw new Error(problems.map(formatProblem).join('\n'));
  const say = (context: object, message: string): void => void said.push({ ...context, message });
  const connectors = await openConnectors({
    manifests: [{ ...manifest, resilience: { ...manifest.resilience, breaker: undefined } }],
    clock: () => new Date(),
    log: { info: say, warn: say, error: say },
  });
  const connector = connectors.get('utilities')!;
  return {
    give: (next) => {
      given = next;
    },
    heard,
    said,
    ask: (fields = ['billNumber', 'amount', 'settledOn']) =>
      connector.fetch(
        {
          subjects: [{ kind: 'Organization', id: SUBJECT }],
          steps: [{ record: 'UtilityArrear', fields: brandPermitted(fields) }],
        },
        new AbortController().signal,
      ),
    stop: async () => {
      await connector.close();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
}

/** A SOAP 1.2 envelope around a body, as JAX-WS writes it. */
export function envelope(body: string, header = ''): string {
  const uri = 'http://www.w3.org/2003/05/soap-envelope';
  return `<?xml version='1.0' encoding='UTF-8'?><S:Envelope xmlns:S="${uri}">${header}<S:Body>${body}</S:Body></S:Envelope>`;
}

/** The message around rows. */
export function message(rows: string, prologue = '<status><code>0000</code></status>'): string {
  const asOf = `<asOf>${new Date().toISOString()}</asOf>`;
  return `<QueryArrearsResponse xmlns="urn:sandbox:utilities">${prologue}${asOf}${rows}</QueryArrearsResponse>`;
}

/** A row of the subject asked for. */
export function arrear(inside: string, subject = SUBJECT): string {
  return `<arrear><subjectCode>${subject}</subjectCode>${inside}</arrear>`;
}
