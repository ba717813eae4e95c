import "server-only";
import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import type { GroupContent } from "@/lib/crypto/envelope";
import { bodyDigest, openEnvelope, parseEnvelope } from "@/lib/crypto/envelope";
import { type Envelope, isEscrowKid } from "@/lib/crypto/envelope-format";
import { signEscrowOk } from "@/lib/crypto/escrow-ok";
import { FormatError, OpenError } from "@/lib/crypto/format-error";
import { recordDigest } from "@/lib/crypto/record-digest";
import { isOnTwist } from "@/lib/crypto/x25519-check";
import { type Core, remember } from "@/lib/custodian/core";
import type { RegisteredBody } from "@/lib/custodian/records";
import { Refused, refuse } from "@/lib/custodian/refused";
import { escrowKeyName } from "@/lib/custody/create-keys";
import type { RegistrationItem, RegistrationResult } from "@/lib/escrow/protocol";

/** An envelope in strict form with the one entry that is the escrow's. */
interface OwnEntry {
  readonly envelope: Envelope;
  readonly kid: string;
  readonly epk: Uint8Array;
  readonly bd: string;
}

/** Reads an item's envelope strictly and finds the escrow's own entry. */
export function ownEntry(item: RegistrationItem): OwnEntry {
  let envelope: Envelope;
  try {
    envelope = parseEnvelope(item.jwe);
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
  };
}

/**
 * Opens an item's envelope with the escrow key of the epoch its entry names: binding, commitment, tag,
 * padding, JCS, number of fields and the digest list are all checked by lib/crypto.
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
      rd: recordDigest(item.tx, item.rd_list),
      list: item.rd_list,
      fieldCount: item.fields,
      envelope: own.envelope,
      kid: own.kid,
      derive: (epk) => core.keystore.derive(key, epk),
    });
  } catch (error) {
    if (error instanceof OpenError || error instanceof FormatError) {
      return refuse("envelope", "The escrow entry does not open, or is not bound to what was said.");
    }
    throw error;
  }
}

/** Refuses another body for a place that has one: for ever, and before anything is opened. */
function refuseOtherBody(core: Core, item: RegistrationItem, bd: string): void {
  const known = core.memory.body(item);
  if (known !== undefined && known.bd !== bd) {
    refuse("body-digest", "Another body is registered for this transaction, group and generation.");
  }
}

async function checkOne(core: Core, item: RegistrationItem): Promise<RegisteredBody> {
  const own = ownEntry(item);
  refuseOtherBody(core, item, own.bd);
  const body = { tx: item.tx, grp: item.grp, gen: item.gen, bd: own.bd, kid: own.kid };
  if (!core.memory.isRegistered(body)) await openItem(core, item, own);
  return body;
}

function confirm(core: Core, body: RegisteredBody): RegistrationResult {
  const signature = core.identity.withSeed((seed) => signEscrowOk(seed, body));
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

/**
 * Registers groups: what opens is remembered in one journal line and confirmed by signature, the rest is
 * refused one by one. Registering the same body again answers the same.
 */
export async function register(
  core: Core,
  items: readonly RegistrationItem[],
): Promise<RegistrationResult[]> {
  const checked: Checked[] = [];
  for (const item of items) checked.push(await check(core, item));
  // Checking waits for the keystore; another call may have registered meanwhile. From here on nothing waits.
  const fresh = new Map<string, RegisteredBody>();
  const results = checked.map(({ item, body, refused }): RegistrationResult => {
    const place = `${item.tx}|${item.grp}|${item.gen}`;
    const taken = core.memory.body(item) ?? fresh.get(place);
    if (body === undefined || (taken !== undefined && taken.bd !== body.bd)) {
      return {
        ok: false,
        tx: item.tx,
        grp: item.grp,
        gen: item.gen,
        reason: refused?.reason ?? "body-digest",
      };
    }
    if (core.memory.body(item) === undefined) fresh.set(place, body);
    return confirm(core, body);
  });
  if (fresh.size > 0) remember(core, { kind: "register", items: [...fresh.values()] });
  return results;
}
