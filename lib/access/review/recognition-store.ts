import "server-only";
import { z } from "zod";
import { type Running, statement } from "@/lib/db/statement";

/** How a legal authority was recognised. */
export interface RecognitionRow {
  readonly standing: "home" | "stated" | "recorded";
  readonly jurisdiction: string;
  readonly homes: readonly string[];
  readonly isThirdCountry: boolean;
  readonly basis: string | undefined;
  readonly userId: string;
  readonly at: Date;
}

const Row = z.object({
  standing: z.enum(["home", "stated", "recorded"]),
  jurisdiction: z.string(),
  homes: z.array(z.string()),
  is_third_country: z.boolean(),
  basis: z.string().nullable(),
  user_id: z.string(),
  at: z.coerce.date(),
});

interface Recognised {
  /** The home jurisdictions of the instance: those of its operator, sorted, each once. */
  readonly homes: readonly string[];
  /** How the authority was recognised before. */
  readonly found: RecognitionRow | undefined;
}

const READ = statement<
  { readonly tenantId: string; readonly authorizationId: string },
  { readonly homes: string[]; readonly found: unknown }
>("read-recognition")`
  SELECT ARRAY(SELECT unnest(o.home_jurisdictions) FROM organisation o
      WHERE o.tenant_id = ${({ tenantId }) => tenantId}::uuid AND o.kind = 'operator') AS homes,
    (SELECT row_to_json(n) FROM recognition n
      WHERE n.authorization_id = ${({ authorizationId }) => authorizationId}::uuid) AS found`;

/** Returns what decides how a legal authority is recognised. */
export async function readRecognition(
  { run }: Running,
  tenantId: string,
  authorizationId: string,
): Promise<Recognised> {
  const [row] = await run(READ, { tenantId, authorizationId });
  const homes = [...new Set(row?.homes ?? [])].sort();
  const found = Row.nullish().parse(row?.found);
  if (found === undefined || found === null) return { homes, found: undefined };
  const { user_id: userId, is_third_country: isThirdCountry, basis, ...common } = found;
  return { homes, found: { ...common, userId, isThirdCountry, basis: basis ?? undefined } };
}

export interface NewRecognition extends RecognitionRow {
  readonly id: string;
  readonly tenantId: string;
  readonly authorizationId: string;
  readonly requestId: string;
  readonly membersAsOf: string;
}

const INSERT = statement<NewRecognition, never>("insert-recognition")`
  INSERT INTO recognition (id, tenant_id, authorization_id, request_id, standing, jurisdiction, homes, members_as_of,
    is_third_country, basis, user_id, at)
  VALUES (${({ id }) => id}::uuid, ${({ tenantId }) => tenantId}::uuid, ${({ authorizationId }) => authorizationId}::uuid,
    ${({ requestId }) => requestId}::uuid, ${({ standing }) => standing}, ${({ jurisdiction }) => jurisdiction},
    ${({ homes }) => homes}::text[], ${({ membersAsOf }) => membersAsOf}, ${({ isThirdCountry }) => isThirdCountry}::boolean,
    ${({ basis }) => basis ?? null}, ${({ userId }) => userId}::uuid, ${({ at }) => at}::timestamptz)`;

/** Stores a recognition, once for a legal authority. The database checks the person and the order's own record. */
export async function insertRecognition({ run }: Running, row: NewRecognition): Promise<void> {
  await run(INSERT, row);
}
