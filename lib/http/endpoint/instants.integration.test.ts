import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exampleOf } from "@/lib/api-client/openapi/examples";
import { queryAs } from "@/lib/testing/benches/query-as";
import { expectProblem } from "@/lib/testing/routes/expect-answer";
import {
  INSTANT_PLACES,
  type InstantPlace,
  isOfFormat,
  placeName,
} from "@/lib/testing/routes/instant-places";
import { createRouteBench, type RouteBench, type RouteCall } from "@/lib/testing/routes/route-bench";
import { CALLERS, isLetIn } from "@/lib/testing/routes/rows";

let bench: RouteBench;
beforeAll(async () => {
  bench = await createRouteBench();
});
afterAll(() => bench?.close());

const OUTSIDE = ["9999-12-31T23:59:59-12:00", "0000-01-01T00:00:00Z"] as const;
const PLACES = INSTANT_PLACES.filter(
  ({ operation, schema }) => operation.upload === undefined && isOfFormat(schema, "datetime"),
).map((place) => [placeName(place), place] as const);

/** Returns the example with the value at the place; missing objects on the way to it are made. */
function withValue(example: unknown, pointer: readonly string[], value: string): unknown {
  const [name, ...rest] = pointer;
  if (name === undefined) return value;
  if (name === "*") return [withValue(Array.isArray(example) ? example[0] : undefined, rest, value)];
  const members = typeof example === "object" && example !== null ? example : {};
  return { ...members, [name]: withValue(Reflect.get(members, name), rest, value) };
}

function callOf({ operation, part, pointer }: InstantPlace, value: string): RouteCall {
  const example = exampleOf(operation);
  const input = withValue(example[part], pointer.split("/").slice(1), value);
  const query = new URLSearchParams(Object.entries((part === "query" ? input : example.query) ?? {}));
  const body = part === "body" ? input : example.body;
  return {
    ...(query.size === 0 ? {} : { query: `?${query}` }),
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  };
}

async function refusalOf(place: InstantPlace, value: string) {
  const { operation } = place;
  const caller = CALLERS.find((one) => isLetIn(operation, one));
  if (caller === undefined) throw new TypeError(`no one may call ${operation.id}`);
  const kind = operation.sessionOnly === true ? "session" : "key";
  const answer = await bench.send(
    operation,
    await bench.headersOf(operation, caller, kind),
    callOf(place, value),
  );
  return expectProblem(answer, placeName(place));
}

/** How many rows each table has; the audit log grows with every refusal. */
function countRows(): Promise<unknown> {
  return queryAs(
    bench.portal.audit.database.adminUrl,
    `SELECT relname, (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I', relname), false, true, '')))[1]::text AS n
     FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname !~ '^(audit|api_key|rate)'
     ORDER BY relname`,
  );
}

describe("instants outside the years 0001 to 9999", () => {
  it.each(PLACES)(
    "%s is refused with the place and the reason, and nothing is stored",
    async (_name, place) => {
      const before = await countRows();
      for (const value of OUTSIDE) {
        const problem = await refusalOf(place, value);
        expect([problem.status, problem.code]).toEqual([422, "request.invalid"]);
        const pointer = place.pointer.replaceAll("*", "0");
        expect(problem.errors).toContainEqual({
          pointer,
          detail: expect.stringMatching(/outside the years 0001 to 9999/),
        });
      }
      expect(await countRows()).toEqual(before);
    },
  );
});
