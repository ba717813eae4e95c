import "server-only";
import type { AppendedEntry } from "@/lib/audit/entry/event";
import { toBase64url } from "@/lib/crypto/bytes";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { x25519Handle } from "@/lib/crypto/primitives";
import { openReply } from "@/lib/crypto/reply";
import { askCustodian, distrust, type PinnedCustodian } from "@/lib/escrow/client/transport";
import {
  type IntentEvidence,
  OpenResponse,
  PATHS,
  type RegistrationItem,
} from "@/lib/escrow/protocol/messages";
import type { GroupName, OpenStatement, StatementSignature } from "@/lib/escrow/protocol/statements";

/** One opening through escrow: what is asked, the requester's word for it, and the record that it is happening. */
export interface EscrowOpening {
  readonly grant: string;
  readonly transaction: string;
  readonly groups: readonly GroupName[];
  /** The sealed groups as they stand in the database, one for each of `groups`. */
  readonly envelopes: readonly RegistrationItem[];
  /** The committed intent entry (action `disclosure.open`, details of `intentDetails`). */
  readonly intent: AppendedEntry;
  readonly opening: { readonly statement: OpenStatement; readonly signature: StatementSignature };
  /** With the private key the answer is opened here; without, it stays sealed to its owner. */
  readonly replyKey: { readonly publicKey: Uint8Array; readonly privateKey?: Uint8Array };
}

/** A reply still sealed to the requester's own key. */
interface SealedReply {
  readonly jwe: Readonly<Record<string, unknown>>;
  readonly signature: string;
}

export interface EscrowOpened {
  readonly assurance: "evaluation" | "signed";
  readonly viewsLeft: number;
  /** Fields by group; empty when the reply key is the requester's own. */
  readonly data: Readonly<Partial<Record<GroupName, Record<string, Json>>>>;
  /** Names of masked fields by group. */
  readonly masked: Readonly<Partial<Record<GroupName, readonly string[]>>>;
  readonly sealed: Readonly<Partial<Record<GroupName, SealedReply>>>;
}

/** What the custodian needs of an intent: its bytes, and the key of its org part alone. */
export function intentEvidence(intent: AppendedEntry): IntentEvidence {
  const parts = intent.parts.filter((part) => part.kind === "org");
  return {
    entry: toBase64url(intent.bytes),
    parts: parts.map(({ c, stored, partKey }) => ({
      c,
      stored: toBase64url(stored),
      part_key: toBase64url(partKey),
    })),
  };
}

/** Asks the custodian to open, and opens its answer when the reply key is at hand. */
export async function openThroughEscrow(
  pinned: PinnedCustodian,
  opening: EscrowOpening,
): Promise<EscrowOpened> {
  const { grant, transaction, groups, envelopes } = opening;
  const answer = await askCustodian(pinned, "POST", PATHS.open, OpenResponse, {
    grant,
    transaction,
    groups,
    envelopes,
    intent: intentEvidence(opening.intent),
    opening: opening.opening,
  });
  const sealed = Object.fromEntries(
    answer.replies.map(({ grp, jwe, signature }) => [grp, { jwe, signature }]),
  );
  const data: Partial<Record<GroupName, Record<string, Json>>> = {};
  const masked: Partial<Record<GroupName, readonly string[]>> = {};
  const { privateKey } = opening.replyKey;
  if (privateKey !== undefined) {
    for (const { grp, jwe, signature } of answer.replies) {
      const reply = await openOne(pinned, opening, { grp, jwe, signature }, privateKey);
      data[grp] = reply.fields;
      masked[grp] = reply.masked;
    }
  }
  return { assurance: answer.assurance, viewsLeft: answer.views_left, data, masked, sealed };
}

async function openOne(
  pinned: PinnedCustodian,
  opening: EscrowOpening,
  reply: OpenResponse["replies"][number],
  privateKey: Uint8Array,
): Promise<{ fields: Record<string, Json>; masked: string[] }> {
  const handle = x25519Handle(privateKey);
  const payload = await openReply({
    intent: opening.intent.id,
    tx: opening.transaction,
    group: reply.grp,
    replyKey: opening.replyKey.publicKey,
    jwe: reply.jwe,
    signature: reply.signature,
    derive: handle.derive,
    custodianPublicKey: pinned.publicKey,
  }).catch(() => {
    throw distrust("reply");
  });
  const { fields, masked } = payload;
  if (typeof fields !== "object" || fields === null || Array.isArray(fields) || !Array.isArray(masked)) {
    throw distrust("reply");
  }
  return { fields, masked: masked.filter((name) => typeof name === "string") };
}
