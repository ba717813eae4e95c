import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { openApiDocument } from "@/lib/api-client/openapi/document";
import type { OperationSpec } from "@/lib/api-client/operation";
import { OPERATIONS } from "@/lib/api-client/registry";
import { expectDeclared, expectProblem } from "@/lib/testing/routes/expect-answer";
import { tableOf, tableOfMember } from "@/lib/testing/routes/kinds";
import type { RouteCall } from "@/lib/testing/routes/route-bench";
import { GUARDED } from "@/lib/testing/routes/rows";
import { sampleParams } from "@/lib/testing/routes/sample";
import {
  type Known,
  nearlyArbitrary,
  resolved,
  schemaArbitrary,
} from "@/lib/testing/routes/schema-arbitrary";
import { createWorld, type Inhabitant, type World } from "@/lib/testing/routes/world";
import { scale } from "@/lib/testing/scale";

// Every operation with input made from the OpenAPI document, on the real routes. FUZZ_SEED repeats a run.

const RUNS = scale("fuzz calls an operation");
const SEED = Number(process.env.FUZZ_SEED ?? String(Date.now() % 2 ** 31));

let world: World;
let known: Known;
const seen = new Map<number, number>();

beforeAll(async () => {
  process.stdout.write(`FUZZ_SEED=${SEED} FUZZ_RUNS=${RUNS}\n`);
  world = await createWorld();
  known = await world.known();
});
afterAll(async () => {
  process.stdout.write(`answers by status: ${JSON.stringify(Object.fromEntries([...seen].sort()))}\n`);
  await world?.close();
});

const Part = z.looseObject({
  name: z.string(),
  in: z.string(),
  required: z.boolean().default(false),
  schema: z.unknown(),
});
const Described = z.looseObject({
  operationId: z.string(),
  parameters: z.array(Part).default([]),
  requestBody: z
    .looseObject({ content: z.record(z.string(), z.looseObject({ schema: z.unknown() })) })
    .optional(),
});
const document: { readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>> } = JSON.parse(
  JSON.stringify(openApiDocument(OPERATIONS, "0.0.0")),
);

interface Drawn {
  readonly params: Record<string, string | string[]>;
  readonly query: string;
  readonly body: unknown;
  readonly caller: Inhabitant;
}

/** An existing id of the kind that the address takes, where one exists. */
function idArbitrary({ path }: OperationSpec, name: string, schema: unknown): fc.Arbitrary<string> {
  const ids = known.ids.get((name === "id" ? tableOf(path) : tableOfMember(name)) ?? "") ?? [];
  return ids.length === 0 ? schemaArbitrary(schema, known, name).map(String) : fc.constantFrom(...ids);
}

/** A path's parameter as Next would hand it on; what fits no segment is drawn from the samples. */
function paramsArbitrary(operation: OperationSpec, parts: readonly z.infer<typeof Part>[]) {
  const samples = sampleParams(operation);
  const own = parts.filter((part) => part.in === "path" && typeof samples[part.name] === "string");
  const drawn = Object.fromEntries(
    own.map(({ name, schema }) => [
      name,
      fc.oneof(
        { arbitrary: idArbitrary(operation, name, schema), weight: 16 },
        fc.constant(String(samples[name])),
        fc.string({ minLength: 1, maxLength: 60 }).filter((text) => !/^\.{1,2}$/.test(text)),
      ),
    ]),
  );
  return fc.record(drawn).map((params) => ({ ...samples, ...params }));
}

/** At most two parameters that may be left out: with all of them at once hardly any list has an item. */
function queryArbitrary(parts: readonly z.infer<typeof Part>[]): fc.Arbitrary<string> {
  const own = parts.filter((part) => part.in === "query");
  const needed = own.filter((part) => part.required);
  const optional = own.filter((part) => !part.required);
  return fc
    .subarray(optional, { maxLength: Math.min(2, optional.length) })
    .chain((chosen) =>
      fc.tuple(
        ...[...needed, ...chosen].map(({ name, schema }) =>
          fc.tuple(
            fc.constant(name),
            fc.oneof(
              { arbitrary: schemaArbitrary(schema, known, name).map(String), weight: 9 },
              fc.string({ maxLength: 30 }),
            ),
          ),
        ),
      ),
    )
    .map((query) => {
      const search = new URLSearchParams(
        query.map(([name, value]) => [name, value.toWellFormed()]),
      ).toString();
      return search === "" ? "" : `?${search}`;
    });
}

