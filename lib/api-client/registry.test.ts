import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Principal } from "@/lib/context/principal";
import { DomainError } from "@/lib/errors";
import { permitCall } from "@/lib/http/endpoint/permit-call";
import { type Duty, Role, Scope } from "@/lib/vocabulary";
import { openApiDocument } from "./openapi/document";
import { exportAuditLog } from "./operations/audit";
import { OPERATIONS, operations, scopesFor } from "./registry";

const root = path.resolve(import.meta.dirname, "../..");

interface RouteFile {
  readonly file: string;
  readonly path: string;
  readonly source: string;
}

function routeFiles(folder: string): RouteFile[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => path.basename(name) === "endpoint.ts")
    .map((name) => {
      const route = path.dirname(name).split(path.sep).join("/");
      const file = path.join(folder, name);
      const address = `/confidential/${route.replaceAll(/\[(?:\.\.\.)?([^\]]+)\]/g, "{$1}")}`;
      return { file, path: address, source: readFileSync(file, "utf8") };
    });
}

const routes = routeFiles(path.join(root, "app/confidential"));
/** Names in braces of an address. */
const namesIn = (address: string): string[] =>
  [...address.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
const addressOnly = (address: string): string => address.replaceAll(/\{\w+\}/g, "{}");

it("a created object that can be read at its own address is named in Location, also in a replay", () => {
  const readable = new Set(
    OPERATIONS.filter(({ method }) => method === "GET").map((one) => addressOnly(one.path)),
  );
  const creating = OPERATIONS.filter(({ response: { status } }) => status === 201);
  for (const { id, path: address, response, idempotent } of creating) {
    const { location } = response;
    if (readable.has(`${addressOnly(address)}/{}`)) expect(location, id).toBeDefined();
    if (location === undefined) continue;
    expect(readable, id).toContain(addressOnly(location));
    const [name = ""] = namesIn(location);
    expect(
      z.toJSONSchema(response.schema ?? z.never(), { io: "output", unrepresentable: "any" }).properties,
      id,
    ).toHaveProperty(name);
    if (idempotent === undefined) continue;
    if ("keep" in idempotent) expect(idempotent.keep, id).toContain(name);
    else expect(idempotent.allBut, id).not.toContain(name);
  }
});

it("every created object has `id` and `created_at`, in every part of the API", () => {
  // Policies are named by their number. Objects that are asked for, begun or proposed have a time named after that act.
  const otherwise = ["createPolicySet", "invitePerson"];
  const acts = ["created_at", "asked_at", "begun_at", "began_at", "proposed_at", "started_at", "opened_at"];
  const things = OPERATIONS.filter(({ response }) => response.location !== undefined);
  expect(things.length).toBeGreaterThan(10);
  for (const { id, response } of things) {
    const schema = z.toJSONSchema(response.schema ?? z.never(), { io: "output", unrepresentable: "any" });
    const names = Object.keys(schema.properties ?? {});
    if (!otherwise.includes(id)) expect(names, id).toContain("id");
    const times = names.filter((name) => name.endsWith("_at"));
    if (times.length > 0 && id !== "invitePerson")
      expect(
        times.some((name) => acts.includes(name)),
        `${id}: ${times}`,
      ).toBe(true);
  }
});

const declared = OPERATIONS.filter((operation) => operation.scopes !== "none");

function caller(role: Role, scopes: readonly Scope[], duties: readonly Duty[] = []): Principal {
  return {
    userId: "u",
    handle: "h",
    name: "n",
    pseudonym: "p",
    tenantId: "t",
    organisationId: "o",
    role,
    duties,
    scopes,
    proof: { kind: "api-key", keyId: "k", prefix: "x", signed: false },
  };
}

/** The same person with a session, because some calls are for sessions only. */
function signedIn(role: Role, scopes: readonly Scope[], duties: readonly Duty[] = []): Principal {
  const proof = { kind: "session", sessionId: "s", method: "totp", provedAt: new Date(0) } as const;
  return { ...caller(role, scopes, duties), proof };
}

function verdict(run: () => void): string {
  try {
    run();
    return "allowed";
  } catch (error) {
    return error instanceof DomainError ? error.code : "threw";
  }
}

describe("declarations", () => {
  it("exist for every endpoint, and every declaration has an endpoint", () => {
    expect(routes.length).toBeGreaterThan(10);
    const served = new Set(routes.map((route) => route.path));
    expect([...served].filter((address) => !declared.some(({ path }) => path === address))).toEqual([]);
    expect(declared.filter(({ path }) => !served.has(path)).map(({ id }) => id)).toEqual([]);
  });

  it("match each endpoint: it serves its own path, and every operation of that path", () => {
    for (const route of routes) {
      expect(route.source.replaceAll(/\s/g, ""), route.file).toContain(`endpointAt("${route.path}"`);
      for (const { id } of declared.filter(({ path }) => path === route.path)) {
        expect(route.source, `${route.file} does not bind ${id}`).toMatch(new RegExp(`bind\\(\\s*${id}\\b`));
      }
      expect(route.source.split("\n").length, `${route.file} is too long`).toBeLessThanOrEqual(41);
    }
  });

  it("have unique ids and unique method and path", () => {
    const keys = OPERATIONS.flatMap(({ id, method, path }) => [id, `${method} ${path}`]);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("refuse unknown members in every object of a body or query", () => {
    for (const operation of OPERATIONS) {
      for (const schema of [operation.body, operation.query]) {
        if (schema === undefined) continue;
        const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
        if (json.type === "object") expect(json.additionalProperties, operation.id).toBe(false);
      }
    }
  });

  it("let only GETs be read-only, and write with a scope of their own", () => {
    for (const { id, method, scopes, sessionOnly } of declared) {
      // Calls of signed-in people about their own account need no scope.
      if (method === "GET" || (sessionOnly === true && scopes === "any")) continue;
      expect(Array.isArray(scopes) && !scopes.includes("read"), id).toBe(true);
    }
  });
});

describe.each(declared.map((operation) => [`${operation.method} ${operation.path}`, operation] as const))(
  "%s",
  (_name, operation) => {
    const by = operation.sessionOnly === true ? signedIn : caller;

    it.each(Role.options)("role %s × every scope is as declared", (role) => {
      for (const scope of Scope.options) {
        const hasScope = operation.scopes === "any" || (operation.scopes as readonly Scope[]).includes(scope);
        const hasRole = operation.roles === "any" || operation.roles.includes(role);
        const expected = !hasScope ? "auth.scope" : hasRole ? "allowed" : "auth.role";
        const duties = operation.duties ?? [];
        expect(verdict(() => permitCall(operation, by(role, [scope], duties), true))).toBe(expected);
        if (duties.length > 0 && expected === "allowed") {
          expect(verdict(() => permitCall(operation, by(role, [scope]), true))).toBe("auth.role");
        }
      }
    });

    it("outside evaluation takes no unsigned key that may disclose, export or decide", () => {
      for (const scope of ["disclose", "export", "decide"] as const) {
        expect(verdict(() => permitCall(operation, caller("auditor", [scope]), false))).toBe(
          operation.sessionOnly === true ? "auth.session-only" : "auth.signature-required",
        );
      }
    });
  },
);

it("a refusal by scope names the roles where the caller's role cannot make the call", () => {
  const refusal = (role: Role, scopes: readonly Scope[]): unknown => {
    try {
      permitCall(exportAuditLog, caller(role, scopes), true);
    } catch (error) {
      return Reflect.get(Object(error), "detail");
    }
    return undefined;
  };
  const needs = "This call needs the scope export.";
  expect(refusal("auditor", ["read"])).toBe(needs);
  expect(refusal("admin", ["read"])).toBe(
    `${needs} Roles that can make it: auditor, regulator, coordinator.`,
  );
});

describe("the OpenAPI document", () => {
  const document = JSON.parse(JSON.stringify(openApiDocument(OPERATIONS, "0.0.0")));

  it("is 3.1 with full paths, and every operation in it", () => {
    expect(document.openapi).toBe("3.1.0");
    for (const { id, method, path } of OPERATIONS) {
      expect(document.paths[path][method.toLowerCase()].operationId).toBe(id);
    }
  });

  it("says which calls need no authentication", () => {
    const open = OPERATIONS.filter(
      ({ method, path }) => document.paths[path][method.toLowerCase()].security.length === 0,
    );
    expect(open.map(({ path }) => path).sort()).toEqual(["/healthz", "/openapi.json", "/readyz"]);
  });

  it("declares each parameter of a path", () => {
    for (const { method, path } of OPERATIONS) {
      const names = [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]);
      const parameters: { in: string; name: string }[] =
        document.paths[path][method.toLowerCase()].parameters;
      const given = parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name);
      expect(given.sort()).toEqual(names.sort());
    }
  });
});

it("every operation is exported under its id", () => {
  expect(Object.keys(operations).sort()).toEqual(OPERATIONS.map(({ id }) => id).sort());
  expect(operations.createTransaction.path).toBe("/confidential/transactions");
  const folder = path.join(root, "lib/api-client/operations");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  const sources = files.map((file) => readFileSync(path.join(folder, file), "utf8"));
  const named = sources.flatMap((source) => [
    ...source.matchAll(/export const (\w+) = operation\(\{[^;]*?\bid: "(\w+)"/g),
  ]);
  expect(named.map(([, name]) => name)).toEqual(named.map(([, , id]) => id));
  expect(named).toHaveLength(OPERATIONS.length);
});

describe("scopes of roles", () => {
  it("give administrators no scope of requesters, and requesters no scope of administrators", () => {
    expect(scopesFor("admin", ["admin"])).toContain("admin");
    expect(scopesFor("admin", ["admin"])).not.toContain("request");
    for (const role of ["regulator", "auditor", "coordinator", "client", "miner"] as const)
      expect(scopesFor(role, [])).not.toContain("admin");
  });
});
