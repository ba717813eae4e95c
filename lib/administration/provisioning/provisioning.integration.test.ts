import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GET, HEAD } from "@/app/scim/v2/[[...rest]]/route";
import { agreeToAgreement, refuseAgreement } from "@/lib/administration/agreements/decide-agreement";
import { changeOrganisation, createNewOrganisation } from "@/lib/administration/organisations/organisations";
import { createNewParticipant } from "@/lib/administration/participants/participants";
import { suspendPerson } from "@/lib/administration/people/end-person";
import {
  applyProvisioning,
  askProvisioning,
  getProvisioning,
} from "@/lib/administration/provisioning/manage-provisioning";
import type { ProvisioningSettings } from "@/lib/administration/provisioning/schema";
import { makeScimToken, revokeScimToken } from "@/lib/administration/provisioning/tokens";
import { createApiKey } from "@/lib/identity/api-keys/create-api-key";
import { authenticate } from "@/lib/identity/authenticate";
import { useRuntime } from "@/lib/runtime/slot";
import {
  type AdministrationBench,
  createAdministrationBench,
  DOMAIN,
} from "@/lib/testing/benches/administration-bench";
import { outcomeOf } from "@/lib/testing/benches/refusal";

const CORE = "urn:ietf:params:scim:schemas:core:2.0";
const OWN = "urn:sealport:params:scim:schemas:1.0:User";
const OPERATOR_DOMAIN = "operator.example";
const COMPANY_DOMAIN = "company.example";

let bench: AdministrationBench;
const tokens: Record<string, string> = {};

async function setUp(who: string, organisation: string, settings: ProvisioningSettings) {
  const asked = await askProvisioning(bench.greta, organisation, { ...settings, reason: "uses an IdP" });
  await agreeToAgreement(bench.nils, asked.id, {});
  const cx = { ...bench.greta, apiKeySecret: bench.runtime.apiKeySecret };
  tokens[who] = (await makeScimToken(cx, organisation, { days: 30, overlap_hours: 0 })).token;
}

beforeAll(async () => {
  bench = await createAdministrationBench();
  useRuntime(bench.runtime);
  await createNewParticipant(bench.greta, {
    ...{ id: "client-scim", organisation_id: bench.company, role: "client", kind: "legal" },
  });
  await setUp("agency", bench.agency, {
    email_domains: [],
    role: "regulator",
    groups: [{ name: "Auditors", role: "auditor", duties: [] }],
  });
  await setUp("operator", bench.operator, {
    email_domains: [OPERATOR_DOMAIN],
    groups: [
      { name: "Legal", role: "coordinator", duties: ["legal"] },
      { name: "Compliance", role: "coordinator", duties: ["compliance"] },
      { name: "Administrators", role: "admin", duties: ["admin"] },
    ],
  });
  await setUp("company", bench.company, {
    email_domains: [COMPANY_DOMAIN],
    role: "client",
    participant_id: "client-scim",
    groups: [],
  });
});
afterAll(() => bench?.close());

interface Sent {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly json: ScimJson;
}
/** Every member that some answer has; the tests compare those that they expect. */
interface ScimJson {
  readonly id: string;
  readonly userName: string;
  readonly displayName: string;
  readonly externalId: string;
  readonly active: boolean;
  readonly detail: string;
  readonly endpoint: string;
  readonly totalResults: number;
  readonly Resources: readonly ScimJson[];
  readonly members: readonly { readonly value: string }[];
  readonly groups: readonly unknown[];
  readonly [OWN]: {
    readonly state: string;
    readonly role: string;
    readonly duties: readonly string[];
    readonly agreements: readonly { readonly value: string }[];
  };
}

