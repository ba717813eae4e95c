import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { Ajv2020 } from "ajv/dist/2020";
import { describe, expect, it } from "vitest";
import { openApiText } from "@/lib/api-client/openapi/document";
import { keptOf } from "@/lib/http/endpoint/idempotency";
import packageJson from "@/package.json";
import { OPERATIONS } from "../registry";
import { openApiDocument } from "./document";
import { isRecord, jsonSchema, membersOf } from "./json-schema";

const root = path.resolve(import.meta.dirname, "../../..");
const text = openApiText(packageJson.version);
const document = JSON.parse(text);

interface Content {
  readonly schema?: { readonly anyOf?: readonly { readonly title?: string }[] };
  readonly example?: unknown;
}

interface Declared {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly security: readonly Readonly<Record<string, unknown>>[];
  readonly tags: readonly string[];
  readonly parameters: readonly {
    readonly name?: string;
    readonly $ref?: string;
    readonly deprecated?: boolean;
    readonly schema?: object;
    readonly example?: unknown;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { schema: object; example: unknown }>> };
  readonly responses: Readonly<
    Record<
      string,
      {
        readonly $ref?: string;
        readonly headers?: object;
        readonly content?: Readonly<Record<string, Content>>;
      }
    >
  >;
}
const declared = ({ path: address, method }: (typeof OPERATIONS)[number]): Declared =>
  document.paths[address][method.toLowerCase()];

/** Names of the members that are kept of an operation's answer. */
function storedMembers({ idempotent, response: { schema } }: (typeof OPERATIONS)[number]): readonly string[] {
  if (idempotent === undefined) return [];
  if ("keep" in idempotent) return idempotent.keep;
  const { members } = membersOf(schema === undefined ? {} : jsonSchema(schema, "output"));
  return members.map(([name]) => name).filter((name) => !idempotent.allBut.some((one) => one === name));
}

