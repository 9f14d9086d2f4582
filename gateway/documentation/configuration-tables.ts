// docs/configuration.md: the gateway's variables, and those that the manifests name.
import { configurationKeys } from '../config.ts';
import type { ManifestFile } from './manifest-files.ts';
import { code, table } from './markdown.ts';

/** The closed list of configurationKeys. */
export function configurationTable(): string {
  const rows = Object.entries(configurationKeys).map(([name, key]) => [
    code(name),
    'fallback' in key ? code(key.fallback) : '',
    key.meaning,
  ]);
  return table(['Variable', 'Default', 'Meaning'], rows);
}

/** Where each source is: the address its manifest names. */
export function addressTable(manifests: readonly ManifestFile[]): string {
  const rows = manifests.map(({ source, transport, address, title }) => [
    code(/^\$\{(.+)\}$/.exec(address)?.[1] ?? address),
    code(source),
    transport,
    addressForms[transport] ?? '',
    `${title.en} ${title.zh}`,
  ]);
  return table(['Variable', 'Source', 'Transport', 'Form', ''], rows);
}

const addressForms: Readonly<Record<string, string>> = {
  sql: '`postgres://user:password@host:port/database`, or `mysql://…`',
  http: '`https://host:port`, paths are the manifest’s',
  soap: '`https://host:port/path`',
  graphql: '`https://host:port/path`',
  file: 'folder into which deliveries are put',
};
