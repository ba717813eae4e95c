import "server-only";
import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { bodyDigest, type GroupContent, openEnvelope, parseEnvelope } from "@/lib/crypto/envelope/envelope";
import { type Envelope, isEscrowKid } from "@/lib/crypto/envelope/envelope-format";
import { recordDigest } from "@/lib/crypto/envelope/record-digest";
import { escrowOkBytes } from "@/lib/crypto/escrow-ok";
import { FormatError, OpenError } from "@/lib/crypto/format-error";
import { formatMicros } from "@/lib/crypto/instant";
import { isOnTwist } from "@/lib/crypto/x25519-check";
import { type Core, nameRegistrations } from "@/lib/custodian/core";
import type { RegisteredBody } from "@/lib/custodian/journal/records";
import { Refused, refuse } from "@/lib/custodian/refused";
import type { RegistrationItem, RegistrationResult } from "@/lib/escrow/protocol/messages";
import { escrowKeyName } from "@/lib/keystore/files/create-keys";

/** An envelope in strict form and the escrow's own entry in it. */
interface OwnEntry {
  readonly envelope: Envelope;
  readonly kid: string;
  readonly epk: Uint8Array;
  readonly bd: string;
  /** Record digest of the field digest list that was sent with it. */
  readonly rd: string;
}

/** Parses an item's envelope strictly and finds the escrow's own entry. */
export function ownEntry(item: RegistrationItem): OwnEntry {
  let envelope: Envelope;
  let rd: string;
  try {
    envelope = parseEnvelope(item.jwe);
    rd = recordDigest(item.tx, item.rd_list);
  } catch (error) {
    if (error instanceof FormatError)
      return refuse("envelope", `The envelope's form is refused: ${error.message}.`);
    throw error;
  }
  const own = envelope.recipients.find((recipient) => isEscrowKid(recipient.header.kid));
  if (own === undefined) return refuse("envelope", "The envelope has no escrow entry.");
  return {
    envelope,
    kid: own.header.kid,
    epk: fromBase64url(own.header.epk.x),
    bd: bodyDigest(envelope),
    rd,
  };
}

/**
 * Opens an item's envelope with the escrow key of the epoch that its entry names. lib/crypto checks the binding,
 * commitment, tag, padding, JCS, number of fields and the digest list.
 */
export async function openItem(core: Core, item: RegistrationItem, own: OwnEntry): Promise<GroupContent> {
  const key = core.keystore.readNamedKey(escrowKeyName(Number(own.kid.slice("escrow#".length))));
  if (key === undefined) return refuse("epoch", `There is no escrow key ${own.kid}.`);
  if (isOnTwist(own.epk)) return refuse("envelope", "The escrow entry's ephemeral key is on the twist.");
  try {
    return await openEnvelope({
      tx: item.tx,
      group: item.grp,
      ep: item.ep,
      gen: item.gen,
      rd: own.rd,
      list: item.rd_list,
      fieldCount: item.fields,
      envelope: own.envelope,
      kid: own.kid,
      derive: (epk) => core.keystore.derive(key, epk),
    });
  } catch (error) {
    if (error instanceof OpenError || error instanceof FormatError) {
      return refuse("envelope", "The escrow entry does not open, or is bound to other data.");
    }
    throw error;
  }
}

/** Returns the participants among the recipients. Only the escrow's own entry is proven; the sealer claims the others. */
function partiesOf({ recipients }: Envelope): string[] {
  const kids = recipients.map(({ header }) => header.kid).filter((kid) => !isEscrowKid(kid));
  return [...new Set(kids.map((kid) => kid.slice(0, kid.lastIndexOf("#"))))].sort();
}

/** Returns the registered record digest of an item's transaction, and the body digest of its place. */
function knownOf(core: Core, { tx, grp, gen }: Pick<RegisteredBody, "tx" | "grp" | "gen">) {
  const known = core.registrations.find(tx);
  return { rd: known?.rd, bd: known?.groups[grp]?.[gen]?.bd };
}

