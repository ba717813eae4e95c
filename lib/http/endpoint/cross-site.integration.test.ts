import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OperationSpec } from "@/lib/api-client/operation";
import { expectProblem } from "@/lib/testing/routes/expect-answer";
import { createRouteBench, PROBE, type RouteBench } from "@/lib/testing/routes/route-bench";
import { CALLERS, GUARDED, isLetIn } from "@/lib/testing/routes/rows";

// A browser sends a cookie without an act of the person. Every operation × every way in which another page could send
// it.

let bench: RouteBench;
beforeAll(async () => {
  bench = await createRouteBench();
});
afterAll(() => bench?.close());

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
    ["by the person alone, as a bookmark is", { "sec-fetch-site": "none" }],
    ["from a page of ours that a browser says is none", { "sec-fetch-site": "cross-site" }],
    ["as plain text, which needs no leave of ours", { "content-type": "text/plain" }],
    ["as a form of a page", { "content-type": "application/x-www-form-urlencoded" }],
    ["without a media type", { "content-type": null }],
    ["as JSON by its parameter only", { "content-type": "text/plain; application/json" }],
  ])("are refused %s", async (_what, changes) => {
    expect(await answers(mutating, changes)).toEqual(new Set([REFUSED]));
  });

  it("are refused as the other of the two kinds of body that there are", async () => {
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
    ["without an origin, where the browser vouches for it", { origin: null }],
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