/** Every schema of the document, with its place. */
function schemasIn(value: unknown, place = "#"): [string, object][] {
  if (Array.isArray(value)) return value.flatMap((item, index) => schemasIn(item, `${place}/${index}`));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const at = `${place}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    if (name === "example") return [];
    return name === "schema" && isRecord(member) ? [[at, member] as [string, object]] : schemasIn(member, at);
  });
}

/** Resolves references into the document, as readers of it do. */
function withComponents(schema: object): object {
  const asDefs = JSON.stringify(schema).replaceAll("#/components/schemas/", "#/$defs/");
  const defs = JSON.stringify(document.components.schemas).replaceAll("#/components/schemas/", "#/$defs/");
  return { ...JSON.parse(asDefs), $defs: JSON.parse(defs) };
}

describe("the OpenAPI document", () => {
  it("is the one in docs/openapi.json", () => {
    const kept = readFileSync(path.join(root, "docs/openapi.json"), "utf8");
    expect(
      kept === text,
      "docs/openapi.json is not as the declarations are: look at what your change does to the contract, run `npm run openapi`, and commit the file with it",
    ).toBe(true);
  });

  it("is valid by the OpenAPI Initiative's schema of 3.1, and an invalid one is reported", () => {
    const meta = JSON.parse(
      readFileSync(path.join(import.meta.dirname, "testdata/openapi-3.1.json"), "utf8"),
    );
    const validate = new Ajv2020({ strict: false, validateFormats: false, allErrors: true }).compile(meta);
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
    expect(validate({ ...document, paths: { transactions: {} } })).toBe(false);
    expect(validate({ ...document, info: {} })).toBe(false);
  });

  it("has schemas that are JSON Schema 2020-12, and references that lead somewhere", () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const schemas = schemasIn(document);
    expect(schemas.length).toBeGreaterThan(400);
    const faults = schemas
      .filter(([, schema]) => ajv.validateSchema(schema) !== true)
      .map(([place]) => place);
    expect(faults).toEqual([]);
    for (const [, name] of text.matchAll(/"\$ref": "#\/([^"]+)"/g)) {
      const found = (name ?? "")
        .split("/")
        .reduce<unknown>((at, part) => (isRecord(at) ? at[part] : undefined), document);
      expect(found, name).toBeDefined();
    }
  });

  it("has examples that fit the schemas next to them", () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const bodies = OPERATIONS.flatMap((operation) => {
      const json = declared(operation).requestBody?.content["application/json"];
      return json === undefined ? [] : [{ id: operation.id, ...json }];
    });
    expect(bodies.length).toBeGreaterThan(60);
    for (const { id, schema, example } of bodies) {
      const validate = ajv.compile(withComponents(schema));
      expect(validate(example), `${id}: ${JSON.stringify(validate.errors)}`).toBe(true);
    }
  });

  it("says of each operation what it is, who may call it, and how it can fail", () => {
    const ids = OPERATIONS.map((operation) => declared(operation).operationId);
    expect(new Set(ids).size).toBe(OPERATIONS.length);
    for (const operation of OPERATIONS) {
      const { summary, description, operationId, tags, responses } = declared(operation);
      expect(operationId).toBe(operation.id);
      expect([summary.length > 5, description.length > 40, tags.length], operation.id).toEqual([
        true,
        true,
        1,
      ]);
      const statuses = Object.keys(responses);
      expect(statuses.filter((status) => status.startsWith("2")).length, operation.id).toBeGreaterThan(0);
      expect(statuses.filter((status) => status.startsWith("4")).length, operation.id).toBeGreaterThan(0);
    }
    expect(document.info.license).toEqual({ name: "Apache 2.0", identifier: "Apache-2.0" });
    for (const tag of document.tags) expect(tag.description, tag.name).toMatch(/\w/);
  });

  it("has an example of each answer that fits its schema, and a replay has less of it", () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    let replays = 0;
    const faults: string[] = [];
    for (const operation of OPERATIONS) {
      const answers = Object.entries(declared(operation).responses).filter(([status]) =>
        status.startsWith("2"),
      );
      for (const [status, { content = {} }] of answers) {
        const json = content["application/json"];
        if (json === undefined) continue;
        const validate = ajv.compile(withComponents(json.schema ?? {}));
        const what = `${operation.id} ${status}`;
        if (!validate(json.example)) faults.push(`${what}: ${JSON.stringify(validate.errors)}`);
        const replayed = json.schema?.anyOf?.find(({ title }) => title === "Replayed");
        if (replayed === undefined) continue;
        replays += 1;
        expect(operation.idempotent, what).toBeDefined();
        const kept = ajv.compile(withComponents(replayed));
        const answer = keptOf(json.example, operation.idempotent ?? { allBut: [] });
        if (!kept(answer)) faults.push(`${what}, replayed: ${JSON.stringify(kept.errors)}`);
      }
    }
    expect(faults).toEqual([]);
    expect(replays).toBeGreaterThan(20);
  });

  it("has parameters with examples that fit", () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    for (const operation of OPERATIONS)
      for (const { name, schema, example } of declared(operation).parameters) {
        if (schema === undefined || example === undefined) continue;
        const validate = ajv.compile(withComponents(schema));
        expect(validate(example), `${operation.id} ${name}: ${JSON.stringify(validate.errors)}`).toBe(true);
      }
  });

  it("says of each operation its part, its credentials, and problems as problem documents", () => {
    for (const operation of OPERATIONS) {
      const { security, tags, responses } = declared(operation);
      expect(tags.length, operation.id).toBe(1);
      const schemes = security.flatMap((one) => Object.keys(one));
      const people = ["session"];
      const all = ["bearer", "apiKey", "signature", "session"];
      const expected = operation.scopes === "none" ? [] : operation.sessionOnly === true ? people : all;
      expect(schemes, operation.id).toEqual(expected);
      for (const [status, { $ref }] of Object.entries(responses)) {
        if (Number(status) >= 400) expect($ref).toBe(`#/components/responses/Problem${status}`);
      }
      if (operation.scopes !== "none")
        for (const status of ["400", "401", "403", "404", "405", "422", "429", "500", "503"])
          expect(Object.keys(responses), operation.id).toContain(status);
    }
    // The server itself refuses these before a budget is drawn.
    const undrawn = ["Problem408", "Problem417", "Problem431"];
    for (const [name, problem] of Object.entries<{ content: object; headers: object }>(
      document.components.responses,
    )) {
      expect(Object.keys(problem.content)).toEqual(["application/problem+json"]);
      const drawn = undrawn.includes(name) ? [] : ["RateLimit-Policy", "RateLimit"];
      const headers = Object.keys(problem.headers);
      expect(headers).toEqual(expect.arrayContaining(["X-Request-Id", "Cache-Control"]));
      expect(headers.filter((header) => header.startsWith("RateLimit"))).toEqual(drawn);
    }
  });

  it("says where Idempotency-Key, If-Match and ETag are", () => {
    for (const operation of OPERATIONS) {
      const { parameters, responses } = declared(operation);
      const refs = parameters.map(({ $ref }) => $ref);
      const has = (name: string) => refs.includes(`#/components/parameters/${name}`);
      expect(has("IdempotencyKey"), operation.id).toBe(operation.idempotent !== undefined);
      expect(has("IfMatch"), operation.id).toBe(operation.ifMatch === true);
      const { headers = {} } = responses[String(operation.response.status)] ?? {};
      expect("ETag" in headers, operation.id).toBe(operation.etag !== undefined);
    }
  });

  it("lets each POST that makes what stays be sent twice", () => {
    // Statements and challenges stay for minutes and are not kept: a second one takes the first one's place. So does the link
    // of the second administrator, which is answered once.
    const passing = [
      "prepareOpening",
      "prepareDispute",
      "challengeKey",
      "challengeRecovery",
      "registerPasskey",
      "nameSecondAdministrator",
    ];
    const unkept = OPERATIONS.filter(
      ({ method, response, idempotent }) =>
        method === "POST" && response.status === 201 && idempotent === undefined,
    );
    expect(unkept.map(({ id }) => id).sort()).toEqual(passing.sort());
    const secrets = OPERATIONS.flatMap((operation) =>
      storedMembers(operation)
        .filter((name) => /(^|\.)(key|secret|token|link|data|sealed|codes|challenge)$/.test(name))
        .map((name) => `${operation.id} ${name}`),
    );
    expect(secrets).toEqual([]);
  });

  it("declares the forms of older programs, and marks them", () => {
    const create =
      document.paths["/confidential/transactions"].post.requestBody.content["application/json"].schema;
    expect(create.properties.amount.anyOf).toContainEqual({ type: "null" });
    expect(create.properties.access_policies.anyOf).toContainEqual({ type: "object", maxProperties: 0 });
    const audit = document.paths["/confidential/transactions/{id}/audit"].post;
    const old = audit.parameters.filter(({ deprecated }: { deprecated?: boolean }) => deprecated === true);
    expect(old.map(({ name }: { name: string }) => name).sort()).toEqual(["authorization", "purpose"]);
  });

  it("passes the recommended rules of redocly without an error or a warning", () => {
    const redocly = path.join(root, "node_modules/.bin/redocly");
    const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };
    const args = ["lint", "docs/openapi.json", "--extends=recommended", "--format=json"];
    const report = JSON.parse(
      execFileSync(redocly, args, { cwd: root, env, encoding: "utf8", stdio: "pipe" }),
    );
    expect(report.totals).toMatchObject({ errors: 0, warnings: 0 });
  });

  it("is the same each time it is made", () => {
    expect(JSON.stringify(openApiDocument(OPERATIONS, "1"))).toBe(
      JSON.stringify(openApiDocument(OPERATIONS, "1")),
    );
  });
});
