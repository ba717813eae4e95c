import "server-only";
import { purposesOf } from "@/lib/access/rules/purposes";
import { refusalOf } from "@/lib/access/rules/refusal";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { isUniqueViolation } from "@/lib/db/errors";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import {
  type FigureValues,
  figureDigest,
  keyContext,
  relationOf,
  valuesOfFigures,
  valuesOfRecord,
} from "@/lib/disputes/figures/compare";
import {
  findFiguresKey,
  insertFigures,
  listFigures,
  type NewFigure,
} from "@/lib/disputes/figures/figures-store";
import type { NewFigures } from "@/lib/disputes/figures/schema";
import { answerDispute } from "@/lib/disputes/get-dispute";
import { type DisputeRef, loadDispute, loadForAct } from "@/lib/disputes/load-dispute";
import { actReasons, isLive, partyOf } from "@/lib/disputes/rules";
import type { DisputeAnswer } from "@/lib/disputes/schema";
import type { DisputeRow } from "@/lib/disputes/store";
import { DomainError, InvariantError } from "@/lib/errors";
import { dataOfAll } from "@/lib/transactions/groups";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { listHeldKeys } from "@/lib/transactions/read/held-store";
import { readKnown } from "@/lib/transactions/read/load-known";
import { GroupName, type Purpose } from "@/lib/vocabulary";

interface Stating {
  readonly row: DisputeRow;
  readonly party: string;
  readonly key: Uint8Array;
  /** The party's program holds the key to the record: this portal cannot open it for them. */
  readonly isHeld: boolean;
}

async function loadStating(cx: Context, ref: DisputeRef, fields: readonly string[]): Promise<Stating> {
  return inSnapshot(cx, async (tx) => {
    const row = await loadDispute(tx, cx, ref);
    const [first, ...others] = actReasons(cx.principal, "state-figures", row);
    if (first !== undefined) throw refusalOf([first, ...others]);
    if (!isLive(row)) throw new DomainError("dispute.state", { detail: `The dispute is ${row.state}.` });
    const party = partyOf(cx.principal, row.participants);
    const sealed = await findFiguresKey(tx, row.id);
    if (party === undefined || sealed === undefined)
      throw new InvariantError("a dispute has no key for its figures");
    const stated = (await listFigures(tx, row.id)).filter((one) => one.party === party);
    if (stated.some(({ field }) => fields.includes(field))) throw new DomainError("dispute.stated");
    const held = await listHeldKeys(tx, party, [row.transactionId]);
    const key = cx.keystore.openSecret(keyContext(row.id), sealed);
    return { row, party, key, isHeld: held.size > 0 };
  });
}

/**
 * Returns the purpose for which this party may open its own record: `dispute` if the policies allow it, otherwise the
 * first allowed one. Undefined if none is allowed.
 */
function purposeOf({ principal, policies }: Context): Purpose | undefined {
  const purposes = purposesOf(principal, policies.active());
  return purposes.find((one) => one === "dispute") ?? purposes[0];
}

/**
 * Opens the party's own record as the party does on its page: with the same rules, proof and entry. Undefined if the
 * party's program holds the key, or no purpose is allowed.
 */
async function readRecordValues(
  cx: Context,
  { row, isHeld }: Stating,
  fields: readonly string[],
): Promise<FigureValues | undefined> {
  const named = new Set(fields.map((field) => field.split("/")[0]));
  const groups = GroupName.options.filter((group) => named.has(group));
  const sealed = groups.filter((group) => row.sealedGroups.includes(group));
  if (isHeld && sealed.length > 0) return undefined;
  const { plain } = await readKnown(cx, row.transactionId);
  const purpose = purposeOf(cx);
  if (purpose === undefined && sealed.length > 0) return undefined;
  const opened =
    purpose === undefined || sealed.length === 0
      ? {}
      : (await openTransaction(cx, row.transactionId, { purpose, fields: sealed })).data;
  return valuesOfRecord({ ...dataOfAll(plain), ...opened }, fields);
}

/**
 * States a party's figures, once for each field. They are compared with the record while the party's own opening has it
 * in memory. The database gets a digest of each figure under this dispute's own key, and the result of the comparison,
 * but no value. Support and the other party see only whether a figure is equal, different, higher or lower. Throws
 * `dispute.state`, and
 * `dispute.stated` for a field that has a figure.
 */
export async function stateFigures(cx: Context, ref: DisputeRef, body: NewFigures): Promise<DisputeAnswer> {
  const values = valuesOfFigures(body);
  const fields = [...values.keys()];
  const stating = await loadStating(cx, ref, fields);
  try {
    const record = await readRecordValues(cx, stating, fields);
    const at = cx.clock.now();
    const { row, party, key } = stating;
    const made = [...values].map(([field, said]): NewFigure => {
      const recorded = record?.get(field);
      return {
        id: uuidv7(at.getTime()),
        tenantId: cx.instance.tenantId,
        disputeId: row.id,
        party,
        field,
        digest: figureDigest(key, field, said),
        recordDigest: recorded === undefined ? undefined : figureDigest(key, field, recorded),
        relation: recorded === undefined ? undefined : relationOf(said, recorded),
        by: cx.principal.userId,
        at,
      };
    });
    const entry = await inTransaction(cx, async (tx) => {
      await loadForAct(tx, cx, ref, "state-figures");
      await insertFigures(tx, made);
      return appendEntry(tx, cx, {
        class: "transaction",
        outcome: "done",
        action: "dispute.figures",
        subjects: [`dispute:${row.id}`],
        purpose: "dispute",
        details: { dispute: row.id, fields, compared: record === undefined ? "no" : "yes" },
        index: { transactionId: row.transactionId },
      });
    });
    return await answerDispute(cx, row.id, entry);
  } catch (error) {
    if (isUniqueViolation(error)) throw new DomainError("dispute.stated");
    throw error;
  } finally {
    stating.key.fill(0);
  }
}
