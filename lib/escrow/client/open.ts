import { type EscrowOpened, type EscrowOpening, intentEvidence } from "@/lib/escrow/protocol/port";
import "server-only";
import { z } from "zod";
import { isSalt } from "@/lib/crypto/envelope/record-digest";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { x25519Handle } from "@/lib/crypto/primitives";
import { openReply } from "@/lib/crypto/reply";
import { askCustodian, distrust, type PinnedCustodian } from "@/lib/escrow/client/transport";
import { OpenResponse, PATHS } from "@/lib/escrow/protocol/messages";
import type { GroupName } from "@/lib/vocabulary";

const Salts = z.record(z.string(), z.string().refine(isSalt)).optional();

/** Asks the custodian to open, and opens its answer when the reply key is present. */
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
    ...(opening.withSalts === undefined ? {} : { with_salts: true }),
  });
  const sealed = Object.fromEntries(
    answer.replies.map(({ grp, jwe, signature }) => [grp, { jwe, signature }]),
  );
  const data: Partial<Record<GroupName, Record<string, Json>>> = {};
  const masked: Partial<Record<GroupName, readonly string[]>> = {};
  const salts: Partial<Record<GroupName, Record<string, string>>> = {};
  const { privateKey } = opening.replyKey;
  if (privateKey !== undefined) {
    for (const { grp, jwe, signature } of answer.replies) {
      const reply = await openOne(pinned, opening, { grp, jwe, signature }, privateKey);
      data[grp] = reply.fields;
      masked[grp] = reply.masked;
      if (reply.salts !== undefined) salts[grp] = reply.salts;
    }
  }
  return { assurance: answer.assurance, viewsLeft: answer.views_left, data, masked, salts, sealed };
}

async function openOne(
  pinned: PinnedCustodian,
  opening: EscrowOpening,
  reply: OpenResponse["replies"][number],
  privateKey: Uint8Array,
): Promise<{ fields: Record<string, Json>; masked: string[]; salts?: Record<string, string> }> {
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
  const { fields, masked, salts } = payload;
  if (typeof fields !== "object" || fields === null || Array.isArray(fields) || !Array.isArray(masked)) {
    throw distrust("reply");
  }
  const known = Salts.safeParse(salts);
  if (!known.success) throw distrust("reply");
  const names = masked.filter((name) => typeof name === "string");
  return { fields, masked: names, ...(known.data === undefined ? {} : { salts: known.data }) };
}
