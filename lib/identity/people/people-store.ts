import "server-only";
import { z } from "zod";
import type { Tx } from "@/lib/db/transaction";
import { InvariantError } from "@/lib/errors";
import { Duty as DutyColumn, Role } from "@/lib/identity/schema";
import type { Duty, Role as RoleName } from "@/lib/vocabulary";

/** A person as requests and decisions name them. */
export interface Person {
  readonly userId: string;
  readonly handle: string;
  readonly name: string;
  readonly organisationId: string;
  readonly role: RoleName;
  readonly isActive: boolean;
}

const Row = z.object({
  id: z.string(),
  handle: z.string(),
  name: z.string(),
  organisation_id: z.string(),
  role: Role,
  state: z.string(),
});
const COLUMNS = {
  id: true,
  handle: true,
  name: true,
  organisation_id: true,
  role: true,
  state: true,
} as const;

function toPerson(record: unknown): Person {
  const row = Row.parse(record);
  return {
    userId: row.id,
    handle: row.handle,
    name: row.name,
    organisationId: row.organisation_id,
    role: row.role,
    isActive: row.state === "active",
  };
}

export async function findPeople(tx: Tx, ids: readonly string[]): Promise<Map<string, Person>> {
  const rows = await tx.app_user.findMany({ where: { id: { in: [...new Set(ids)] } }, select: COLUMNS });
  return new Map(rows.map((row) => [row.id, toPerson(row)]));
}

export async function findEmail(tx: Tx, userId: string): Promise<string> {
  return (await tx.app_user.findUniqueOrThrow({ where: { id: userId }, select: { email: true } })).email;
}

/** Returns ids of people by their pseudonyms in the log. */
export async function findByPseudonym(tx: Tx, pseudonyms: readonly string[]): Promise<Map<string, string>> {
  if (pseudonyms.length === 0) return new Map();
  const rows = await tx.app_user.findMany({
    where: { pseudonym: { in: [...new Set(pseudonyms)] } },
    select: { id: true, pseudonym: true },
  });
  return new Map(rows.map((row) => [row.pseudonym, row.id]));
}

export async function getPerson(tx: Tx, id: string): Promise<Person> {
  const person = (await findPeople(tx, [id])).get(id);
  if (person === undefined) throw new InvariantError("a person of a request does not exist");
  return person;
}

export async function findDuties(tx: Tx, userId: string): Promise<Duty[]> {
  const rows = await tx.duty.findMany({ where: { user_id: userId }, select: { duty: true } });
  return rows.map((row) => DutyColumn.parse(row.duty));
}

export async function findOrganisationNames(tx: Tx, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.organisation.findMany({
    where: { id: { in: [...new Set(ids)] } },
    select: { id: true, name: true },
  });
  return new Map(rows.map((row) => [row.id, row.name]));
}

/** An Ed25519 key that the person has registered for statements; signatures name it by `keyId`. */
export async function findStatementKey(
  tx: Tx,
  userId: string,
  keyId: string,
): Promise<Uint8Array | undefined> {
  const row = await tx.credential.findFirst({
    where: { user_id: userId, kind: "ed25519", external_id: keyId, revoked_at: null },
    select: { public_key: true },
  });
  return row?.public_key ?? undefined;
}
