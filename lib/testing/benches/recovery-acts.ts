import "server-only";
import { writeEvaluationRoster } from "@/lib/custodian/roster/evaluation-roster";
import { signAsPortal } from "@/lib/escrow/client/portal-signature";
import { registerPending } from "@/lib/escrow/client/registrar";
import { askRecovery } from "@/lib/keys/recovery/ask-recovery";
import { beginRecovery } from "@/lib/keys/recovery/begin-recovery";
import { challengeRecovery } from "@/lib/keys/recovery/challenge-recovery";
import type { RecoveryAnswer } from "@/lib/keys/recovery/schema";
import { signRecovery } from "@/lib/keys/recovery/sign-recovery";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import { first, type Held, hold, type Person, submit } from "@/lib/testing/benches/client-held-bench";
import type { UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { createKeyHolder, type KeyHolder } from "@/lib/testing/devices/key-holder";
import { runRecoveries } from "@/lib/transactions/key-recovery/run-recoveries";

const ownKey = (handle: string, public_key: string | undefined) =>
  public_key === undefined
    ? {}
    : { credentials: [{ kind: "ed25519" as const, key_id: `${handle}/1`, public_key }] };

/** Writes a roster of these people, for whom the portal signs. The custodian accepts it at its next call. */
export async function writeRoster(
  bench: UseCaseBench,
  people: readonly Person[],
  keys: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  await writeEvaluationRoster(bench.rosterFile, {
    log: bench.place.log,
    persons: people.map(({ principal }) => ({
      person: principal.handle,
      organisation: principal.organisationId,
      role: principal.role,
      duties: [...principal.duties],
      ...(principal.role === "client" || principal.role === "miner"
        ? { participant: principal.participantId }
        : {}),
      ...ownKey(principal.handle, keys.get(principal.handle)),
    })),
    evaluationKey: loadSigningKey(bench.keystore, "evaluation").publicKey,
    sign: (statement) => signAsPortal(bench.keystore, "roster", statement),
  });
}

/** People who may help after a loss, and people who may not. All are on the custodian's roster. */
export interface Helpers {
  readonly owners: readonly Person[];
  readonly other: Person;
  readonly legal: Person;
  readonly approver: Person;
  readonly support: Person;
  /** A person of the first owner's organisation, on the roster and with the duty. */
  readonly insider: Person;
}

/** Makes the helpers. `legalKey` is the public key of the legal reviewer's own Ed25519 key; without it the portal signs for them. */
export async function helpers(bench: UseCaseBench, owners: number, legalKey?: string): Promise<Helpers> {
  const clients: Person[] = [];
  while (clients.length < owners) clients.push(await bench.person({ role: "client", hasKey: false }));
  const other = await bench.person({ role: "miner" });
  const coordinator = (duties: Person["principal"]["duties"]) =>
    bench.person({ role: "coordinator", duties, hasKey: false });
  const legal = await coordinator(["legal"]);
  const approver = await coordinator(["approve"]);
  const support = await coordinator(["support"]);
  const colleague = await coordinator(["approve"]);
  const organisationId = first(clients).principal.organisationId;
  const insider = { ...colleague, principal: { ...colleague.principal, organisationId } };
  const keys = new Map(legalKey === undefined ? [] : [[legal.principal.handle, legalKey] as const]);
  await writeRoster(bench, [...clients, other, legal, approver, support, insider], keys);
  return { owners: clients, other, legal, approver, support, insider };
}

/** A person who lost a client-held key, with transactions sealed with it. */
export interface Loss extends Helpers {
  readonly owner: Person;
  readonly old: Held;
  /** The new key, which is not registered. */
  readonly next: KeyHolder;
  readonly ids: readonly string[];
}

export async function loss(who: Helpers, at = 0, count = 2): Promise<Loss> {
  const owner = who.owners[at];
  if (owner === undefined) throw new TypeError("no such owner");
  const old = await hold(owner);
  const ids: string[] = [];
  while (ids.length < count) {
    const isOwn = ids.length % 2 === 0;
    ids.push(await submit(isOwn ? owner : who.other, isOwn ? who.other : owner));
  }
  while ((await registerPending(owner)).more);
  return { ...who, owner, old, next: createKeyHolder(), ids: ids.sort() };
}

export const asked = ({ owner, old, next }: Loss, reason = "The laptop is gone."): Promise<RecoveryAnswer> =>
  askRecovery(owner, old.keyId, { public_key: next.publicKey, reason });

export const signedBy = (person: Person, { old }: Loss): Promise<RecoveryAnswer> =>
  signRecovery(person, old.keyId, {});

/** Runs challenge and answer with the holder of the new key, or with the given holder. */
export async function begun({ owner, old, next }: Loss, holder: KeyHolder = next): Promise<RecoveryAnswer> {
  const { challenge } = await challengeRecovery(owner, old.keyId);
  return beginRecovery(owner, old.keyId, { client_tag: holder.answer(challenge) });
}

/** Returns a recovery that was asked for and signed by two people, after a worker has integrated the entries. */
export async function agreed(bench: UseCaseBench, one: Loss): Promise<RecoveryAnswer> {
  await asked(one);
  await signedBy(one.legal, one);
  const answer = await signedBy(one.approver, one);
  await bench.integrate();
  return answer;
}

export const run = (cx: Person): Promise<number> => runRecoveries({ ...cx, system: "portal" });
