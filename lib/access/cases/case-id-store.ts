import "server-only";
import type { Context } from "@/lib/context/context";
import { Prisma } from "@/lib/db/generated/client";
import { InvariantError } from "@/lib/errors";

const BLOCK = 64;

/** Returns the key, padded to a block and masked, as HMAC uses it (RFC 2104 section 2). */
function masked(key: Uint8Array, mask: number): Uint8Array {
  return Uint8Array.from({ length: BLOCK }, (_, at) => (key[at] ?? 0) ^ mask);
}

/**
 * Returns SQL for the id of a case `c`: the HMAC-SHA-256 of agency, issuer and case number, as a UUID. A case number
 * must not be in an address, and without the key it cannot be found by trying numbers. The letters of issuer and number
 * are those that lists compare (`order_text`), so no text can contain the separator.
 */
export function caseIdSql({ caseKey, instance }: Pick<Context, "caseKey" | "instance">): Prisma.Sql {
  if (caseKey === undefined || caseKey.length > BLOCK)
    throw new InvariantError("this process has no case key");
  const [inner, outer] = [masked(caseKey, 0x36), masked(caseKey, 0x5c)];
  const text = Prisma.sql`concat_ws(E'\n', ${instance.tenantId}::text, c.organisation_id, c.plain_issuer, c.plain_number)`;
  const digest = Prisma.sql`encode(sha256(${outer}::bytea || sha256(${inner}::bytea || convert_to(${text}, 'UTF8'))), 'hex')`;
  // Version 8 and variant 10 of RFC 9562.
  return Prisma.sql`overlay(overlay(left(${digest}, 32) placing '8' from 13) placing '8' from 17)::uuid`;
}