/**
 * Refuses another body for a place that has one, and another record digest for a transaction that has one. This never
 * changes, and it is checked before anything is opened. A reseal is a new body of the same record.
 */
export function refuseReplacement(core: Core, item: RegistrationItem, own: OwnEntry): void {
  const known = knownOf(core, item);
  if ((known.bd ?? own.bd) !== own.bd) {
    refuse("body-digest", "Another body is registered for this transaction, group and generation.");
  }
  if ((known.rd ?? own.rd) !== own.rd) {
    refuse("body-digest", "The transaction is registered with another record digest.");
  }
}

async function checkOne(core: Core, item: RegistrationItem): Promise<RegisteredBody> {
  const own = ownEntry(item);
  refuseReplacement(core, item, own);
  const { tx, grp, gen } = item;
  const body = { tx, grp, gen, bd: own.bd, kid: own.kid, rd: own.rd, parties: partiesOf(own.envelope) };
  const known = knownOf(core, item);
  // Opening proves the body and its record digest. Both may have been proven before.
  if (known.bd !== body.bd || known.rd !== body.rd) await openItem(core, item, own);
  return body;
}

function confirm(core: Core, { rd: _rd, parties: _parties, ...body }: RegisteredBody): RegistrationResult {
  const signature = core.identity.signNow(escrowOkBytes(body));
  return { ok: true, ...body, signature: toBase64url(signature) };
}

type Checked = {
  readonly item: RegistrationItem;
  readonly body?: RegisteredBody;
  readonly refused?: Refused;
};

async function check(core: Core, item: RegistrationItem): Promise<Checked> {
  try {
    return { item, body: await checkOne(core, item) };
  } catch (error) {
    if (error instanceof Refused) return { item, refused: error };
    throw error;
  }
}

/** What a batch adds to the registrations. It is checked together with them. */
class Batch {
  private readonly fresh = new Map<string, RegisteredBody>();
  private readonly recordDigests = new Map<string, string>();

  constructor(private readonly core: Core) {}

  /** Adds a body, unless its place has another body or its transaction another record digest. */
  take(body: RegisteredBody): boolean {
    const known = knownOf(this.core, body);
    const place = `${body.tx}|${body.grp}|${body.gen}`;
    const bd = known.bd ?? this.fresh.get(place)?.bd;
    const rd = known.rd ?? this.recordDigests.get(body.tx);
    if ((bd ?? body.bd) !== body.bd || (rd ?? body.rd) !== body.rd) return false;
    if (known.bd === undefined) this.fresh.set(place, body);
    this.recordDigests.set(body.tx, body.rd);
    return true;
  }

  items(): RegisteredBody[] {
    return [...this.fresh.values()];
  }
}

/** Lines of registrations that may come after the last one that the journal of all other acts names. */
const MOST_UNNAMED = 1_000;

/** Writes registrations to their journal and syncs it, then remembers them. Synchronous, so no other act can interleave. */
export function addRegistrations(core: Core, items: RegisteredBody[]): void {
  nameRegistrations(core, MOST_UNNAMED);
  core.registrations.add({ at: formatMicros(core.clock.nowMicros()), items });
}

/**
 * Registers groups. One journal line remembers all groups that open, and the custodian signs a confirmation for each. The
 * other groups are refused individually. A repeated registration of the same body gets the same answer.
 */
export async function register(
  core: Core,
  items: readonly RegistrationItem[],
): Promise<RegistrationResult[]> {
  const checked: Checked[] = [];
  for (const item of items) checked.push(await check(core, item));
  // The checks wait for the keystore, so another call may have registered meanwhile. All steps after this line are
  // synchronous.
  const batch = new Batch(core);
  const results = checked.map(({ item, body, refused }): RegistrationResult => {
    if (body !== undefined && batch.take(body)) return confirm(core, body);
    const { tx, grp, gen } = item;
    return { ok: false, tx, grp, gen, reason: refused?.reason ?? "body-digest" };
  });
  const fresh = batch.items();
  if (fresh.length > 0) addRegistrations(core, fresh);
  return results;
}
