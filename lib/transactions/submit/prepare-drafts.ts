import "server-only";
import type { Context } from "@/lib/context/context";
import { DomainError } from "@/lib/errors";
import { type ActiveKey, vouchForKeys } from "@/lib/keys/active-keys";
import { MAX_PARTICIPANTS, type NewTransaction } from "@/lib/transactions/schema";
import { findParties, findTakenIds, type Participant } from "@/lib/transactions/submit/parties-store";
import { type Draft, draftTransaction } from "@/lib/transactions/submit/seal-transaction";

interface Known {
  readonly participants: ReadonlyMap<string, Participant>;
  readonly withKey: ReadonlySet<string>;
  readonly taken: Set<string>;
}

export interface Prepared {
  /** One per input, in the same order: a draft, or the reason for its refusal. */
  readonly drafts: readonly (Draft | DomainError)[];
  readonly keys: readonly ActiveKey[];
}

function partiesOf(input: NewTransaction, submitter: string): string[] {
  return [...new Set([...input.participants, submitter])];
}

const REFUSALS = {
  "participant.unknown": (id: string) => `Unknown participant: ${id}.`,
  "participant.not-a-party": (id: string) =>
    `${id} belongs to the operator or an agency; parties are clients and miners of other organisations.`,
  "participant.no-active-key": (id: string) => `Participant ${id} has no active key.`,
};

function refuseAt(code: keyof typeof REFUSALS, input: NewTransaction, id: string) {
  const detail = REFUSALS[code](id);
  const index = input.participants.indexOf(id);
  const pointer = index < 0 ? "/participants" : `/participants/${index}`;
  return new DomainError(code, { detail, errors: [{ pointer, detail }], extra: { participant: id } });
}

function tooMany(): DomainError {
  const detail = `more than ${MAX_PARTICIPANTS} participants with the submitter`;
  return new DomainError("request.invalid", { errors: [{ pointer: "/participants", detail }] });
}

function refusalOf(input: NewTransaction, parties: readonly string[], known: Known): DomainError | undefined {
  if (parties.length > MAX_PARTICIPANTS) return tooMany();
  const stranger = parties.find((id) => known.participants.get(id)?.isActive !== true);
  if (stranger !== undefined) return refuseAt("participant.unknown", input, stranger);
  // If a reviewer or supervisor could be named, the submitter could make them a party and so stop them from deciding.
  const official = parties.find((id) => known.participants.get(id)?.mayBeParty !== true);
  if (official !== undefined) return refuseAt("participant.not-a-party", input, official);
  const keyless = parties.find((id) => !known.withKey.has(id));
  if (keyless !== undefined) return refuseAt("participant.no-active-key", input, keyless);
  if (input.transaction_id !== undefined && known.taken.has(input.transaction_id)) {
    return new DomainError("transaction.exists", { detail: "The transaction id is taken." });
  }
  return undefined;
}

function draftOne(cx: Context, input: NewTransaction, submitter: string, known: Known): Draft | DomainError {
  const participants = partiesOf(input, submitter);
  const refusal = refusalOf(input, participants, known);
  if (refusal !== undefined) return refusal;
  if (input.transaction_id !== undefined) known.taken.add(input.transaction_id);
  const hasNaturalPerson = participants.some((id) => known.participants.get(id)?.isNatural === true);
  return draftTransaction(cx.clock, input, { participants, hasNaturalPerson });
}

/** Looks up participants and active keys once for all inputs, and drafts those that can be sealed. */
export async function prepareDrafts(
  cx: Context,
  submitter: string,
  inputs: readonly NewTransaction[],
): Promise<Prepared> {
  const ids = [...new Set(inputs.flatMap((input) => partiesOf(input, submitter)))];
  const chosen = inputs.flatMap((input) =>
    input.transaction_id === undefined ? [] : [input.transaction_id],
  );
  const { run } = cx.db;
  const [parties, taken] = await Promise.all([
    findParties(run, cx.instance.tenantId, ids),
    findTakenIds(run, chosen),
  ]);
  const keys = await vouchForKeys(cx, parties.keys);
  const known: Known = {
    participants: new Map(parties.participants.map((participant) => [participant.id, participant])),
    withKey: new Set(keys.map((key) => key.participantId)),
    taken,
  };
  return { drafts: inputs.map((input) => draftOne(cx, input, submitter, known)), keys };
}
