// date-time: a moment → ISO 8601 in UTC with milliseconds; without a zone it is China's time.
import { readInstant } from './instant.ts';
import { fromText, halfWidth } from './transform.ts';

export const dateTime = fromText('is not a date and time', (given) => {
  const instant = readInstant(halfWidth(given));
  if (instant === undefined) return undefined;
  const written = new Date(instant.epochMs).toISOString();
  return written.length === 24 ? written : undefined;
});
