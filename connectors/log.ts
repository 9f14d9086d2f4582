// What connectors need of a logger; pino fits. INVARIANT: never given an identifier or a value of a record.

type Write = (context: Readonly<Record<string, unknown>>, message: string) => void;

export interface Log {
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}
