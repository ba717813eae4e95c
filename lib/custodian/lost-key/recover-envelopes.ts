import "server-only";
import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { openContentKey, wrapContentKey } from "@/lib/crypto/envelope/envelope";
import { statementBytes } from "@/lib/crypto/statement-bytes";
import { type Core, remember } from "@/lib/custodian/core";
import { openItem, ownEntry, refuseReplacement } from "@/lib/custodian/envelopes/register";
import { instantOf } from "@/lib/custodian/grants/scope";
import type { HeldRecovery } from "@/lib/custodian/journal/held-recoveries";
import { type CheckedIntent, readIntent, saysOf } from "@/lib/custodian/openings/check-intent";
import { Refused, refuse } from "@/lib/custodian/refused";
import { assuranceOf } from "@/lib/custodian/roster/signature";
import {
  REWRAP_INTENT_ACTION,
  type RecoverRequest,
  type RecoverResult,
  type RewrappedStatement,
  rewrapIntent,
} from "@/lib/escrow/protocol/lost-key";
import type { RegistrationItem } from "@/lib/escrow/protocol/messages";
import { escrowKeyName } from "@/lib/keystore/files/create-keys";

type Item = RecoverRequest["items"][number];

function requireHeld(core: Core, recovery: string): HeldRecovery {
  const held = core.memory.recoveries.find(recovery);
  if (core.memory.recoveries.isEnded(recovery)) return refuse("revoked", "The recovery has ended.");
  if (held === undefined)
    return refuse("unknown-recovery", "The custodian has not accepted this recovery. Prove the new key.");
  if (core.clock.nowMs() >= instantOf(held.terms.not_after)) {
    refuse("statement-expired", "The agreed time has ended.");
  }
  if (held.assurance === "evaluation" && !core.isEvaluation) {
    refuse("evaluation-key", "The recovery has statements that only an evaluation accepts.");
  }
  return held;
}

function checkAnnounced(core: Core, recovery: string, held: HeldRecovery, one: Item): CheckedIntent {
  const { id, leaf, action, details } = readIntent(core, one.intent);
  const { tx: transaction, grp: group } = one.envelope;
  const { old_kid, new_kid } = held.terms;
  const wanted = rewrapIntent({ transaction, group, recovery, old_kid, new_kid });
  if (action !== REWRAP_INTENT_ACTION || !saysOf(details, wanted)) {
    refuse("intent", "The intent announces something else.");
  }
  return { id, leaf };
}

/** Checks that the envelope is registered and was sealed for this participant, and that two persons named its transaction. */
function checkEnvelope(core: Core, held: HeldRecovery, item: RegistrationItem): void {
  const { terms, transactions } = held;
  if (!transactions.has(item.tx)) refuse("scope", "The statements do not name this transaction.");
  const own = ownEntry(item);
  refuseReplacement(core, item, own);
  if (core.registrations.body(item)?.bd !== own.bd)
    refuse("body-digest", "The sealed group is not registered.");
  if (core.registrations.find(item.tx)?.parties?.includes(terms.participant) !== true) {
    refuse("party", `The transaction was not sealed for ${terms.participant}.`);
  }
  if (!own.envelope.recipients.some(({ header }) => header.kid === terms.old_kid)) {
    refuse("envelope", `The sealed group has no entry for ${terms.old_kid}.`);
  }
}

interface Announced {
  readonly item: RegistrationItem;
  readonly intent: CheckedIntent;
}

/** Checks one envelope and its announcement, or returns the reason of its refusal. One intent serves one envelope. */
function checkAll(core: Core, recovery: string, held: HeldRecovery, items: readonly Item[]) {
  const used = new Set<string>();
  return items.map((one): Announced | Refused => {
    try {
      checkEnvelope(core, held, one.envelope);
      const intent = checkAnnounced(core, recovery, held, one);
      if (used.has(intent.id)) refuse("intent", "The intent was used before.");
      used.add(intent.id);
      return { item: one.envelope, intent };
    } catch (error) {
      if (error instanceof Refused) return error;
      throw error;
    }
  });
}

/** Opens the own entry with every check and wraps its content key for the new key. Only the entry leaves the custodian. */
async function wrapOne(
  core: Core,
  recovery: string,
  held: HeldRecovery,
  { item, intent }: Announced,
): Promise<RewrappedStatement> {
  const own = ownEntry(item);
  const { tx, grp, gen, ep } = item;
  await openItem(core, item, own);
  const key = core.keystore.readNamedKey(escrowKeyName(Number(own.kid.slice("escrow#".length))));
  if (key === undefined) return refuse("epoch", `There is no escrow key ${own.kid}.`);
  const context = { tx, group: grp, ep, gen, rd: own.rd };
  const derive = (epk: Uint8Array) => core.keystore.derive(key, epk);
  const cek = await openContentKey({ ...context, envelope: own.envelope, kid: own.kid, derive });
  try {
    const { new_kid: kid, new_public_key } = held.terms;
    const entry = wrapContentKey(cek, { ...context, kid, publicKey: fromBase64url(new_public_key) });
    const { log } = core;
    const made = { epk: entry.header.epk.x, encrypted_key: entry.encrypted_key };
    return { log, recovery, intent: intent.id, tx, grp, gen, bd: own.bd, kid, ...made };
  } finally {
    cek.fill(0);
  }
}

async function answerOne(
  core: Core,
  recovery: string,
  held: HeldRecovery,
  one: Announced | Refused,
): Promise<Refused | RewrappedStatement> {
  if (one instanceof Refused) return one;
  try {
    return await wrapOne(core, recovery, held, one);
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
}

function resultOf(core: Core, { envelope }: Item, one: Refused | RewrappedStatement): RecoverResult {
  if (one instanceof Refused) {
    const { tx, grp, gen } = envelope;
    return { ok: false, tx, grp, gen, reason: one.reason };
  }
  const signature = core.identity.signNow(statementBytes("rewrapped", one));
  return { ok: true, statement: one, signature: toBase64url(signature) };
}

/**
 * Wraps the content keys of registered envelopes for the new key of an accepted recovery. All checks and the synced
 * journal line are one synchronous step. The line names each envelope and the entry that announces it. Only after this
 * step is anything opened. A lost answer is created again under a new intent.
 */
export async function recoverEnvelopes(
  core: Core,
  { recovery, items }: RecoverRequest,
): Promise<{ assurance: "evaluation" | "signed"; results: RecoverResult[] }> {
  requireHeld(core, recovery);
  // Checked first, so that an unavailable key service leaves no journal line.
  await core.keystore.requireKeys();
  const held = requireHeld(core, recovery);
  const checked = checkAll(core, recovery, held, items);
  const fresh = checked.flatMap((one) => (one instanceof Refused ? [] : [one]));
  if (fresh.length > 0) {
    remember(core, {
      kind: "recover",
      recovery,
      items: fresh.map(({ item, intent }) => {
        const { tx, grp, gen } = item;
        return { tx, grp, gen, bd: ownEntry(item).bd, intent: intent.id, leaf: intent.leaf };
      }),
    });
  }
  const results: RecoverResult[] = [];
  for (const [at, one] of checked.entries()) {
    const item = items[at];
    if (item !== undefined) results.push(resultOf(core, item, await answerOne(core, recovery, held, one)));
  }
  return { assurance: assuranceOf(core, [held.assurance]), results };
}
