import "server-only";
import { type Readable, readRows } from "@/lib/db/read-rows";
import { Piece, type Run, type Statement, sql, statementOf } from "@/lib/db/statement";
import type { Place } from "@/lib/transactions/read/cursor";
import { type TransactionRow, toTransactionRow } from "@/lib/transactions/rows";
import { TRANSACTION_COLUMNS } from "@/lib/transactions/store";

export interface ListFilter {
  readonly tenantId: string;
  /** Only this participant's transactions; absent for staff. */
  readonly own: string | undefined;
  readonly participant: string | undefined;
  readonly jobId: string | undefined;
  readonly status: string | undefined;
  readonly fromMicros: bigint | undefined;
  readonly toMicros: bigint | undefined;
  readonly after: Place | undefined;
  readonly limit: number;
}

type Member = Exclude<keyof ListFilter, "tenantId" | "limit">;

/**
 * A party's rows are found by its own index, which has the same order. For staff the order is that of the tenant.
 * `own` and `participant` are the same column; if both are given, the second is a condition.
 */
const SOURCES = {
  tenant: {
    from: sql<ListFilter>`transaction t`,
    micros: sql<ListFilter>`t.created_at_us`,
    id: sql<ListFilter>`t.id`,
  },
  party: {
    from: sql<ListFilter>`transaction_participant o JOIN transaction t ON t.id = o.transaction_id`,
    micros: sql<ListFilter>`o.created_at_us`,
    id: sql<ListFilter>`o.transaction_id`,
  },
};

function conditionOf(name: Member, filter: ListFilter): Piece<ListFilter> {
  const { micros, id } = sourceOf(filter);
  const conditions: Record<Member, Piece<ListFilter>> = {
    own: sql`o.participant_id = ${({ own }) => own ?? null}`,
    participant:
      filter.own === undefined
        ? sql`o.participant_id = ${({ participant }) => participant ?? null}`
        : sql`EXISTS (SELECT 1 FROM transaction_participant p
            WHERE p.transaction_id = t.id AND p.participant_id = ${({ participant }) => participant ?? null})`,
    jobId: sql`t.job_id = ${({ jobId }) => jobId ?? null}`,
    status: sql`t.status = ${({ status }) => status ?? null}`,
    fromMicros: sql`${micros} >= ${({ fromMicros }) => fromMicros ?? null}::bigint`,
    toMicros: sql`${micros} < ${({ toMicros }) => toMicros ?? null}::bigint`,
    after: sql`(${micros}, ${id}) < (${({ after }) => after?.micros ?? null}::bigint, ${({ after }) => after?.id ?? null}::uuid)`,
  };
  return conditions[name];
}

function sourceOf({ own, participant }: ListFilter) {
  return own === undefined && participant === undefined ? SOURCES.tenant : SOURCES.party;
}

const MEMBERS: readonly Member[] = [
  "own",
  "participant",
  "jobId",
  "status",
  "fromMicros",
  "toMicros",
  "after",
];
const statements = new Map<string, Statement<ListFilter, unknown>>();

/** Returns the statement of the conditions that are given: each such set has a text and a plan of its own. */
function statementFor(filter: ListFilter): Statement<ListFilter, unknown> {
  const given = MEMBERS.filter((name) => filter[name] !== undefined);
  const key = given.join(" ");
  const known = statements.get(key);
  if (known !== undefined) return known;
  const { from, micros, id } = sourceOf(filter);
  const conditions = given.map((name) => sql<ListFilter>` AND ${conditionOf(name, filter)}`);
  const all = new Piece<ListFilter>(["", ...conditions.map(() => "")], conditions);
  const made = statementOf<ListFilter, unknown>(
    "list-transactions",
    sql<ListFilter>`
      SELECT ${TRANSACTION_COLUMNS} FROM ${from}
      WHERE t.tenant_id = ${({ tenantId }) => tenantId}::uuid${all}
      ORDER BY ${micros} DESC, ${id} DESC LIMIT ${({ limit }) => limit}`,
  );
  statements.set(key, made);
  return made;
}

/** Returns one page, newest first. */
export async function listTransactionRows(run: Run, filter: ListFilter): Promise<Readable<TransactionRow>[]> {
  return readRows(await run(statementFor(filter), filter), toTransactionRow);
}