function drawing(operation: OperationSpec): fc.Arbitrary<Drawn> {
  const declared = document.paths[operation.path]?.[operation.method.toLowerCase()];
  const described = Described.parse(resolved({ ...document }, declared));
  expect(described.operationId).toBe(operation.id);
  const schema = Object.values(described.requestBody?.content ?? {})[0]?.schema;
  const body =
    schema === undefined
      ? fc.constant(undefined)
      : fc.oneof({ arbitrary: schemaArbitrary(schema, known), weight: 3 }, nearlyArbitrary(schema, known));
  const callers = world.callersOf(operation);
  expect(callers, operation.id).not.toEqual([]);
  return fc.record({
    params: paramsArbitrary(operation, described.parameters),
    query: queryArbitrary(described.parameters),
    body,
    caller: fc.constantFrom(...callers),
  });
}

const BOUNDARY = "sealport-fuzz";
const PDF = "%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n";

function uploadOf(body: unknown, { json, files }: NonNullable<OperationSpec["upload"]>): RouteCall {
  const part = (head: string, text: string) =>
    `--${BOUNDARY}\r\ncontent-disposition: form-data; ${head}\r\n\r\n${text}\r\n`;
  const facts = typeof body === "object" && body !== null && json in body ? Reflect.get(body, json) : body;
  const text = `${part(`name="${json}"`, JSON.stringify(facts) ?? "")}${part(`name="${files[0]}"; filename="o.pdf"`, PDF)}--${BOUNDARY}--\r\n`;
  return { body: text, headers: { "content-type": `multipart/form-data; boundary=${BOUNDARY}` } };
}

function callOf(operation: OperationSpec, { params, query, body }: Drawn): RouteCall {
  const place = { params, query };
  if (operation.upload !== undefined) return { ...place, ...uploadOf(body, operation.upload) };
  if (operation.method === "GET" || body === undefined) return place;
  return { ...place, body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}

async function expectGoodAnswer(operation: OperationSpec, drawn: Drawn): Promise<void> {
  const call = callOf(operation, drawn);
  const kind = operation.sessionOnly === true ? "session" : "key";
  const headers = world.bench.headersOfPerson(operation, drawn.caller, kind);
  const response = await world.bench.send(operation, headers, call);
  seen.set(response.status, (seen.get(response.status) ?? 0) + 1);
  const what = `${operation.id} by ${drawn.caller.principal.role}: ${JSON.stringify({ ...call, headers: undefined }).slice(0, 1500)}`;
  expect(response.status, `${what}\n${world.bench.portal.lines.at(-1)}`).not.toBe(500);
  if (response.status >= 400) await expectProblem(response, what);
  else await expectDeclared(operation, response, what);
}

/** Operations that end keys, sessions or epochs come last: no later call can use what they end. */
const LAST = /\/(sign-out|end|end-others|password|destroy|rotate|remove|revoke)$/;
const inOrder = [...GUARDED].sort((a, b) => Number(LAST.test(a.path)) - Number(LAST.test(b.path)));

it.each(inOrder.map((operation) => [operation.id, operation] as const))("%s", async (_id, operation) => {
  const property = fc.asyncProperty(drawing(operation), (drawn) => expectGoodAnswer(operation, drawn));
  await fc.assert(property, { numRuns: RUNS, seed: SEED, endOnFailure: true });
});

it("found something now and then, so that answers were compared too", () => {
  const succeeded = [...seen].filter(([status]) => status < 300).reduce((sum, [, count]) => sum + count, 0);
  expect(succeeded).toBeGreaterThan(GUARDED.length / 4);
});
