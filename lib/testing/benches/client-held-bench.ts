import { type EnvelopeRecipient, openEnvelope } from "@/lib/crypto/envelope/envelope";
import { inSnapshot } from "@/lib/db/transaction";
import { challengeClientHeld } from "@/lib/keys/possession/challenge";
import { proveKey } from "@/lib/keys/possession/prove-key";
import { registerKey } from "@/lib/keys/register/register-key";
import { type HandedOver, type NewEntry, WrapsOrder } from "@/lib/keys/wraps/schema";
import type { UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { entriesFor } from "@/lib/testing/devices/client-held-program";
import { createKeyHolder, heldBy, type KeyHolder, proofOf } from "@/lib/testing/devices/key-holder";
import { handOver } from "@/lib/transactions/client-held/hand-over";
import { listWraps } from "@/lib/transactions/client-held/list-wraps";
import { loadSealed } from "@/lib/transactions/read/load-sealed";
import { NewTransaction } from "@/lib/transactions/schema";
import { findTransaction } from "@/lib/transactions/store";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

export type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

export const SENT = { amount: "1000", currency: "EUR", narrative: "a narrative" };

/** Submits a transaction with two sealed groups from one person to another. */
export async function submit(from: Person, to: Person): Promise<string> {
  const participants = [to.principal.participantId];
  const input = NewTransaction.parse({ job_id: "job-1", confidential: true, participants, ...SENT });
  return (await submitTransaction(from, input)).transaction_id;
}

/** Returns the sealed groups of a transaction as the database stores them. */
export async function groupsOf(cx: Person, id: string) {
  return inSnapshot(cx, async (tx) => {
    const transaction = await findTransaction(tx.run, cx.instance.tenantId, id);
    if (transaction === undefined) throw new TypeError("no transaction");
    return { transaction, groups: (await loadSealed(tx, transaction)).groups };
  });
}

/** Returns all recipients of all groups of a transaction. */
export const kidsOf = async (cx: Person, id: string): Promise<string[]> =>
  (await groupsOf(cx, id)).groups.flatMap(({ wraps }) => wraps.map(({ kid }) => kid)).sort();

/** A key whose private key is in its owner's program. */
export interface Held {
  readonly holder: KeyHolder;
  readonly keyId: string;
  readonly kid: string;
}

/** Registers a holder's key and proves it; also signed with the former key if that one is client-held. */
export async function hold(cx: Person, former?: KeyHolder): Promise<Held> {
  const holder = createKeyHolder();
  const { key } = await registerKey(cx, heldBy(holder, cx.principal.participantId));
  const { key_id: keyId, kid } = await proveKey(cx, key.key_id, proofOf(key, holder, former));
  return { holder, keyId, kid };
}

/** Returns what a holder reads with their own private key, from the rows of `GET …/envelopes`. */
export async function readWith(cx: Person, { holder, kid }: Held, id: string): Promise<unknown> {
  const { transaction, groups } = await groupsOf(cx, id);
  const read: Record<string, unknown> = {};
  for (const { context, envelope, row } of groups) {
    const own = { derive: holder.derive, kid, list: transaction.digestList, fieldCount: row.fieldCount };
    Object.assign(read, (await openEnvelope({ ...context, envelope, ...own })).fields);
  }
  return read;
}

/** Returns an owner whose client-held key was replaced by another one, with transactions sealed for the first. */
export async function replaced(bench: UseCaseBench, count = 1) {
  const owner = await bench.person({ role: "client", hasKey: false });
  const other = await bench.person({ role: "miner" });
  const old = await hold(owner);
  const ids: string[] = [];
  while (ids.length < count) {
    const isOwn = ids.length % 2 === 0;
    ids.push(await submit(isOwn ? owner : other, isOwn ? other : owner));
  }
  const next = await hold(owner, old.holder);
  return { owner, other, old, next, ids: ids.sort() };
}

/** Returns the old key's answer to a fresh challenge. */
export const answerOf = async (cx: Person, { keyId, holder }: Held): Promise<string> =>
  holder.answer((await challengeClientHeld(cx, keyId)).challenge);

/** Returns the entries that the owner's program makes for all listed ones. */
export const made = async (cx: Person, old: Held, next: Held): Promise<NewEntry[]> =>
  entriesFor(old.holder, await listWraps(cx, old.keyId, { limit: 50 }), next.holder);

/** Posts entries after a worker has integrated the waiting ones, with a fresh answer unless one is given. */
export async function post(
  bench: Pick<UseCaseBench, "integrate">,
  cx: Person,
  old: Held,
  entries: readonly NewEntry[],
  tag?: string,
): Promise<HandedOver> {
  await bench.integrate();
  const client_tag = tag ?? (await answerOf(cx, old));
  return handOver(cx, old.keyId, WrapsOrder.parse({ client_tag, entries }));
}

/** Returns an entry with other members in its recipient. */
export function changed(
  entry: NewEntry,
  header: Partial<EnvelopeRecipient["header"]>,
  encrypted_key?: string,
): NewEntry {
  const { recipient } = entry;
  return {
    ...entry,
    recipient: {
      header: { ...recipient.header, ...header },
      encrypted_key: encrypted_key ?? recipient.encrypted_key,
    },
  };
}

/** Returns the same person with another API key. */
export function elsewhere(cx: Person): Person {
  const { principal } = cx;
  const proof = { kind: "api-key", keyId: principal.userId, prefix: "other", signed: false } as const;
  return { ...cx, principal: { ...principal, proof } };
}

/** Returns the first item of a list. Throws if the list is empty. */
export function first<T>(list: readonly T[]): T {
  const [one] = list;
  if (one === undefined) throw new TypeError("an empty list");
  return one;
}
