import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exampleOf } from "@/lib/api-client/openapi/examples";
import type { OperationSpec } from "@/lib/api-client/operation";
import { newApiKey } from "@/lib/identity/api-keys/api-key";
import { queryAs } from "@/lib/testing/benches/query-as";
import { expectHeaders, expectProblem } from "@/lib/testing/routes/expect-answer";
import {
  INSTANT_PLACES,
  type InstantPlace,
  isOfFormat,
  placeName,
} from "@/lib/testing/routes/instant-places";
import { createRouteBench, PROBE, type RouteBench, type RouteCall } from "@/lib/testing/routes/route-bench";
import { CALLERS, GUARDED, isLetIn } from "@/lib/testing/routes/rows";
import { parameterNames, sampleParams, sampleQuery } from "@/lib/testing/routes/sample";
import { isDeep } from "@/lib/testing/scale";

let bench: RouteBench;
beforeAll(async () => {
  bench = await createRouteBench();
});
afterAll(() => bench.close());

describe("hostile input", () => {
  // Operations × hostile inputs, on the routes' own handlers. Each answer must be below 500 and a problem
  // document with every header of an answer.

  /** The credential of a person who may make the call: a refusal is then caused by the input. */
  async function headersFor(operation: OperationSpec): Promise<Headers> {
    const caller = CALLERS.find((one) => isLetIn(operation, one));
    if (caller === undefined) throw new TypeError(`no caller may call ${operation.id}`);
    return bench.headersOf(operation, caller, operation.sessionOnly === true ? "session" : "key");
  }

  async function refusalOf(operation: OperationSpec, what: string, call: RouteCall) {
    const headers = await headersFor(operation);
    return expectProblem(await bench.send(operation, headers, call), `${operation.id}, ${what}`);
  }

  const json = (body: RouteCall["body"] & string): RouteCall => ({
    body,
    headers: { "content-type": "application/json" },
  });
  const typed = (type: string, body = "{}"): RouteCall => ({ body, headers: { "content-type": type } });
  const DEEP = 100_000;

  function broken(): ReadableStream<Uint8Array> {
    return new ReadableStream({
      pull(controller) {
        controller.enqueue(Buffer.from('{"a":'));
        controller.error(new Error("the connection was cut"));
      },
    });
  }

  type Case = readonly [what: string, call: () => RouteCall, answer: string];

  /** Bodies that no operation with a JSON body takes, each with its status and code. */
  const BODIES: readonly Case[] = [
    ["half a text", () => json('{"a":'), "400 request.malformed"],
    [
      "100,000 levels that are closed",
      () => json("[".repeat(DEEP) + "]".repeat(DEEP)),
      "422 request.invalid",
    ],
    ["100,000 levels that are not", () => json('{"a":'.repeat(DEEP)), "400 request.malformed"],
    ["a repeated member", () => json('{"zz":1,"zz":2}'), "422 request.invalid"],
    ["a repeated member in another spelling", () => json('{"zz":1,"\\u007az":2}'), "422 request.invalid"],
    ["half a surrogate", () => json('{"zz":"\\ud800"}'), "422 request.invalid"],
    ["half a surrogate in a name", () => json('{"\\udc00":1}'), "422 request.invalid"],
    ["NUL", () => json('{"zz":"\\u0000"}'), "422 request.invalid"],
    ["NUL in a name", () => json('{"z\\u0000":1}'), "422 request.invalid"],
    ["a number beyond a double", () => json('{"zz":1e999}'), "422 request.invalid"],
    ["a number that a double rounds", () => json('{"zz":12345678901234567890}'), "422 request.invalid"],
    ["a number of 100,000 digits", () => json(`{"zz":${"9".repeat(100_000)}}`), "422 request.invalid"],
    ["a number with an exponent of a million", () => json('{"zz":1e-1000000}'), "422 request.invalid"],
    ["an array", () => json("[]"), "422 request.invalid"],
    ["null", () => json("null"), "422 request.invalid"],
    ["a text", () => json('"a"'), "422 request.invalid"],
    ["a byte order mark", () => json("\ufeff{}"), "400 request.malformed"],
    ["a comment", () => json("{}//"), "400 request.malformed"],
    ["NaN", () => json('{"zz":NaN}'), "400 request.malformed"],
    ["plain text", () => typed("text/plain"), "415 request.unsupported-media-type"],
    ["a form", () => typed("application/x-www-form-urlencoded", "a=b"), "415 request.unsupported-media-type"],
    ["XML", () => typed("application/xml", "<a/>"), "415 request.unsupported-media-type"],
    [
      "another charset",
      () => typed("application/json; charset=utf-16"),
      "415 request.unsupported-media-type",
    ],
    [
      "another charset, quoted",
      () => typed('application/json;charset="ISO-8859-1"'),
      "415 request.unsupported-media-type",
    ],
    [
      "no media type",
      () => ({ body: Buffer.from("{}"), headers: { "content-type": null } }),
      "415 request.unsupported-media-type",
    ],
    [
      "a compressed body",
      () => ({ body: "{}", headers: { "content-type": "application/json", "content-encoding": "gzip" } }),
      "415 request.unsupported-media-type",
    ],
    [
      "fewer bytes than announced",
      () => ({ body: "{}", headers: { "content-type": "application/json", "content-length": "3" } }),
      "400 request.malformed",
    ],
    [
      "a length that is not a number",
      () => ({ body: "{}", headers: { "content-type": "application/json", "content-length": "0x2" } }),
      "400 request.malformed",
    ],
    [
      "bytes that are not UTF-8",
      () => ({ ...json(""), body: Buffer.from([0x7b, 0xff, 0x7d]) }),
      "400 request.malformed",
    ],
    ["a connection that was cut", () => ({ ...json(""), body: broken() }), "400 request.malformed"],
  ];

  /**
   * Returns the operations that this run tries a case on: all of them in the deep run, otherwise every third, beginning with another one
   * for each case. So each operation meets a third of the cases.
   */
  function triedOn(operations: readonly OperationSpec[], what: string, cases: readonly string[]) {
    const first = cases.indexOf(what);
    return isDeep ? operations : operations.filter((_, index) => (index + first) % 3 === 0);
  }
  const namesOf = (cases: readonly (readonly [what: string, ...rest: readonly unknown[]])[]) =>
    cases.map(([what]) => what);

  const takesJson = GUARDED.filter(({ method, upload }) => method !== "GET" && upload === undefined);
  const text = ({ status, code }: { readonly status: number; readonly code: string }) => `${status} ${code}`;

  describe("bodies", () => {
    it.each(BODIES)("%s is refused", async (what, call, answer) => {
      for (const operation of triedOn(takesJson, what, namesOf(BODIES))) {
        // A page's call always has its media type: with another one it does not count as the page's own.
        const isPages =
          operation.sessionOnly === true && answer.startsWith("415") && what !== "a compressed body";
        const given = await refusalOf(operation, what, call());
        expect([operation.id, text(given)]).toEqual([
          operation.id,
          isPages && text(given) !== answer ? "403 auth.origin" : answer,
        ]);
      }
    });

    it.each(["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"])(
      "the member %s is unknown to every operation, and named",
      async (name) => {
        for (const operation of takesJson) {
          const given = await refusalOf(operation, name, json(`{"${name}":{"isAdmin":true}}`));
          expect([operation.id, text(given)]).toEqual([operation.id, "422 request.invalid"]);
          // A union does not show which form was meant: it is refused as a whole.
          const named = ["registerAuthority", "createOrganisation", "simulatePolicies"].includes(operation.id)
            ? "/kind"
            : `/${name}`;
          expect([operation.id, given.pointers]).toEqual([operation.id, expect.arrayContaining([named])]);
        }
        expect(Reflect.get({}, "isAdmin")).toBeUndefined();
      },
    );

    it("over the limit are refused by every operation, announced or not", async () => {
      for (const operation of GUARDED.filter(({ method }) => method !== "GET")) {
        const size = operation.upload === undefined ? (operation.bodySize === "batch" ? 9 : 2) : 22;
        const type = operation.upload === undefined ? "application/json" : "multipart/form-data; boundary=b";
        const headers = { "content-type": type, "content-length": String(size * 1_048_576) };
        const announced = await refusalOf(operation, "announced", { body: "{}", headers });
        expect([operation.id, announced.status]).toEqual([operation.id, 413]);
        if (operation.upload !== undefined) continue;
        const body = `{"zz":"${"x".repeat(size * 1_048_576)}"}`;
        const sent = await refusalOf(operation, "sent", { body, headers: { "content-type": type } });
        expect([operation.id, sent.status]).toEqual([operation.id, 413]);
      }
    });
  });

  /** Values in place of an id, as they appear in the address; none is a valid spelling of an id. */
  const IDS: readonly (readonly [what: string, spelling: string, status: number])[] = [
    ["bytes that are not UTF-8", "%FF", 400],
    ["half a surrogate", "%ED%A0%80", 400],
    ["an overlong slash", "%C0%AF", 400],
    ["half an escape", "%4", 400],
    ["NUL", "%00", 404],
    ["NUL at the end of an id", "00000000-0000-7000-8000-000000000000%00", 404],
    ["a way upwards", "..%2F..%2Fadmin", 404],
    ["dots", "..", 404],
    ["a backslash", "..%5C", 404],
    ["a line feed at the end of an id", "00000000-0000-7000-8000-000000000000%0A", 404],
    ["blanks about a number", "%201%20", 404],
    ["hexadecimal", "0x1", 404],
    ["an exponent", "1e0", 404],
    ["a fraction", "1.0", 404],
    ["a sign", "%2B1", 404],
    ["a negative number", "-1", 404],
    // A tile's index is written so, and has no other spelling (C2SP tlog-tiles).
    ["zeros before a number", "007", 404],
    ["digits of another script", "%D9%A1", 404],
    ["full-width digits", "%EF%BC%91", 404],
    ["a name of every object", "__proto__", 404],
    ["a constructor", "constructor", 404],
    ["an id with full-width digits", "%EF%BC%900000000-0000-7000-8000-000000000000", 404],
    ["an id with a zero-width joiner", "00000000-0000-7000-8000-00000000000%E2%80%8D0", 404],
    ["an id in braces", "%7B00000000-0000-7000-8000-000000000000%7D", 404],
    ["an id as a name", "urn:uuid:00000000-0000-7000-8000-000000000000", 404],
    ["an id without hyphens", "00000000000070008000000000000000", 404],
    ["SQL", "1'%20OR%20'1'='1", 404],
    ["ten thousand characters", "a".repeat(10_000), 404],
  ];

  describe("ids", () => {
    // A participant's id is a name that its administrator chose: any text of one may be asked for.
    const named = GUARDED.filter(({ path }) => !path.startsWith("/confidential/admin/participants/"));
    // So is a job's name, which a path takes in place of a transaction's id.
    const isOfJob = (path: string, name: string) =>
      name === "id" && /^\/confidential\/(transactions|admin\/record-access)\//.test(path);

    it.each(IDS)("%s names no record anywhere", async (what, spelling, status) => {
      for (const operation of triedOn(named, what, namesOf(IDS)))
        for (const name of parameterNames(operation).filter((one) => !isOfJob(operation.path, one))) {
          const sample = sampleParams(operation);
          const params = { ...sample, [name]: Array.isArray(sample[name]) ? [spelling] : spelling };
          const given = await refusalOf(operation, `${what} as ${name}`, { ...PROBE, params });
          const isTile = name === "index" && spelling === "007";
          expect([operation.id, name, given.status]).toEqual([operation.id, name, isTile ? 422 : status]);
        }
    });
  });

  describe("queries", () => {
    it.each([
      ["a parameter of every object", "?__proto__=1", "/__proto__"],
      ["a constructor", "?constructor=1", "/constructor"],
      ["a repeated parameter", "?zz=1&zz=1", "/zz"],
      ["NUL", "?zz=%00", "/zz"],
      ["bytes that are not UTF-8", "?zz=%FF", "/zz"],
      ["brackets", "?zz[a]=1", "/zz[a]"],
    ])("%s is refused by every operation, and named", async (what, query, pointer) => {
      for (const operation of GUARDED) {
        const needed = sampleQuery(operation);
        const whole = needed === "" ? query : `${needed}&${query.slice(1)}`;
        const given = await refusalOf(operation, what, { query: whole });
        expect([operation.id, text(given), given.pointers]).toEqual([
          operation.id,
          "422 request.invalid",
          [pointer],
        ]);
      }
    });
  });

  describe("methods", () => {
    const paths = [...new Set(GUARDED.map(({ path }) => path))];

    it("that an address does not know are answered 405 with those that it knows", async () => {
      for (const path of paths) {
        const here = GUARDED.filter((operation) => operation.path === path);
        const [first] = here;
        const known = here.map(({ method }) => method);
        if (first === undefined) continue;
        const headers = await headersFor(first);
        for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"] as const) {
          if (known.includes(method)) continue;
          const response = await bench.send(first, headers, { method });
          expect(response.headers.get("allow")?.split(", ").sort(), path).toEqual(
            [...known, ...(known.includes("GET") ? ["HEAD"] : []), "OPTIONS"].sort(),
          );
          expect(text(await expectProblem(response, `${method} ${path}`))).toBe(
            "405 request.method-not-allowed",
          );
        }
      }
    });

    it("OPTIONS allows no other origin to ask, and HEAD has no body", async () => {
      for (const path of paths) {
        const operation = GUARDED.find((one) => one.path === path);
        if (operation === undefined) continue;
        const headers = await headersFor(operation);
        const preflight = {
          origin: "https://evil.example",
          "access-control-request-method": "POST",
          "access-control-request-headers": "authorization",
        };
        const asked = await bench.send(operation, new Headers(), { method: "OPTIONS", headers: preflight });
        expect((await expectProblem(asked, `preflight of ${path}`)).status).toBe(401);
        const options = await bench.send(operation, headers, { method: "OPTIONS" });
        expectHeaders(options, `OPTIONS ${path}`);
        expect([options.status, await options.text(), options.headers.has("allow")]).toEqual([204, "", true]);
        if (!GUARDED.some((one) => one.path === path && one.method === "GET")) continue;
        const head = await bench.send(operation, headers, { ...PROBE, method: "HEAD" });
        expectHeaders(head, `HEAD ${path}`);
        expect([path, head.status, await head.text()]).toEqual([path, 422, ""]);
      }
    });
  });

  async function deniedEntries(): Promise<number> {
    const text = "SELECT count(*)::int AS n FROM audit_entry WHERE outcome = 'denied'";
    return (await bench.portal.audit.appPool.query<{ n: number }>(text)).rows[0]?.n ?? 0;
  }

  describe("guessing", () => {
    it("10,000 bad keys of one address are all refused with the same answer, and make few entries in the log", async () => {
      const [operation] = GUARDED.filter(({ id }) => id === "listTransactions");
      if (operation === undefined) throw new TypeError("no such operation");
      const before = await deniedEntries();
      const began = Date.now();
      const answers = new Set<string>();
      for (let count = 0; count < 10_000; count += 1) {
        // One id in ten has the right form, and is searched for.
        const key = count % 10 === 0 ? newApiKey(new Uint8Array(32).fill(9)).key : `sp_${count}`;
        const headers = new Headers({ authorization: `Bearer ${key}`, "x-forwarded-for": "203.0.113.77" });
        const response = await bench.send(operation, headers);
        const { code, title, detail, status } = JSON.parse(await response.text());
        answers.add(JSON.stringify({ code, title, detail, status }));
      }
      expect([...answers]).toEqual([expect.stringContaining('"code":"auth.invalid"')]);
      // Eight made-up prefixes, those without one, and all further ones together, each once a minute; a minute's end adds its count.
      const minutes = Math.ceil((Date.now() - began) / 60_000) + 1;
      expect((await deniedEntries()) - before).toBeLessThanOrEqual(2 * 10 * minutes);
    });
  });
});

