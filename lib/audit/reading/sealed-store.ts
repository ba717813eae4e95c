import "server-only";
import type { Context } from "@/lib/context/context";
import { type Running, statement } from "@/lib/db/statement";

interface Sealed {
  readonly ids: string[] | null;
}

const SEALED_FROM = statement<{ readonly requestId: string; readonly at: Date }, Sealed>("find-sealed-from")`
  SELECT sealed_from(${({ requestId }) => requestId}::uuid, ${({ at }) => at}::timestamptz)::text[] AS ids`;

/**
 * Returns the accounts that a request is sealed from at a time: staff of a party's organisation; empty without a
 * seal.
 */
export async function findSealedFrom(
  { run }: Running,
  requestId: string,
  at: Date,
): Promise<readonly string[]> {
  const [row] = await run(SEALED_FROM, { requestId, at });
  return row?.ids ?? [];
}

interface Asking extends Pick<Context, "clock"> {
  readonly principal: Pick<Context["principal"], "tenantId" | "userId">;
}

/**
 * Returns the cases that are sealed from the caller: requests under seal about records of their own organisations,
 * and other people's legal holds on such records. Lists, counts and the log leave these cases out for the caller.
 */
export function findSealedCases(tx: Running, { principal, clock }: Asking): Promise<readonly string[]> {
  return findSealedCasesAt(tx, principal, clock.now());
}

const SEALED_CASES = statement<Asking["principal"] & { readonly at: Date }, Sealed>("find-sealed-cases")`
  SELECT cases_sealed_from(${({ tenantId }) => tenantId}::uuid, ${({ userId }) => userId}::uuid,
    ${({ at }) => at}::timestamptz)::text[] AS ids`;

/** Returns the sealed cases of another reader, at a given time. */
export async function findSealedCasesAt(
  { run }: Running,
  principal: Asking["principal"],
  at: Date,
): Promise<readonly string[]> {
  const [row] = await run(SEALED_CASES, { ...principal, at });
  return row?.ids ?? [];
}
