import "server-only";
import { Prisma } from "@/lib/db/generated/client";
import type { Tx } from "@/lib/db/transaction";
import { readReferences } from "@/lib/notify/reference-store";

interface Named {
  readonly id: string;
  readonly name: string | null;
}

/** The job of the first of these transactions, and how many more there are. */
function jobsOf(transactions: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(SELECT t.job_id FROM transaction t WHERE t.id = (${transactions})[1]::uuid)
    || CASE WHEN cardinality(${transactions}) > 1 THEN ' +' || cardinality(${transactions}) - 1 ELSE '' END`;
}

/**
 * Returns what pages call these things, by id: references as in messages, the job of a transaction, its dispute or its
 * hold, a key's id, a person's or an issuer's name, a version. Show it only to people who may know of them: a message
 * that leaves the portal has the reference alone.
 */
export async function readNames(
  tx: Tx,
  tenantId: string,
  subjects: readonly { readonly kind: string; readonly subject: string }[],
): Promise<Map<string, string>> {
  const references = await readReferences(tx, tenantId, subjects);
  const others = subjects.filter(({ subject }) => !references.has(subject));
  const idsOf = (kind: string) => others.filter((one) => one.kind === kind).map(({ subject }) => subject);
  const epochs = idsOf("epoch").map((epoch) => [epoch, epoch] as const);
  if (others.length === epochs.length) return new Map([...references, ...epochs]);
  const of = (alias: string, kind: string) => {
    const table = Prisma.raw(alias);
    return Prisma.sql`${table}.tenant_id = ${tenantId}::uuid AND ${table}.id = ANY (${idsOf(kind)}::uuid[])`;
  };
  const rows = await tx.$queryRaw<Named[]>(Prisma.sql`
    SELECT x.id::text, x.job_id AS name FROM transaction x WHERE ${of("x", "transaction")}
    UNION ALL
    SELECT d.id::text, t.job_id FROM dispute d JOIN transaction t ON t.id = d.transaction_id WHERE ${of("d", "dispute")}
    UNION ALL
    SELECT p.id::text, ${jobsOf(Prisma.sql`p.transactions`)} FROM preservation p WHERE ${of("p", "hold")}
    UNION ALL
    SELECT n.id::text, ${jobsOf(Prisma.sql`n.transactions`)} FROM subject_notice n WHERE ${of("n", "notice")}
    UNION ALL
    SELECT k.id::text, k.participant_id || '#' || k.version FROM key_version k WHERE ${of("k", "key")}
    UNION ALL
    SELECT k.id::text, k.participant_id || '#' || k.new_version FROM key_rotation k WHERE ${of("k", "rotation")}
    UNION ALL
    SELECT a.id::text, u.name FROM agreement a JOIN app_user u ON u.id = a.concerns WHERE ${of("a", "agreement")}
    UNION ALL
    SELECT e.id::text, coalesce(u.handle, c.subject) FROM audit_erasure e JOIN audit_compartment c ON c.id = e.compartment_id
      LEFT JOIN app_user u ON u.pseudonym = c.subject AND u.tenant_id = c.tenant_id WHERE ${of("e", "erasure")}
    UNION ALL
    SELECT y.id::text, y.issuer FROM authority y WHERE ${of("y", "authority")}
    UNION ALL
    SELECT d.id::text, CASE d.channel WHEN 'mail' THEN d.address ELSE substring(d.address FROM '^[a-z]+://[^/?#]+') END
    FROM alert_address d WHERE ${of("d", "alert_address")}
    UNION ALL
    SELECT r.id::text, (r.base_version + 1)::text FROM roster_change r WHERE ${of("r", "roster")}`);
  const names = rows.flatMap(({ id, name }) => (name === null ? [] : [[id, name] as const]));
  return new Map([...references, ...epochs, ...names]);
}