describe("calls from other sites", () => {
  // A browser sends a cookie without an act of the person. Every operation × every way in which another page could send
  // it.

  type Changes = Readonly<Record<string, string | null>>;

  /** The answer to the session of a person who may make the call, sent with these headers changed. */
  async function answerTo(operation: OperationSpec, changes: Changes): Promise<string> {
    const caller = CALLERS.find((one) => isLetIn(operation, one));
    if (caller === undefined) throw new TypeError(`no caller may call ${operation.id}`);
    const headers = await bench.headersOf(operation, caller, "session");
    const response = await bench.send(operation, headers, { ...PROBE, headers: changes });
    const { status, code } = await expectProblem(response, `${operation.id} with ${JSON.stringify(changes)}`);
    return `${status} ${code}`;
  }

  const PASSED = "422 request.invalid";
  const REFUSED = "403 auth.origin";
  const mutating = GUARDED.filter(({ method }) => method !== "GET");
  const reading = GUARDED.filter(({ method }) => method === "GET");

  async function answers(operations: readonly OperationSpec[], changes: Changes): Promise<Set<string>> {
    const found = new Set<string>();
    for (const operation of operations) found.add(await answerTo(operation, changes));
    return found;
  }

  const NO_SITE = { "sec-fetch-site": null };

  describe("changes by cookie", () => {
    it.each<readonly [string, Changes]>([
      ["with neither origin nor Sec-Fetch-Site", { ...NO_SITE, origin: null }],
      ["from another site", { ...NO_SITE, origin: "https://evil.example" }],
      ["from another site, by a browser that says so", { origin: null, "sec-fetch-site": "cross-site" }],
      ["from an opaque origin", { ...NO_SITE, origin: "null" }],
      ["from another port", { ...NO_SITE, origin: "http://localhost:3001" }],
      ["from another scheme", { ...NO_SITE, origin: "https://localhost:3000" }],
      ["from a name that begins as ours", { ...NO_SITE, origin: "http://localhost:3000.evil.example" }],
      ["from a name that ends as ours", { ...NO_SITE, origin: "http://evil-localhost:3000" }],
      ["from two origins", { ...NO_SITE, origin: "http://localhost:3000, https://evil.example" }],
      ["from the same site", { "sec-fetch-site": "same-site" }],
      ["from no page, such as a bookmark", { "sec-fetch-site": "none" }],
      ["from our own page when the browser says cross-site", { "sec-fetch-site": "cross-site" }],
      ["as plain text, which a browser sends without asking us first", { "content-type": "text/plain" }],
      ["as a form of a page", { "content-type": "application/x-www-form-urlencoded" }],
      ["without a media type", { "content-type": null }],
      ["as JSON by its parameter only", { "content-type": "text/plain; application/json" }],
    ])("are refused %s", async (_what, changes) => {
      expect(await answers(mutating, changes)).toEqual(new Set([REFUSED]));
    });

    it("are refused with the media type of the other kind of body", async () => {
      for (const operation of mutating) {
        const type = operation.upload === undefined ? "multipart/form-data; boundary=b" : "application/json";
        expect([operation.id, await answerTo(operation, { "content-type": type })]).toEqual([
          operation.id,
          REFUSED,
        ]);
      }
    });

    it.each<readonly [string, Changes]>([
      ["by an old browser, which says its origin only", NO_SITE],
      ["without an origin, if the browser confirms the same site", { origin: null }],
      ["from the other name of this machine", { origin: "http://127.0.0.1:3000" }],
    ])("are accepted from our own pages %s", async (_what, changes) => {
      expect(await answers(mutating, changes)).toEqual(new Set([PASSED]));
    });
  });

  describe("reads by cookie", () => {
    it.each(["cross-site", "same-site", "nonsense"])("are refused to a page that is %s", async (site) => {
      expect(await answers(reading, { "sec-fetch-site": site })).toEqual(new Set([REFUSED]));
    });

    it.each(["same-origin", "none"])("are answered to %s", async (site) => {
      expect(await answers(reading, { "sec-fetch-site": site })).toEqual(new Set([PASSED]));
    });
  });
});

describe("instants", () => {
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
            detail: expect.stringMatching(/years 0001 to 9999/),
          });
        }
        expect(await countRows()).toEqual(before);
      },
    );
  });
});