async function call(who: string, path: string, sent: Sent = {}): Promise<Answered> {
  const { method = "GET", body, headers = {} } = sent;
  const response = await GET(
    new Request(`http://localhost:3000/scim/v2${path}`, {
      method,
      headers: {
        authorization: `Bearer ${tokens[who] ?? who}`,
        ...(body === undefined ? {} : { "content-type": "application/scim+json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    }),
  );
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    json: text === "" ? undefined : JSON.parse(text),
  };
}

let made = 0;
/** A new person as Okta creates one. */
function person(domain: string, more: Readonly<Record<string, unknown>> = {}) {
  made += 1;
  const userName = `scim-${made}@${domain}`;
  return {
    schemas: [`${CORE}:User`],
    userName,
    name: { givenName: "Kim", familyName: `Number ${made}` },
    emails: [{ primary: true, value: userName, type: "work" }],
    displayName: `Kim Number ${made}`,
    locale: "en-US",
    externalId: `00u${made}`,
    groups: [],
    password: "1mz050nq",
    active: true,
    ...more,
  };
}
const create = (who: string, domain: string, more: Readonly<Record<string, unknown>> = {}) =>
  call(who, "/Users", { method: "POST", body: person(domain, more) });
const patch = (who: string, path: string, ...Operations: readonly unknown[]) =>
  call(who, path, {
    method: "PATCH",
    body: { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations },
  });
const agreementOf = ({ json }: Answered): string => json[OWN].agreements[0]?.value ?? "none";
/** A person of the company with an account: all but its first person wait for a second administrator. */
async function joined(more: Readonly<Record<string, unknown>> = {}): Promise<ScimJson> {
  const created = await create("company", COMPANY_DOMAIN, more);
  if (created.json[OWN].state === "asked") await agreeToAgreement(bench.nils, agreementOf(created), {});
  return created.json;
}

describe("a person of a company", () => {
  it("is invited at once if they are its first, with its role and participant, and the log names the provider", async () => {
    const created = await create("company", COMPANY_DOMAIN);
    expect(created).toMatchObject({
      status: 201,
      json: {
        active: true,
        [OWN]: { state: "invited", role: "client", duties: [], agreements: [] },
        meta: { resourceType: "User", version: created.headers.get("etag") },
      },
    });
    expect(created.headers.get("content-type")).toBe("application/scim+json");
    expect(created.headers.get("location")).toBe(`http://localhost:3000/scim/v2/Users/${created.json.id}`);
    const rows = await bench.query("SELECT participant_id, role FROM app_user WHERE id = $1", [
      created.json.id,
    ]);
    expect(rows).toEqual([{ participant_id: "client-scim", role: "client" }]);
    const actors = await bench.query(
      "SELECT DISTINCT actor FROM audit_index WHERE action = 'provisioning.person'",
    );
    expect(actors).toEqual([{ actor: expect.stringMatching(/^system:scim:[0-9A-Za-z]{10}$/) }]);
  });

  it("joins others only if a second administrator agrees, who did not make the provider's token", async () => {
    const created = await create("company", COMPANY_DOMAIN);
    expect(created.json[OWN]).toMatchObject({ state: "asked", agreements: [{ display: "invitation" }] });
    expect(await outcomeOf(agreeToAgreement(bench.greta, agreementOf(created), {}))).toBe(
      "agreement.second-person",
    );
  });

  it.each([
    ["RFC 7644", { op: "replace", path: "active", value: false }],
    ["Okta", { op: "replace", value: { active: false } }],
    ["Entra", { op: "Replace", path: "active", value: "False" }],
  ])(
    "is suspended at once by a patch in the spelling of %s, and comes back by an agreement only",
    async (_who, op) => {
      const json = await joined();
      expect(await patch("company", `/Users/${json.id}`, op)).toMatchObject({
        status: 200,
        json: { active: false, [OWN]: { state: "suspended" } },
      });
      const back = await patch("company", `/Users/${json.id}`, {
        op: "Replace",
        path: "active",
        value: "True",
      });
      expect(back).toMatchObject({
        status: 200,
        json: { active: false, [OWN]: { agreements: [{ display: "resume" }] } },
      });
      await agreeToAgreement(bench.nils, agreementOf(back), {});
      expect((await call("company", `/Users/${json.id}`)).json.active).toBe(true);
    },
  );

  it("cannot use a key from the next call on when the provider deactivates them", async () => {
    const account = await bench.person({
      ...{ role: "client", organisationId: bench.company, email: `key-holder@${COMPANY_DOMAIN}` },
    });
    const { userId } = account.principal;
    const { key } = await createApiKey(
      { ...bench.runtime, ...account },
      { userId, label: "x", scopes: ["read"] },
    );
    const headers = new Headers({ authorization: `Bearer ${key}` });
    const request = { method: "GET", url: new URL("http://localhost:3000/confidential/home"), headers };
    const refusal = async () => (await authenticate(bench.runtime, request, {})).refusal?.code;
    expect(await refusal()).toBeUndefined();
    expect(
      (await patch("company", `/Users/${userId}`, { op: "replace", value: { active: false } })).status,
    ).toBe(200);
    expect(await refusal()).toBe("access.inactive");
  });

  it("leaves by DELETE, is not found any more, and keeps record and address", async () => {
    const json = await joined();
    expect((await call("company", `/Users/${json.id}`, { method: "DELETE" })).status).toBe(204);
    expect((await call("company", `/Users/${json.id}`)).status).toBe(404);
    const rows = await bench.query("SELECT state FROM app_user WHERE id = $1", [json.id]);
    expect(rows).toEqual([{ state: "left" }]);
    const actors = await bench.query(
      "SELECT DISTINCT actor FROM audit_index WHERE action IN ('user.suspend', 'user.leave') AND actor NOT LIKE 'system:scim:%'",
    );
    expect(actors).toEqual([]);
    const again = await create("company", COMPANY_DOMAIN, { userName: json.userName, emails: [] });
    expect(again).toMatchObject({ status: 409, json: { scimType: "uniqueness" } });
  });

  it("is asked for after all the participant's people have left: a token places no second first person", async () => {
    for (const { id } of (await call("company", "/Users")).json.Resources)
      expect((await call("company", `/Users/${id}`, { method: "DELETE" })).status).toBe(204);
    expect((await create("company", COMPANY_DOMAIN)).json[OWN]).toMatchObject({
      state: "asked",
      agreements: [{ display: "invitation" }],
    });
  });
});

describe("a person of an agency", () => {
  it("is asked for, waits for a second administrator, and is asked for again after a refusal", async () => {
    const created = await create("agency", DOMAIN);
    expect(created).toMatchObject({
      status: 201,
      json: { active: true, [OWN]: { state: "asked", agreements: [{ display: "invitation" }] } },
    });
    const own = agreeToAgreement(bench.greta, agreementOf(created), {});
    expect(await outcomeOf(own)).toBe("agreement.second-person");
    await refuseAgreement(bench.nils, agreementOf(created), { reason: "not known" });
    const path = `/Users/${created.json.id}`;
    expect((await call("agency", path)).json[OWN]).toEqual({ state: "waiting", agreements: [] });
    const again = await patch("agency", path, { op: "Replace", path: "active", value: "True" });
    expect(again.json[OWN].state).toBe("asked");
    await agreeToAgreement(bench.nils, agreementOf(again), {});
    expect((await call("agency", path)).json[OWN]).toMatchObject({ state: "invited", role: "regulator" });
  });

  it("is withdrawn by active=false before anyone agreed, and forgotten by DELETE", async () => {
    const created = await create("agency", DOMAIN);
    const path = `/Users/${created.json.id}`;
    const off = await patch("agency", path, { op: "replace", value: { active: false } });
    expect(off.json).toMatchObject({ active: false, [OWN]: { state: "inactive", agreements: [] } });
    const late = agreeToAgreement(bench.nils, agreementOf(created), {});
    expect(await outcomeOf(late)).toBe("agreement.ended");
    expect((await call("agency", path, { method: "DELETE" })).status).toBe(204);
    expect((await create("agency", DOMAIN, { userName: created.json.userName, emails: [] })).status).toBe(
      201,
    );
  });

  it("gets the role of a mapped group in the invitation", async () => {
    const created = await create("agency", DOMAIN);
    const group = await call("agency", "/Groups", {
      method: "POST",
      body: {
        schemas: [`${CORE}:Group`],
        displayName: "Auditors",
        members: [{ value: created.json.id, display: "Kim" }],
      },
    });
    expect(group).toMatchObject({ status: 201, json: { members: [{ value: created.json.id }] } });
    const asked = await call("agency", `/Users/${created.json.id}`);
    expect(asked.json.groups).toMatchObject([{ display: "Auditors" }]);
    await agreeToAgreement(bench.nils, agreementOf(asked), {});
    expect((await call("agency", `/Users/${created.json.id}`)).json[OWN].role).toBe("auditor");
  });
});

describe("groups of the operator", () => {
  const groups: Record<string, string> = {};
  const groupOf = async (displayName: string): Promise<string> => {
    if (groups[displayName] === undefined) {
      const body = { schemas: [`${CORE}:Group`], externalId: displayName, displayName, members: [] };
      groups[displayName] = (await call("operator", "/Groups", { method: "POST", body })).json.id;
    }
    return groups[displayName] ?? "";
  };
  const add = async (group: string, id: string) =>
    patch("operator", `/Groups/${await groupOf(group)}`, {
      op: "Add",
      path: "members",
      value: [{ $ref: null, value: id }],
    });
  const remove = async (group: string, id: string) =>
    patch("operator", `/Groups/${await groupOf(group)}`, { op: "Remove", path: `members[value eq "${id}"]` });
  const userOf = (id: string) => call("operator", `/Users/${id}`);

  it("give a person who waits their role and duties, by an agreement and never at once", async () => {
    const created = await create("operator", OPERATOR_DOMAIN);
    expect(created.json[OWN]).toEqual({ state: "waiting", agreements: [] });
    const added = await add("Legal", created.json.id);
    expect(added).toMatchObject({ status: 200, json: { members: [{ value: created.json.id }] } });
    await add("Compliance", created.json.id);
    const asked = await userOf(created.json.id);
    expect(asked.json[OWN]).toMatchObject({ state: "asked", agreements: [{ display: "invitation" }] });
    await agreeToAgreement(bench.nils, agreementOf(asked), {});
    const invited = await userOf(created.json.id);
    expect(invited.json[OWN]).toMatchObject({ role: "coordinator", duties: ["compliance", "legal"] });
    await remove("Compliance", created.json.id);
    const less = await userOf(created.json.id);
    expect(less.json[OWN]).toMatchObject({
      duties: ["compliance", "legal"],
      agreements: [{ display: "duties" }],
    });
    await agreeToAgreement(bench.nils, agreementOf(less), {});
    expect((await userOf(created.json.id)).json[OWN].duties).toEqual(["legal"]);
  });

  it("that do not go together are refused, and the person stays outside", async () => {
    const { json } = await create("operator", OPERATOR_DOMAIN);
    await add("Legal", json.id);
    const both = await add("Administrators", json.id);
    expect(both).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
    const group = await call("operator", `/Groups/${await groupOf("Administrators")}`);
    expect(group.json.members).toEqual([]);
  });

  it("do not change a coordinator whose last group was removed, and the page names them", async () => {
    const { json } = await create("operator", OPERATOR_DOMAIN);
    await add("Legal", json.id);
    await agreeToAgreement(bench.nils, agreementOf(await userOf(json.id)), {});
    expect((await remove("Legal", json.id)).status).toBe(200);
    expect((await userOf(json.id)).json[OWN]).toMatchObject({ duties: ["legal"], agreements: [] });
    const { differing } = await getProvisioning(bench.greta, bench.operator);
    expect(differing).toContainEqual({ id: json.id, name: json.displayName });
  });

  it("have one name, and a member whom the client may not see is refused", async () => {
    const body = { schemas: [`${CORE}:Group`], displayName: "Legal", members: [] };
    await groupOf("Legal");
    expect(await call("operator", "/Groups", { method: "POST", body })).toMatchObject({
      status: 409,
      json: { scimType: "uniqueness" },
    });
    const stranger = await create("company", COMPANY_DOMAIN);
    expect(await add("Legal", stranger.json.id)).toMatchObject({
      status: 400,
      json: { scimType: "invalidValue" },
    });
  });

  it("asks for all who differ when an administrator applies a mapping", async () => {
    const { json } = await create("operator", OPERATOR_DOMAIN);
    await add("Recovery team", json.id);
    const settings = (await getProvisioning(bench.greta, bench.operator)).settings;
    if (settings === null) throw new TypeError("no settings");
    const more = { name: "Recovery team", role: "coordinator" as const, duties: ["recovery" as const] };
    const asked = await askProvisioning(bench.nils, bench.operator, {
      ...{ ...settings, groups: [...settings.groups, more], reason: "maps the team" },
    });
    await agreeToAgreement(bench.greta, asked.id, {});
    const applied = await applyProvisioning(bench.nils, bench.operator);
    expect(applied.done).toContainEqual({ id: json.id, name: json.displayName });
    const agreement = agreementOf(await userOf(json.id));
    expect(await outcomeOf(agreeToAgreement(bench.nils, agreement, {}))).toBe("agreement.second-person");
    await agreeToAgreement(bench.greta, agreement, {});
    expect((await userOf(json.id)).json[OWN].duties).toEqual(["recovery"]);
  });
});

describe("a client", () => {
  it("sees people of its own organisation within its domains only, in any way of asking", async () => {
    const stranger = await create("company", COMPANY_DOMAIN);
    const outside = await bench.person({
      role: "regulator",
      organisationId: bench.agency,
      email: "x@elsewhere.example",
    });
    for (const id of [stranger.json.id, outside.principal.userId, "x"]) {
      expect((await call("agency", `/Users/${id}`)).status, id).toBe(404);
      expect((await call("agency", `/Users/${id}`, { method: "DELETE" })).status, id).toBe(404);
    }
    const all = await call("agency", "/Users?count=200");
    const domains = new Set(all.json.Resources.map((one) => one.userName.split("@")[1]));
    expect([...domains]).toEqual([DOMAIN]);
  });

  it("cannot tell whose a taken name is: an account, another's invitation, or another spelling", async () => {
    const details = new Set<string>();
    const json = await joined();
    const names = [json.userName, json.userName.toUpperCase(), json.userName.replace("@", "+x@")];
    for (const userName of names) {
      const again = await create("company", COMPANY_DOMAIN, { userName, emails: undefined });
      expect(again).toMatchObject({ status: 409, json: { status: "409", scimType: "uniqueness" } });
      details.add(again.json.detail);
    }
    await bench.person({
      role: "regulator",
      organisationId: bench.operator,
      email: `foreign@${COMPANY_DOMAIN}`,
    });
    const foreign = await create("company", COMPANY_DOMAIN, {
      userName: `Foreign@${COMPANY_DOMAIN}`,
      emails: [],
    });
    expect(foreign.status).toBe(409);
    expect([...details.add(foreign.json.detail)]).toHaveLength(1);
  });

  it.each([
    ["another alphabet", { userName: `rubеn@${DOMAIN}`, emails: [] }, "invalidValue"],
    ["a foreign domain", { userName: "kim@elsewhere.example", emails: [] }, "invalidValue"],
    ["another work address", { emails: [{ value: "kim@elsewhere.example", type: "work" }] }, "invalidValue"],
    ["no name", { userName: null }, "invalidValue"],
    ["an unknown schema", { schemas: ["urn:example:x"] }, "invalidSchema"],
  ])("gets an error for %s", async (_what, more, scimType) => {
    expect(await create("agency", DOMAIN, more)).toMatchObject({
      status: 400,
      headers: expect.anything(),
      json: { schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"], status: "400", scimType },
    });
  });

  it("changes a person only in the version that it read", async () => {
    const { json, headers } = await create("company", COMPANY_DOMAIN);
    const put = (etag: string, displayName: string) =>
      call("company", `/Users/${json.id}`, {
        method: "PUT",
        body: { ...json, displayName },
        headers: { "if-match": etag },
      });
    const first = await put(headers.get("etag") ?? "", "Kim A");
    expect(first).toMatchObject({
      status: 200,
      json: { displayName: "Kim A", name: { formatted: "Kim A" } },
    });
    expect((await put(headers.get("etag") ?? "", "Kim B")).status).toBe(412);
    const fresh = { "if-none-match": first.headers.get("etag") ?? "" };
    expect((await call("company", `/Users/${json.id}`, { headers: fresh })).status).toBe(304);
    const renamed = { op: "replace", path: "userName", value: `other@${COMPANY_DOMAIN}` };
    expect(await patch("company", `/Users/${json.id}`, renamed)).toMatchObject({
      json: { scimType: "mutability" },
    });
  });

  it("finds by filters, sorts, and reads in pages", async () => {
    const mine: ScimJson[] = [];
    for (const name of ["Zoe", "Abe"])
      mine.push((await create("company", COMPANY_DOMAIN, { displayName: `Find ${name}` })).json);
    const list = async (query: Record<string, string>) =>
      (await call("company", `/Users?${new URLSearchParams(query)}`)).json;
    const [zoe] = mine;
    if (zoe === undefined) throw new TypeError("no one was created");
    for (const filter of [
      `externalId eq "${zoe.externalId}"`,
      `userName eq "${zoe.userName.toUpperCase()}" and active eq true`,
      `emails[type eq "work"].value eq "${zoe.userName}"`,
      `id eq "${zoe.id}"`,
      'displayName eq "find zoe"',
      `(displayName eq "nobody" or externalId eq "${zoe.externalId}")`,
    ])
      expect(await list({ filter }), filter).toMatchObject({ totalResults: 1, Resources: [{ id: zoe.id }] });
    const none = await list({ filter: 'meta.lastModified gt "2999-01-01T00:00:00Z"' });
    expect(none).toMatchObject({ totalResults: 0, Resources: [] });
    const filter = 'displayName eq "Find Zoe" or displayName eq "Find Abe"';
    const sorted = await list({ filter, sortBy: "displayName", attributes: "displayName" });
    expect(sorted.Resources).toEqual([
      expect.objectContaining({ displayName: "Find Abe" }),
      expect.objectContaining({ displayName: "Find Zoe" }),
    ]);
    expect(Object.keys(sorted.Resources[0] ?? {}).sort()).toEqual(["displayName", "id", "schemas"]);
    const second = await list({ filter, sortBy: "displayName", startIndex: "2", count: "1" });
    expect(second).toMatchObject({
      totalResults: 2,
      startIndex: 2,
      itemsPerPage: 1,
      Resources: [{ id: zoe.id }],
    });
    expect(await list({ count: "0" })).toMatchObject({ itemsPerPage: 0, Resources: [] });
    for (const bad of [
      'title eq "x"',
      'userName co "x"',
      "userName pr",
      'constructor eq "x"',
      'userName eq "x',
    ])
      expect(await list({ filter: bad }), bad).toMatchObject({ status: "400", scimType: "invalidFilter" });
  });

  it("reads what the server supports, and 501 for what it does not offer", async () => {
    expect((await call("agency", "/ServiceProviderConfig")).json).toMatchObject({
      patch: { supported: true },
    });
    expect((await call("agency", "/ResourceTypes")).json.totalResults).toBe(2);
    expect((await call("agency", "/ResourceTypes/User")).json.endpoint).toBe("/Users");
    const schemas = await call("agency", "/Schemas");
    for (const { id } of schemas.json.Resources)
      expect((await call("agency", `/Schemas/${encodeURIComponent(id)}`)).json.id).toBe(id);
    for (const path of ["/Me", "/Bulk", "/.search", "/Users/.search"])
      expect((await call("agency", path, { method: "POST", body: {} })).status, path).toBe(501);
    expect((await call("agency", "/Nothing")).status).toBe(404);
    expect((await call("agency", "/Users", { method: "PUT", body: {} })).status).toBe(405);
    const head = await HEAD(
      new Request("http://localhost:3000/scim/v2/Users", {
        method: "HEAD",
        headers: { authorization: `Bearer ${tokens.agency}` },
      }),
    );
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  it.each([
    ["no JSON", "{", "application/scim+json", 400],
    ["a list", "[]", "application/json", 400],
    ["a member twice", '{"userName":"a","userName":"b"}', "application/scim+json", 400],
    ["another media type", "{}", "text/plain", 415],
    ["2 MB", JSON.stringify({ x: "x".repeat(2_000_000) }), "application/scim+json", 413],
  ])("gets a SCIM error for a body of %s", async (_what, body, type, status) => {
    const answer = await call("agency", "/Users", {
      method: "POST",
      body,
      headers: { "content-type": type },
    });
    expect(answer).toMatchObject({ status, json: { status: String(status), detail: expect.any(String) } });
  });
});

describe("a token", () => {
  const cx = () => ({ ...bench.greta, apiKeySecret: bench.runtime.apiKeySecret });
  const make = (more: { readonly replaces?: string; readonly overlap_hours?: number } = {}) =>
    makeScimToken(cx(), bench.agency, { days: 30, overlap_hours: 24, ...more });

  it("is refused without one, with a wrong or an ended one, and as an API key, with the same answer", async () => {
    const one = await make();
    expect((await call(one.token, "/Users?count=1")).status).toBe(200);
    await revokeScimToken(bench.nils, bench.agency, one.id, "lost");
    const wrong = `${one.token.slice(0, -1)}${one.token.endsWith("0") ? "1" : "0"}`;
    const answers: Answered[] = [];
    for (const token of [one.token, wrong, "x"]) answers.push(await call(token, "/Users?count=1"));
    expect(new Set(answers.map(({ status, json }) => `${status} ${json.detail}`)).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 401, json: { status: "401" } });
    expect(answers[0]?.headers.get("www-authenticate")).toContain("Bearer");
  });

  it("works for the overlap after it was replaced, and not longer", async () => {
    const one = await make();
    const next = await make({ replaces: one.id, overlap_hours: 1 });
    expect((await call(one.token, "/Users?count=1")).status).toBe(200);
    bench.clock.advance(2 * 3_600_000);
    expect((await call(one.token, "/Users?count=1")).status).toBe(401);
    expect((await call(next.token, "/Users?count=1")).status).toBe(200);
    expect(await outcomeOf(make({ replaces: one.id }))).toBe("provisioning.token-ended");
  });

  it("is made after two administrators agreed to settings", async () => {
    const { id } = await createNewOrganisation(bench.greta, { kind: "company", name: "Alder", zone: "UTC" });
    expect(await outcomeOf(makeScimToken(cx(), id, { days: 1, overlap_hours: 0 }))).toBe("provisioning.none");
    expect(await getProvisioning(bench.greta, id)).toMatchObject({ settings: null, tokens: [], calls: [] });
  });

  it("shows its last calls with their results, and its text to no one", async () => {
    await create("agency", "elsewhere.example");
    const { calls, tokens: shown } = await getProvisioning(bench.greta, bench.agency);
    const detail = expect.stringContaining("domain");
    const kept = expect.objectContaining({ method: "POST", path: "/Users", status: 400, detail });
    expect(calls).toContainEqual(kept);
    expect(JSON.stringify(shown)).not.toContain("scim_");
  });

  it("of a suspended organisation is refused, and the refusal is in the log", async () => {
    const before = await bench.entries("provisioning.refuse");
    const turn = (state: "active" | "suspended") =>
      changeOrganisation(bench.greta, bench.company, { state, reason: "a test" });
    await turn("suspended");
    expect((await call("company", "/Users")).status).toBe(403);
    await turn("active");
    expect(await bench.entries("provisioning.refuse")).toBe(before + 1);
  });
});

it("the last administrator cannot be suspended or deleted by a client, and the token of one who left asks for nothing", async () => {
  const { json: waiting } = await create("operator", OPERATOR_DOMAIN);
  const last = await bench.person({ role: "admin", email: `last@${OPERATOR_DOMAIN}` });
  for (const { principal } of [bench.greta, bench.nils])
    await suspendPerson(last, principal.userId, "a test");
  const path = `/Users/${last.principal.userId}`;
  for (const answer of [
    await patch("operator", path, { op: "replace", value: { active: false } }),
    await call("operator", path, { method: "DELETE" }),
  ])
    expect(answer).toMatchObject({ status: 409, json: { detail: expect.stringContaining("administrator") } });
  const found = await call(
    "operator",
    '/Groups?filter=displayName+eq+"legal"+and+id+eq+"x"+or+displayName+eq+"Legal"',
  );
  expect(found).toMatchObject({ status: 200, json: { totalResults: 1 } });
  const [legal] = found.json.Resources;
  const added = await patch("operator", `/Groups/${legal?.id}`, {
    ...{ op: "add", path: "members", value: [{ value: waiting.id }] },
  });
  expect(added).toMatchObject({ status: 403, json: { detail: expect.stringContaining("token") } });
});

describe("bad input", () => {
  const made = async () => (await call("agency", "/Users", { method: "POST", body: person(DOMAIN) })).json.id;
  const filtered = (text: string) => `/Users?filter=${encodeURIComponent(text)}`;

  it.each([
    ["a filter with a zero byte", filtered('userName eq "a\u0000b"')],
    ["a filter with an escaped zero byte", filtered('userName eq "a\\u0000b"')],
    ["an id filter with a zero byte", filtered('id eq "a\\u0000b"')],
    ["a filter with half a surrogate pair", filtered('externalId eq "\\ud800"')],
    ["a time before all calendars", filtered('meta.created gt "-271821-04-20T00:00:00Z"')],
    ["a time after all calendars", filtered('meta.created gt "+275760-09-12T00:00:00Z"')],
    ["a path that cannot be decoded", "/Users/%zz"],
    ["a path with a zero byte", "/Users/%00"],
    ["a sort by a member of every object", "/Users?sortBy=constructor"],
    ["deep brackets", filtered(`${"(".repeat(49)}active eq true${")".repeat(49)}`)],
    ["a group filter with a zero byte", `/Groups?filter=${encodeURIComponent('members.value eq "\\u0000"')}`],
  ])("%s is no error of the portal", async (_what, path) => {
    expect((await call("agency", path)).status).toBeLessThan(500);
  });

  it.each([
    ["a zero byte in the name", { displayName: "Kim\u0000" }],
    ["a zero byte in the external id", { externalId: "a\u0000b" }],
    ["half a surrogate pair", { externalId: "\ud800" }],
    ["a prototype", JSON.parse('{"__proto__": {"active": false}}')],
  ])("%s in a person is no error of the portal", async (_what, more) => {
    const created = await call("agency", "/Users", { method: "POST", body: { ...person(DOMAIN), ...more } });
    expect(created.status).toBeLessThan(500);
    const patch = {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      Operations: [{ op: "replace", value: more }],
    };
    expect(
      (await call("agency", `/Users/${await made()}`, { method: "PATCH", body: patch })).status,
    ).toBeLessThan(500);
  });
});
