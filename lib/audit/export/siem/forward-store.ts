import "server-only";
import { z } from "zod";
import { type Running, statement } from "@/lib/db/statement";

/** Where a log is sent to. A position belongs to one log and one collector. */
export interface ForwardPlace {
  readonly tenantId: string;
  readonly log: string;
  readonly target: string;
}

const FIND = statement<ForwardPlace, object>("forward-find")`
  SELECT 1 FROM audit_forward WHERE tenant_id = ${(p) => p.tenantId}::uuid AND log = ${(p) => p.log} AND target = ${(p) => p.target}`;

const INSERT = statement<ForwardPlace & { readonly entryId: string }, object>("forward-insert")`
  INSERT INTO audit_forward (tenant_id, log, target, entry_id)
  VALUES (${(p) => p.tenantId}::uuid, ${(p) => p.log}, ${(p) => p.target}, ${(p) => p.entryId}::uuid)`;

const CLAIM = statement<ForwardPlace & { readonly at: Date; readonly until: Date }, unknown>("forward-claim")`
  UPDATE audit_forward SET lease_until = ${(p) => p.until}
  WHERE tenant_id = ${(p) => p.tenantId}::uuid AND log = ${(p) => p.log} AND target = ${(p) => p.target}
    AND (lease_until IS NULL OR lease_until < ${(p) => p.at})
  RETURNING next_seq`;

const SETTLE = statement<ForwardPlace & { readonly next: number; readonly at: Date | null }, object>(
  "forward-settle",
)`
  UPDATE audit_forward SET lease_until = NULL, next_seq = greatest(next_seq, ${(p) => p.next}::bigint),
    sent_at = coalesce(${(p) => p.at}, sent_at)
  WHERE tenant_id = ${(p) => p.tenantId}::uuid AND log = ${(p) => p.log} AND target = ${(p) => p.target}`;

/** Entries below the newest checkpoint, each with whether it may be sent: not of an agency's case, and no suspicion. */
const READ = statement<
  { readonly tenantId: string; readonly log: string; readonly from: number; readonly most: number },
  unknown
>("forward-read")`
  SELECT l.seq, l.leaf_hash, e.id::text, e.at, e.class, e.outcome, i.action, i.actor, i.purpose, i.transaction_id::text,
    i.participant_id, i.request_id::text, i.grant_id::text,
    coalesce(e.id IS NOT NULL AND i.tenant_id = ${(p) => p.tenantId}::uuid AND i.case_id IS NULL AND NOT i.is_suspicion, false) AS is_open,
    c.size
  FROM (SELECT coalesce(max(size), 0) AS size FROM audit_checkpoint WHERE log = ${(p) => p.log}) c
    JOIN audit_leaf l ON l.log = ${(p) => p.log} AND l.seq >= ${(p) => p.from}::bigint
      AND l.seq < least(${(p) => p.from}::bigint + ${(p) => p.most}::int, c.size)
    LEFT JOIN audit_entry e ON e.id = l.entry_id LEFT JOIN audit_index i ON i.entry_id = l.entry_id
  ORDER BY l.seq`;

const Seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const Text = z.string().nullable();
const Row = z.object({
  seq: Seq,
  leaf_hash: z.instanceof(Uint8Array),
  id: Text,
  at: Text,
  class: Text,
  outcome: Text,
  action: Text,
  actor: Text,
  purpose: Text,
  transaction_id: Text,
  participant_id: Text,
  request_id: Text,
  grant_id: Text,
  is_open: z.boolean(),
  /** Of the newest checkpoint. */
  size: Seq,
});
export type ForwardRow = z.infer<typeof Row>;

export async function isBegun({ run }: Running, place: ForwardPlace): Promise<boolean> {
  return (await run(FIND, place)).length > 0;
}

/** Begins a position at the log's first entry. Another portal may have begun it: unique violation. */
export async function beginForward({ run }: Running, place: ForwardPlace, entryId: string): Promise<void> {
  await run(INSERT, { ...place, entryId });
}

/** Takes the position until a moment and returns it; undefined while another portal sends. */
export async function claimForward(
  { run }: Running,
  place: ForwardPlace,
  lease: { readonly at: Date; readonly until: Date },
): Promise<number | undefined> {
  const [row] = await run(CLAIM, { ...place, ...lease });
  return row === undefined ? undefined : z.object({ next_seq: Seq }).parse(row).next_seq;
}

/** Gives the position back, further on by what was sent. `at` is when something was. */
export async function settleForward(
  { run }: Running,
  place: ForwardPlace,
  { next, at }: { readonly next: number; readonly at: Date | undefined },
): Promise<void> {
  await run(SETTLE, { ...place, next, at: at ?? null });
}

export async function readForward(
  { run }: Running,
  range: { readonly tenantId: string; readonly log: string; readonly from: number; readonly most: number },
): Promise<ForwardRow[]> {
  return z.array(Row).parse(await run(READ, range));
}
