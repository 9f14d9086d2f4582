// How much room V8 gets where nobody chose otherwise.

/**
 * What the gateway holds on to is under 30 MB; without a ceiling V8 lets garbage grow tenfold before it looks.
 * These keep the process of the sandbox under 200 MB; in production the operator chooses (NODE_OPTIONS).
 */
export const sandboxHeap: readonly string[] = ['--max-old-space-size=160', '--max-semi-space-size=8'];
