import "server-only";
import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { openContentKey, rewrapRecipient } from "@/lib/crypto/envelope/envelope";
import { escrowOkBytes } from "@/lib/crypto/escrow-ok";
import type { Core } from "@/lib/custodian/core";
import { newestEpoch } from "@/lib/custodian/envelopes/epochs";
import { addRegistrations, openItem, ownEntry, register } from "@/lib/custodian/envelopes/register";
import type { RegisteredBody } from "@/lib/custodian/journal/records";
import { Refused, refuse } from "@/lib/custodian/refused";
import type { RegistrationItem, RewrapResult } from "@/lib/escrow/protocol/messages";
import { escrowKeyName } from "@/lib/keystore/files/create-keys";

interface Moved {
  readonly body: RegisteredBody;
  readonly epk: string;
  readonly encryptedKey: string;
}

/**
 * Opens the own entry with every check, and wraps its content key for the newest epoch. Only the entry leaves the
 * custodian.
 */
async function moveOne(core: Core, item: RegistrationItem): Promise<Moved> {
  const own = ownEntry(item);
  const { tx, grp: group, gen, ep } = item;
  const { statement } = newestEpoch(core);
  const known = core.registrations.find(tx);
  if (known?.groups[group]?.[gen]?.bd !== own.bd)
    return refuse("body-digest", "The sealed group is not registered.");
  await openItem(core, item, own);
  const key = core.keystore.readNamedKey(escrowKeyName(Number(own.kid.slice("escrow#".length))));
  if (key === undefined) return refuse("epoch", `There is no escrow key ${own.kid}.`);
  const context = { tx, group, ep, gen, rd: own.rd, envelope: own.envelope };
  const derive = (epk: Uint8Array) => core.keystore.derive(key, epk);
  const cek = await openContentKey({ ...context, kid: own.kid, derive });
  try {
    const publicKey = fromBase64url(statement.public_key);
    const { envelope } = rewrapRecipient({
      ...context,
      cek,
      oldKid: own.kid,
      newKid: statement.kid,
      publicKey,
    });
    const entry = envelope.recipients.find(({ header }) => header.kid === statement.kid);
    if (entry === undefined) throw new TypeError("a re-wrap lost the entry it made");
    return {
      body: { tx, grp: group, gen, bd: own.bd, kid: statement.kid, rd: known.rd, parties: known.parties },
      epk: entry.header.epk.x,
      encryptedKey: entry.encrypted_key,
    };
  } finally {
    cek.fill(0);
  }
}

function answer(core: Core, { body, epk, encryptedKey }: Moved): RewrapResult {
  const { tx, grp, gen, bd, kid } = body;
  const signature = core.identity.signNow(escrowOkBytes({ tx, grp, gen, bd, kid }));
  const said = { tx, grp, gen, bd, kid, signature: toBase64url(signature) };
  return { ok: true, ...said, epk, encrypted_key: encryptedKey };
}

/**
 * Moves the escrow's entries of registered groups to the newest epoch. It first registers groups that are not registered
 * yet. One journal line remembers all moved entries before the answer. After a lost answer, a repetition creates new
 * entries from the same old entry.
 */
export async function rewrap(core: Core, items: readonly RegistrationItem[]): Promise<RewrapResult[]> {
  await register(
    core,
    items.filter((item) => core.registrations.body(item) === undefined),
  );
  const moved: (Moved | Refused)[] = [];
  for (const item of items) {
    moved.push(
      await moveOne(core, item).catch((error: unknown) => {
        if (error instanceof Refused) return error;
        throw error;
      }),
    );
  }
  const fresh = moved.flatMap((one) => (one instanceof Refused ? [] : [one.body]));
  // Wrapping waits for the keystore. All steps after this line are synchronous.
  const isGone = fresh.some(({ kid }) => core.memory.destroyed.has(Number(kid.slice("escrow#".length))));
  if (isGone) refuse("epoch", "The epoch was destroyed in the meantime.");
  if (fresh.length > 0) addRegistrations(core, fresh);
  return moved.flatMap((one, at): RewrapResult[] => {
    const item = items[at];
    if (item === undefined) return [];
    if (!(one instanceof Refused)) return [answer(core, one)];
    const { tx, grp, gen } = item;
    return [{ ok: false, tx, grp, gen, reason: one.reason }];
  });
}
