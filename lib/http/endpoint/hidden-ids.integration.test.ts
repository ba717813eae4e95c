import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import type { OperationSpec } from "@/lib/api-client/operation";
import { countStatements } from "@/lib/testing/routes/count-statements";
import { readIds, tableOf } from "@/lib/testing/routes/kinds";
import type { RouteCall } from "@/lib/testing/routes/route-bench";
import { CALLERS, type Caller, GUARDED, isLetIn, nameOf } from "@/lib/testing/routes/rows";
import { NOBODYS_ID, parameterNames } from "@/lib/testing/routes/sample";
import { NOTHING, schemaArbitrary } from "@/lib/testing/routes/schema-arbitrary";
import { createWorld, type World } from "@/lib/testing/routes/world";

// A thing that a caller may not know of is "not found", like a thing that does not exist: every operation with an id ×
// callers who own nothing, with existing ids and one unused id. Answers are compared byte by byte. Their time is
// compared by the number of statements, which does not depend on the machine.

let world: World;
let known: ReadonlyMap<string, readonly string[]>;
beforeAll(async () => {
  world = await createWorld();
  known = await readIds(world.requests.database.adminUrl);
});
afterAll(() => world?.close());

const withId = GUARDED.filter(
  (operation) => parameterNames(operation)[0] === "id" && operation.id !== "endSession",
);

/** A body that the operation's schema takes, so that the call gets as far as looking for its id. */
function bodyFor({ body, upload }: OperationSpec): RouteCall {
  if (body === undefined) return { body: "{}", headers: { "content-type": "application/json" } };
  const json = z.toJSONSchema(body, { io: "input", unrepresentable: "any" });
  const drawn = fc.sample(schemaArbitrary(json, NOTHING), { numRuns: 300, seed: 7 });
  const fits = drawn.find((value) => body.safeParse(JSON.parse(JSON.stringify(value))).success);
  const text = JSON.stringify(fits ?? {});
  if (upload === undefined) return { body: text, headers: { "content-type": "application/json" } };
  const part = `--b\r\ncontent-disposition: form-data; name="${upload.json}"\r\n\r\n${text}\r\n--b--\r\n`;
  return { body: part, headers: { "content-type": "multipart/form-data; boundary=b" } };
}

/** People of their own organisations, one of each role and duty that is allowed; at most four of them. */
function strangersTo(operation: OperationSpec): readonly Caller[] {
  const inside = CALLERS.filter((caller) => isLetIn(operation, caller));
  const roles = [...new Set(inside.map(({ role }) => role))];
  return roles.flatMap((role) => inside.find((caller) => caller.role === role) ?? []).slice(0, 5);
}

/** The parameters in addition to the id; none of them is the unused id. */
function othersOf(operation: OperationSpec): Record<string, string | string[]> {
  const other = NOBODYS_ID.replace(/0$/, "1");
  return Object.fromEntries(parameterNames(operation).map((name) => [name, other]));
}

interface Told {
  readonly status: number;
  readonly text: string;
  readonly statements: number;
}

/** Returns what a caller can compare in an answer: everything but the requested id and values of the moment. */
async function ask(operation: OperationSpec, caller: Caller, id: string, body: RouteCall): Promise<Told> {
  const headers = await world.bench.headersOf(
    operation,
    caller,
    operation.sessionOnly === true ? "session" : "key",
  );
  const call = { ...(operation.method === "GET" ? {} : body), params: { ...othersOf(operation), id } };
  const { value, statements } = await countStatements(async () => {
    const response = await world.bench.send(operation, headers, call);
    const isText = response.headers.get("content-type")?.includes("json") === true;
    if (!isText) await response.body?.cancel();
    return { response, body: isText ? await response.text() : "" };
  });
  const { response } = value;
  const kept = [...response.headers].filter(([name]) => !/^(x-request-id|ratelimit)$/.test(name));
  const requestId = response.headers.get("x-request-id") ?? "none";
  const text = `${JSON.stringify(kept)}\n${value.body}`.replaceAll(requestId, "REQUEST").replaceAll(id, "ID");
  return { status: response.status, text, statements };
}

/** A case is stored nowhere: its id is computed for each reader (cases.integration.test.ts). */
const COMPUTED = "/confidential/cases/{id}";

it("every operation with an id knows where ids of its kind are", () => {
  const unlisted = withId.filter(({ path }) => tableOf(path) === undefined).map(({ path }) => path);
  expect(unlisted).toEqual([COMPUTED]);
});

/** How many more statements an answer about something hidden may take (docs/threat-model.md "Remaining risks"). */
const MOST_STATEMENTS = 3;
const uneven = new Set<string>();
/**
 * Addresses about a part that a thing has or lacks, for callers who know the thing itself: keys, organisations by
 * administrators, and requests by the duty legal.
 */
const KNOWN_OF = /\/keys\/\{id\}\/recovery|\/organisations\/\{id\}\/provider|\/requests\/\{id\}\/notices/;
const compared = new Map<string, number>();

it.each(withId.map((operation) => [operation.id, operation] as const))(
  "%s answers to what is hidden as to what there is not",
  async (_id, operation) => {
    const ids = (known.get(tableOf(operation.path) ?? "") ?? []).slice(0, 2);
    const body = bodyFor(operation);
    for (const caller of strangersTo(operation)) {
      // One call first, for what a process reads only once.
      await ask(operation, caller, NOBODYS_ID, body);
      const nothing = await ask(operation, caller, NOBODYS_ID, body);
      for (const id of ids) {
        const found = await ask(operation, caller, id, body);
        if (found.status !== 404 || KNOWN_OF.test(operation.path)) continue;
        compared.set(operation.id, (compared.get(operation.id) ?? 0) + 1);
        const what = `${operation.id} by ${nameOf(caller)}`;
        expect([what, found.status, found.text]).toEqual([what, nothing.status, nothing.text]);
        // For an existing row that is hidden from this caller the rules read a little more than for a missing one.
        const more = found.statements - nothing.statements;
        expect([what, Math.abs(more) <= MOST_STATEMENTS], `${more} more statements`).toEqual([what, true]);
        if (more !== 0) uneven.add(operation.id);
      }
    }
  },
);

it("compared something in most of them", () => {
  const none = withId.filter(({ id }) => !compared.has(id)).map(({ id }) => id);
  process.stdout.write(`not of equal statements: ${[...uneven].join(", ")}\n`);
  process.stdout.write(`${compared.size} operations compared; nothing hidden in: ${none.join(", ")}\n`);
  expect(compared.size).toBeGreaterThan(20);
});
