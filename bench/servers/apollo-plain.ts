// What a gateway without any of this would be: Apollo Server as everybody starts it, over the same SDL, the
// captured answers in memory, default resolvers. No token, no policy, no audit, no limits.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import type { GatewayReady } from '../../gateway/main.ts';
import type { Captured } from '../captured.ts';
import { readQuestions } from '../questions.ts';

type Entity = Readonly<Record<string, unknown>>;

const { answers } = JSON.parse(await readFile(process.env['BENCH_CAPTURED'] ?? '', 'utf8')) as Captured;
const directory = join(process.env['PROJECT_ROOT'] ?? '.', 'schema');
const names = (await readdir(directory)).filter((name) => name.endsWith('.graphql'));
const typeDefs = await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')));

// Items by the code as typed: a bad code has its typed item, as in the gateway's answer.
const [opening] = await readQuestions(process.env['PROJECT_ROOT'] ?? '.');
const { variables } = JSON.parse(opening!.body) as {
  readonly variables: { readonly usccs: readonly string[] };
};
const organisations = new Map(
  (answers.Q1.data['organizations'] as readonly Entity[]).map((entity, index) => [
    variables.usccs[index],
    { __typename: 'uscc' in entity ? 'Organization' : 'InvalidSubject', ...entity },
  ]),
);
const official = answers.Q2.data['person'] as Entity;

const server = new ApolloServer({
  typeDefs,
  resolvers: {
    Query: {
      organizations: (_: unknown, { usccs }: { readonly usccs: readonly string[] }) =>
        usccs.map((uscc) => organisations.get(uscc)),
      person: (_: unknown, { citizenId }: { readonly citizenId: string }) =>
        citizenId === official['citizenId'] ? official : null,
    },
  },
});
const { url } = await startStandaloneServer(server, { listen: { port: 0, host: '127.0.0.1' } });
process.send?.({ listening: url.replace(/\/$/, '') } satisfies Pick<GatewayReady, 'listening'>);
process.on('disconnect', () => process.exit());
