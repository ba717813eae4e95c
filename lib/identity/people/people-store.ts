import { type Duty, Duty as DutyColumn, Role, type Role as RoleName } from "@/lib/vocabulary";
import "server-only";
import { z } from "zod";
import { type Running, statement } from "@/lib/db/statement";
import type { Tx } from "@/lib/db/transaction";
import { InvariantError } from "@/lib/errors";

/** A person as requests and decisions name them. */
export interface Person {
  readonly userId: string;
  readonly handle: string;
  readonly name: string;
  readonly organisationId: string;
  /** The organisation's name. */
  readonly organisation: string;
  readonly role: RoleName;
  readonly isActive: boolean;
}

const Row = z.object({
  id: z.string(),
  handle: z.string(),
  name: z.string(),
  organisation_id: z.string(),
  organisation: z.string(),
  role: Role,
  state: z.string(),
});
function toPerson(record: unknown): Person {
  const row = Row.parse(record);
  return {
    userId: row.id,
    handle: row.handle,
    name: row.name,
    organisationId: row.organisation_id,
    organisation: row.organisation,
    role: row.role,
    isActive: row.state === "active",
  };
}

const FIND_PEOPLE = statement<{ readonly ids: readonly string[] }, unknown>("find-people")`
  SELECT u.id, u.handle, u.name, u.organisation_id, coalesce(o.name, u.organisation_id::text) AS organisation, u.role, u.state
  FROM app_user u LEFT JOIN organisation o ON o.id = u.organisation_id
  WHERE u.id = ANY (${({ ids }) => ids}::uuid[])`;

export async function findPeople({ run }: Running, ids: readonly string[]): Promise<Map<string, Person>> {
  const rows = await run(FIND_PEOPLE, { ids: [...new Set(ids)] });
  return new Map(rows.map(toPerson).map((person) => [person.userId, person]));
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

export async function getPerson(tx: Running, id: string): Promise<Person> {
  const person = (await findPeople(tx, [id])).get(id);
  if (person === undefined) throw new InvariantError("a person of a request does not exist");
  return person;
}

export async function findDuties(tx: Tx, userId: string): Promise<Duty[]> {
  const rows = await tx.duty.findMany({ where: { user_id: userId }, select: { duty: true } });
  return rows.map((row) => DutyColumn.parse(row.duty));
}

const FIND_ORGANISATION_NAMES = statement<
  { readonly ids: readonly string[] },
  { readonly id: string; readonly name: string }
>("find-organisation-names")`
  SELECT id, name FROM organisation WHERE id = ANY (${({ ids }) => ids}::uuid[])`;

export async function findOrganisationNames(
  { run }: Running,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const rows = await run(FIND_ORGANISATION_NAMES, { ids: [...new Set(ids)] });
  return new Map(rows.map((row) => [row.id, row.name]));
}

const FIND_STATEMENT_KEY = statement<
  { readonly userId: string; readonly keyId: string },
  { readonly public_key: Uint8Array | null }
>("find-statement-key")`
  SELECT public_key FROM credential WHERE user_id = ${({ userId }) => userId}::uuid AND kind = 'ed25519'
    AND external_id = ${({ keyId }) => keyId} AND revoked_at IS NULL LIMIT 1`;

/** An Ed25519 key that the person has registered for statements; signatures name it by `keyId`. */
export async function findStatementKey(
  { run }: Running,
  userId: string,
  keyId: string,
): Promise<Uint8Array | undefined> {
  const [row] = await run(FIND_STATEMENT_KEY, { userId, keyId });
  return row?.public_key ?? undefined;
}
