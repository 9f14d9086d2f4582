// connectors/sources/manifest.schema.json: the shape of a manifest for editors, made from the shapes that check it.
import { z } from 'zod';
import { manifestShapes } from '../../connectors/manifest-schema.ts';

/** JSON Schema, draft 2020-12. What it cannot say (units, the SDL) is said by `npm run -s check`. */
export function manifestJsonSchema(): string {
  const schemas = Object.values(manifestShapes).map((shape) =>
    z.toJSONSchema(shape, {
      io: 'input',
      unrepresentable: 'any',
      reused: 'inline',
      override: ({ jsonSchema, path }) => {
        // A field may be written as its column's name alone, which a shape with a step before it cannot say.
        if (path.at(-1) !== 'additionalProperties' || path.at(-2) !== 'fields') return;
        const whole = { ...jsonSchema };
        for (const key of Object.keys(jsonSchema)) delete jsonSchema[key as keyof typeof jsonSchema];
        jsonSchema.anyOf = [{ type: 'string' }, whole];
      },
    }),
  );
  const whole = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Manifest of a source',
    description:
      'Where an agency is and how its columns become fields. docs/manifests.md explains every key.',
    oneOf: schemas.map(({ $schema: _draft, ...schema }) => schema),
  };
  return `${JSON.stringify(whole, undefined, 2)}\n`;
}
