import { z } from "zod";
import { ClosedLog, pageOf, pageQuery, visibleText } from "@/lib/schema";

const Id = z.uuid().toLowerCase();

/** Which row was looked at, and what came of it: the second person and every auditor read it. */
export const NewAcknowledgement = z.strictObject({ entry_id: Id, reason: visibleText(1_000) });
export type NewAcknowledgement = z.infer<typeof NewAcknowledgement>;

export const AcknowledgementPath = z.strictObject({ id: Id });

/** What two persons say of a row that stands aside: one asks, another agrees. */
export const Acknowledgement = z.object({
  id: z.string(),
  state: z.enum(["asked", "agreed", "refused"]),
  reason: z.string(),
  /** Null for those who do not know the person by name. */
  asked_by: z.string().nullable(),
  asked_at: z.string(),
  agreed_by: z.string().nullable(),
  ended_at: z.string().nullable(),
  /** Leaf index of the entry that records the agreement. */
  by_seq: z.int().nullable(),
  closed_log: ClosedLog,
  is_own: z.boolean(),
  /** Whether the caller may be the second person. */
  may_agree: z.boolean(),
});
export type Acknowledgement = z.infer<typeof Acknowledgement>;

/** Why a row gets no leaf (lib/audit/sequencer/quarantine.ts). */
export const AsideReason = z.enum(["absent", "format", "id", "log", "placed", "unvouched"]);

/** A waiting row that is no entry of the log. It stays where it is, whatever is said of it. */
export const AsideRow = z.object({
  entry_id: z.string(),
  why: AsideReason,
  seen_at: z.string(),
  /** SHA-256 of the bytes that stand there, base64url; of none where no entry stands behind the row. */
  digest: z.string(),
  /** Two persons acknowledged it as it stands now: it is no alarm and no finding any more. */
  is_acknowledged: z.boolean(),
  /** The newest word about it. */
  acknowledgement: Acknowledgement.nullable(),
  /** Whether the caller may be the first person. */
  may_ask: z.boolean(),
});
export type AsideRow = z.infer<typeof AsideRow>;

export const AsideQuery = z.strictObject({ ...pageQuery });
export type AsideQuery = z.infer<typeof AsideQuery>;
export const AsidePage = pageOf(AsideRow);
export type AsidePage = z.infer<typeof AsidePage>;
