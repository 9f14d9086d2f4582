// Token → Caller, once. Without a token a caller is `public`, with the public's rights; there is no other way in.
import { publicConsumer } from '../../policies/engine/consumers.ts';
import { ClientError } from '../errors.ts';
import type { Authenticator } from './authenticate.ts';
import type { PolicySnapshot } from './snapshot.ts';
import { type Caller, enter } from './stages.ts';

/** Resolves the caller or throws ClientError. A client named `public` is no consumer: that name means no token. */
export async function identifyCaller(
  authenticator: Authenticator,
  snapshot: PolicySnapshot,
  authorization: readonly string[] | undefined,
): Promise<Caller> {
  const { consumers } = snapshot.policies.policySet.consumers;
  const authentication = await authenticator.authenticate(
    authorization === undefined ? {} : { authorization: [...authorization] },
  );
  switch (authentication.kind) {
    case 'anonymous':
      return enter<'caller', Caller>({ consumer: consumers.get(publicConsumer)! } as Caller);
    case 'refused':
      throw new ClientError(authentication.code, undefined, authentication.cause);
    case 'client': {
      const consumer = consumers.get(authentication.clientId);
      if (consumer === undefined || consumer.name === publicConsumer)
        throw new ClientError('CONSUMER_UNKNOWN');
      const { tokenId: token, speaksFor } = authentication;
      return enter<'caller', Caller>({
        consumer,
        token,
        ...(speaksFor === undefined ? {} : { speaksFor }),
      } as Caller);
    }
  }
}
