import { afterAll, beforeAll, expect, it } from "vitest";
import { endpoint as INVITE } from "@/app/confidential/admin/invitations/endpoint";
import { endpoint as ORGANISATION } from "@/app/confidential/admin/organisations/[id]/endpoint";
import { endpoint as PARTICIPANTS } from "@/app/confidential/admin/participants/endpoint";
import { endpoint as SUSPEND } from "@/app/confidential/admin/users/[id]/suspend/endpoint";
import { endpoint as PEOPLE } from "@/app/confidential/admin/users/endpoint";
import { endpoint as AGREE } from "@/app/confidential/agreements/[id]/agree/endpoint";
import type { Endpoint } from "@/lib/http/endpoint/bind";
import { createApiKey } from "@/lib/identity/api-keys/create-api-key";
import { useRuntime } from "@/lib/runtime/slot";
import {
  type AdministrationBench,
  createAdministrationBench,
  DOMAIN,
} from "@/lib/testing/benches/administration-bench";
import { answerRequest } from "@/lib/testing/routes/route-files";
import type { Scope } from "@/lib/vocabulary";

let bench: AdministrationBench;
const keys: Record<string, string> = {};
beforeAll(async () => {
  bench = await createAdministrationBench();
  useRuntime(bench.runtime);
  const compliance = await bench.person({ role: "coordinator", duties: ["compliance"] });
  const keyOf = async (who: string, userId: string, scopes: readonly Scope[]) => {
    keys[who] = (
      await createApiKey({ ...bench.runtime, ...bench.greta }, { userId, label: who, scopes })
    ).key;
  };
  await keyOf("greta", bench.greta.principal.userId, ["admin", "read"]);
  await keyOf("nils", bench.nils.principal.userId, ["admin", "read"]);
  await keyOf("reader", compliance.principal.userId, ["read"]);
});
afterAll(() => bench?.close());

interface Sent {
  readonly method?: string;
  readonly body?: unknown;
  readonly id?: string;
  readonly headers?: Record<string, string>;
  readonly query?: string;
}

async function call(who: string, endpoint: Endpoint, sent: Sent = {}) {
  const { method = sent.body === undefined ? "GET" : "POST", body, id, headers = {}, query = "" } = sent;
  const request = new Request(`http://localhost:3000/confidential/x${query}`, {
    method,
    headers: { authorization: `Bearer ${keys[who]}`, "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const response = await answerRequest(endpoint, request, id === undefined ? {} : { id });
  const json: Record<string, unknown> = JSON.parse(await response.text());
  return { status: response.status, headers: response.headers, json };
}

const person = (email: string) => ({
  ...{ name: "Elif Kaya", email, organisation_id: bench.operator, role: "coordinator", duties: ["legal"] },
  reason: "joins",
});

it("an invitation by the API waits for the second administrator's call, which answers with the link", async () => {
  const headers = { "idempotency-key": "invite-elif-0001" };
  const body = person(`elif@${DOMAIN}`);
  const asked = await call("greta", INVITE, { body, headers });
  expect(asked).toMatchObject({ status: 201, json: { state: "asked", invitation: null } });
  const again = await call("greta", INVITE, { body, headers });
  expect([again.status, again.json.user_id]).toEqual([201, asked.json.user_id]);
  const { id } = Object(asked.json.agreement);
  const own = await call("greta", AGREE, { body: {}, id });
  expect(own).toMatchObject({ status: 403, json: { code: "agreement.second-person" } });
  // The log has the attempt under an action of its own, which raises an alert.
  expect(await bench.entries("approval.self")).toBe(1);
  const agreed = await call("nils", AGREE, { body: {}, id });
  expect(agreed).toMatchObject({ status: 200, json: { state: "agreed" } });
  expect(Object(agreed.json.invitation).link).toContain("/invitation#");
  const late = await call("nils", AGREE, { body: {}, id });
  expect(late).toMatchObject({ status: 409, json: { code: "agreement.ended", state: "agreed" } });
});

it("compliance reads people by the API and cannot change them", async () => {
  const list = await call("reader", PEOPLE, { query: "?q=elif" });
  expect(list.status).toBe(200);
  const id = bench.nils.principal.userId;
  const refused = await call("reader", SUSPEND, { body: { reason: "x" }, id });
  expect([refused.status, refused.json.code]).toEqual([403, "auth.scope"]);
});

it("a suspended person's key is refused at the next call, with the title of the reason", async () => {
  const { principal } = await bench.person({ role: "coordinator", duties: ["compliance"] });
  const { userId } = principal;
  const made = await createApiKey(
    { ...bench.runtime, ...bench.greta },
    { userId, label: "x", scopes: ["read"] },
  );
  keys.gone = made.key;
  expect((await call("gone", PEOPLE)).status).toBe(200);
  expect((await call("greta", SUSPEND, { body: { reason: "lost" }, id: userId })).status).toBe(200);
  expect(await call("gone", PEOPLE)).toMatchObject({
    status: 403,
    json: { code: "access.inactive", title: "The account is not active" },
  });
});

it("an organisation has an ETag, and a change against an older one is a conflict", async () => {
  const id = bench.company;
  const { headers } = await call("greta", ORGANISATION, { id });
  const match = { "if-match": headers.get("etag") ?? "" };
  const change = (name: string) =>
    call("greta", ORGANISATION, { method: "PATCH", id, body: { name, reason: "x" }, headers: match });
  const first = await change("Alder");
  expect([first.status, first.headers.get("etag") === match["if-match"]]).toEqual([200, false]);
  expect(await change("Finch")).toMatchObject({ status: 412, json: { code: "request.outdated" } });
});

it("a participant is created once for one idempotency key, and its list continues from a cursor", async () => {
  const headers = { "idempotency-key": "participant-0001" };
  const body = { id: "client-api", organisation_id: bench.company, role: "client", kind: "natural" };
  expect((await call("greta", PARTICIPANTS, { body, headers })).status).toBe(201);
  expect((await call("greta", PARTICIPANTS, { body, headers })).status).toBe(201);
  expect(await call("greta", PARTICIPANTS, { body })).toMatchObject({
    status: 409,
    json: { code: "participant.exists" },
  });
  const list = await call("greta", PARTICIPANTS, { query: "?limit=1" });
  expect(list.json.items).toMatchObject([{ id: "client-api", kind: "natural" }]);
});
