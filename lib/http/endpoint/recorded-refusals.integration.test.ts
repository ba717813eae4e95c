import fc from "fast-check";
import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import type { OperationSpec } from "@/lib/api-client/operation";
import { openPart, partKey } from "@/lib/crypto/log/audit-part";
import { readIds, tableOf } from "@/lib/testing/routes/kinds";
import type { RouteCall } from "@/lib/testing/routes/route-bench";
import { GUARDED } from "@/lib/testing/routes/rows";
import { NOBODYS_ID, parameterNames, sampleParams } from "@/lib/testing/routes/sample";
import { type Known, schemaArbitrary } from "@/lib/testing/routes/schema-arbitrary";
import { createWorld, type Inhabitant, type World } from "@/lib/testing/routes/world";

// The entries of refused calls: for every operation, three kinds of callers, existing ids and an unused one.
// recorded-refusals.txt has each call with its answer, and below it the entry that it left.

let world: World;
let owner: Client;
let known: Known;
const labels = new Map<string, string>();
beforeAll(async () => {
  world = await createWorld();
  owner = new Client({ connectionString: world.requests.database.adminUrl });
  await owner.connect();
  known = { ids: await readIds(world.requests.database.adminUrl), names: [] };
  for (const [table, ids] of known.ids)
    for (const [at, id] of ids.entries()) labels.set(id, `${table} ${at + 1}`);
  labels.set(world.bench.runtime.instance.tenantId, "tenant");
  labels.set(NOBODYS_ID, "missing");
});
afterAll(async () => {
  await owner?.end();
  await world?.close();
});

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const named = (text: string) => text.replaceAll(UUID, (id) => labels.get(id) ?? "another id");

/** A body that the operation's schema takes, so that the call gets as far as its use case. */
function bodyFor({ body, upload }: OperationSpec, found: Known): RouteCall {
  if (body === undefined) return { body: "{}", headers: { "content-type": "application/json" } };
  const json = z.toJSONSchema(body, { io: "input", unrepresentable: "any" });
  const drawn = fc.sample(schemaArbitrary(json, found), { numRuns: 300, seed: 7 });
  const fits = drawn.find((value) => body.safeParse(JSON.parse(JSON.stringify(value))).success);
  const text = JSON.stringify(fits ?? {});
  if (upload === undefined) return { body: text, headers: { "content-type": "application/json" } };
  const part = `--b\r\ncontent-disposition: form-data; name="${upload.json}"\r\n\r\n${text}\r\n--b--\r\n`;
  return { body: part, headers: { "content-type": "multipart/form-data; boundary=b" } };
}

const kindOf = ({ principal: { role, duties } }: Inhabitant) => [role, ...duties].join("+");

/** Two kinds of people who are allowed, and one who is not. */
function callersOf(operation: OperationSpec): readonly Inhabitant[] {
  const inside = new Map(world.callersOf(operation).map((who) => [kindOf(who), who]));
  const outside = world.people.find((who) => !inside.has(kindOf(who)));
  return [...[...inside.values()].slice(0, 2), ...(outside === undefined ? [] : [outside])];
}

const Row = z.object({
  entry_id: z.string(),
  log: z.string(),
  action: z.string(),
  outcome: z.string(),
  purpose: z.string().nullable(),
  transaction_id: z.string().nullable(),
  request_id: z.string().nullable(),
  grant_id: z.string().nullable(),
  case_id: z.string().nullable(),
  is_access: z.boolean(),
  is_suspicion: z.boolean(),
});
const Part = z.object({ c: z.string(), compartment_id: z.string(), stored: z.instanceof(Uint8Array) });
const Said = z.object({ details: z.object({ groups: z.array(z.string()).optional() }).optional() });

/** The groups that the entry's org or case part names; the case part has them where the entry belongs to a case. */
async function groupsOf(row: z.output<typeof Row>): Promise<string[]> {
  const { rows } = await owner.query("SELECT c, compartment_id, stored FROM audit_part WHERE entry_id = $1", [
    row.entry_id,
  ]);
  const parts = rows.map((one) => Part.parse(one));
  const keys = await world.bench.runtime.audit.compartments.openNamed(
    parts.map((part) => part.compartment_id),
  );
  return parts.flatMap(({ c, compartment_id, stored }) => {
    const compartment = keys.get(compartment_id);
    if (compartment?.kind !== "org" && compartment?.kind !== "case") return [];
    const key = partKey(compartment.key, row.entry_id);
    const says = openPart({ log: row.log, entryId: row.entry_id, c, partKey: key, stored });
    const groups = Said.parse(compartment.kind === "org" ? says : { details: says }).details?.groups;
    return groups === undefined ? [] : [`groups=${groups.join("+")}`];
  });
}

let last = NOBODYS_ID;

/** The entries about refusals since the last call of this; failures to authenticate are counted and written once a minute. */
async function newEntries(): Promise<string[]> {
  const { rows } = await owner.query(
    `SELECT i.*, e.log FROM audit_index i JOIN audit_entry e ON e.id = i.entry_id
      WHERE i.entry_id > $1 AND i.outcome IN ('denied', 'failed') AND i.action <> 'identity.authenticate' ORDER BY i.entry_id`,
    [last],
  );
  const lines: string[] = [];
  for (const one of rows) {
    const row = Row.parse(one);
    last = row.entry_id;
    const { entry_id: _, log: _log, ...columns } = row;
    const set = Object.entries(columns).filter(([, value]) => value !== null && value !== false);
    const said = set.map(([name, value]) => (value === true ? name : `${name}=${value}`));
    lines.push(named([...said, ...(await groupsOf(row))].join(" ")));
  }
  return lines;
}

async function refusedLines(operation: OperationSpec): Promise<string[]> {
  const lines: string[] = [];
  const first = parameterNames(operation)[0];
  const ids = first === "id" ? (known.ids.get(tableOf(operation.path) ?? "") ?? []).slice(0, 2) : [];
  const targets = first === "id" ? [...ids, NOBODYS_ID] : [undefined];
  const body = bodyFor(operation, known);
  for (const caller of callersOf(operation))
    for (const id of targets) {
      const kind = operation.sessionOnly === true ? "session" : "key";
      const headers = world.bench.headersOfPerson(operation, caller, kind);
      const params = { ...sampleParams(operation), ...(id === undefined ? {} : { id }) };
      const call = { ...(operation.method === "GET" ? {} : body), params };
      const response = await world.bench.send(operation, headers, call);
      const isProblem = response.headers.get("content-type") === "application/problem+json";
      const code: unknown = isProblem ? (await response.json()).code : await response.body?.cancel();
      const entries = await newEntries();
      if (response.status < 400 && entries.length === 0) continue;
      const about = id === undefined ? "" : ` ${labels.get(id)}`;
      lines.push(`${operation.id} by ${kindOf(caller)}${about}: ${response.status} ${code}`);
      lines.push(...entries.map((entry) => `  ${entry}`));
    }
  return lines;
}

it("each refused call leaves the entry that is expected of it", { timeout: 1_200_000 }, async () => {
  const lines: string[] = [];
  for (const operation of GUARDED) lines.push(...(await refusedLines(operation)));
  await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot("recorded-refusals.txt");
});
