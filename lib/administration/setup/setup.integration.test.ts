import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { createNewOrganisation } from "@/lib/administration/organisations/organisations";
import { leavePerson } from "@/lib/administration/people/end-person";
import { requireSetUp } from "@/lib/administration/setup/require-set-up";
import { nameSecond } from "@/lib/administration/setup/second-administrator";
import { issueSetupLink } from "@/lib/administration/setup/setup-link";
import { fixedClock } from "@/lib/clock";
import type { Context } from "@/lib/context/context";
import { answerSignIn } from "@/lib/http/sign-in/sign-in-endpoint";
import { createOrganisation } from "@/lib/identity/people/create-organisation";
import { createUser } from "@/lib/identity/people/create-user";
import { type Runtime, useRuntime } from "@/lib/runtime/slot";
import { seedDemonstration } from "@/lib/seed/seed-demonstration";
import { createPortalBench, type PortalBench } from "@/lib/testing/benches/portal-bench";
import { queryAs } from "@/lib/testing/benches/query-as";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import { SoftwareAuthenticator } from "@/lib/testing/devices/authenticator";
import { TestBrowser } from "@/lib/testing/instance/sign-in";

const MINUTE = 60_000;
const clock = fixedClock(new Date());
let bench: PortalBench;
let runtime: Runtime;

beforeAll(async () => {
  bench = await createPortalBench({ sign_in: 1_000, writes: 1_000 });
  runtime = { ...bench.runtime, clock };
  useRuntime(runtime);
});
afterAll(() => bench?.close());

const HERE = "127.0.0.1";
const system = (of: Runtime = runtime) => ({ ...of, client: {}, requestId: "test", system: "setup" });
const query = (text: string, values?: readonly unknown[]) =>
  queryAs(bench.audit.database.adminUrl, text, values);
const tokenOf = (link: string): string => link.slice(link.indexOf("#") + 1);
const newToken = async () => tokenOf((await issueSetupLink(system())).link);

interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** A call of the set-up's page. */
async function call(path: string, body: Record<string, unknown>, address = HERE): Promise<Answered> {
  const browser = new TestBrowser(address);
  const headers = { ...browser.headers(), origin: "http://localhost:3000", "sec-fetch-site": "same-origin" };
  const request = new Request(`http://localhost:3000/api/auth/${path}`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const response = await answerSignIn(request, path);
  return { status: response.status, body: Object(await response.json()) };
}

const HAVEL = { name: "Havel Clearing", zone: "Europe/Berlin", home_jurisdictions: ["DE", "EU"] };
const GRETA = { name: "Greta Holm", email: "g.holm@havel.example" };
const NILS = { name: "Nils Aalto", email: "n.aalto@havel.example" };

/** Sets a passkey with an invitation's token, in its own browser. */
async function setPasskey(token: string): Promise<number> {
  const options = await call("invitation/passkey/options", { token });
  const { challenge } = z.object({ challenge: z.string() }).parse(options.body);
  const attestation = new SoftwareAuthenticator().register(challenge);
  const browser = new TestBrowser(HERE);
  return (await browser.post("callback/invitation/passkey", { token, label: "laptop", attestation })).status;
}

async function contextOf(email: string): Promise<Context> {
  const [row] = await query(
    "SELECT id, handle, name, pseudonym, organisation_id FROM app_user WHERE email = $1",
    [email],
  );
  const proof = { kind: "api-key" as const, keyId: "k", prefix: "test", signed: false };
  const principal = {
    ...{ userId: String(row?.id), handle: String(row?.handle), name: String(row?.name) },
    ...{ pseudonym: String(row?.pseudonym), organisationId: String(row?.organisation_id) },
    ...{ tenantId: runtime.instance.tenantId, role: "admin" as const, duties: ["admin" as const] },
    ...{ scopes: [], proof },
  };
  return { ...runtime, client: {}, requestId: "test", principal };
}
const administration = async (email: string) => ({
  ...(await contextOf(email)),
  ...{ site: runtime.site, sessionSecret: runtime.sessionSecret },
});

const SAVE = { method: "POST", path: "/confidential/admin/organisations" };
/** The guard remembers that a set-up is over by the instance, so each question has its own. */
const guarded = (path = SAVE) =>
  outcomeOf(requireSetUp({ ...runtime, instance: { ...runtime.instance } }, path));
const refused = async (path: string, body: Record<string, unknown>, address?: string) =>
  (await call(path, body, address)).body.code;

describe("the set-up link", () => {
  it("works on this machine for 15 minutes, until a newer one replaces it", async () => {
    const first = await newToken();
    expect((await call("setup", { token: first })).body).toMatchObject({
      step: "organisation",
      origin: "http://localhost:3000",
      organisation: null,
    });
    const second = await newToken();
    expect(await refused("setup", { token: first })).toBe("setup.refused");
    expect(await refused("setup", { token: `${second.slice(0, -1)}_` })).toBe("setup.refused");
    expect(await refused("setup", { token: "no token" })).toBe("setup.refused");
    clock.advance(15 * MINUTE);
    const late = await call("setup", { token: second });
    expect(late.body).toMatchObject({ code: "setup.refused", status: 403 });
    expect(late.body.detail).toContain("npm run op -- setup link");
    const denied = await query(
      "SELECT count(*)::int AS n FROM audit_index WHERE action = 'setup.link' AND outcome = 'denied'",
    );
    expect(denied[0]?.n).toBe(4);
  });

  it("needs SETUP_TOKEN where the browser is not on this machine", async () => {
    const token = await newToken();
    const setupToken = "a long set-up token";
    expect(await refused("setup", { token }, "198.51.100.7")).toBe("setup.place");
    useRuntime({ ...runtime, setupToken });
    expect(await refused("setup", { token }, "198.51.100.7")).toBe("setup.place");
    expect(await refused("setup", { token, setup_token: "another token" }, "198.51.100.7")).toBe(
      "setup.place",
    );
    expect((await call("setup", { token, setup_token: setupToken }, "198.51.100.7")).status).toBe(200);
    // Behind a proxy on this machine every caller seems to be here.
    const site = { ...runtime.site, origin: "https://portal.example" };
    useRuntime({ ...runtime, site, setupToken });
    const outside = await call("setup", { token });
    expect(["setup.place", "auth.origin"]).toContain(outside.body.code);
    useRuntime(runtime);
  });

  it("is refused on an instance that has people already, and demonstration people are refused after it", async () => {
    const other = await createPortalBench({});
    const cx = { ...other.runtime, client: {}, requestId: "test", system: "test" };
    const { id: organisationId } = await createOrganisation(cx, { name: "Operator", kind: "operator" });
    const one = { handle: "one", name: "One", email: "one@example.org", role: "admin" as const };
    await createUser(cx, { ...one, duties: ["admin"], organisationId });
    expect(await refusalOf(issueSetupLink(cx))).toMatchObject({ code: "setup.people", status: 409 });
    const options = {
      demoFile: "/nonexistent/demo.json",
      baseUrl: "http://localhost:3000",
      rosterFile: undefined,
    };
    expect(await outcomeOf(seedDemonstration(other.runtime, options))).toBe("setup.people");
    expect(await outcomeOf(seedDemonstration(runtime, options))).toBe("setup.people");
    await other.close();
  });
});

describe("a set-up", () => {
  it("leads through its steps once each, and saves nothing else before the second administrator signed in", async () => {
    const token = await newToken();
    expect(await refused("setup/administrator", { token, ...GRETA })).toBe("setup.unfinished");
    expect(await refused("setup/organisation", { token, ...HAVEL, home_jurisdictions: [] })).toBe(
      "request.invalid",
    );
    const both = await Promise.all([
      call("setup/organisation", { token, ...HAVEL }),
      call("setup/organisation", { token, ...HAVEL, name: "Another browser" }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await refused("setup/organisation", { token, ...HAVEL })).toBe("setup.step-done");
    const kept = await query("SELECT kind, zone, home_jurisdictions FROM organisation");
    expect(kept).toEqual([{ kind: "operator", zone: "Europe/Berlin", home_jurisdictions: ["DE", "EU"] }]);

    const named = await call("setup/administrator", { token, ...GRETA });
    expect(named.status).toBe(200);
    expect(await refused("setup/administrator", { token, ...NILS })).toBe("setup.step-done");
    // The browser was closed: the same address continues, and the previous token no longer works.
    const again = await call("setup/administrator", { token, ...GRETA });
    expect(await refused("invitation", { token: String(named.body.invitation) })).toBe("invitation.refused");
    expect(await setPasskey(String(again.body.invitation))).toBe(200);
    expect(await refused("setup", { token })).toBe("setup.people");
    expect(await outcomeOf(issueSetupLink(system()))).toBe("setup.people");

    expect(await guarded()).toBe("setup.unfinished");
    expect(await guarded({ method: "GET", path: SAVE.path })).toBe("done");
    expect(await guarded({ method: "POST", path: "/confidential/account/passkeys" })).toBe("done");
    const greta = await administration(GRETA.email);
    const { link } = await nameSecond(greta, NILS);
    expect(await outcomeOf(nameSecond(greta, { ...NILS, email: "other@havel.example" }))).toBe(
      "setup.step-done",
    );
    const renewed = await nameSecond(greta, NILS);
    expect(await refused("invitation", { token: tokenOf(link) })).toBe("invitation.refused");
    expect(await guarded()).toBe("setup.unfinished");
    expect(await outcomeOf(nameSecond(await administration(NILS.email), NILS))).toBe("access.forbidden");

    expect(await setPasskey(tokenOf(renewed.link))).toBe(200);
    expect(await guarded()).toBe("done");
    expect(await outcomeOf(nameSecond(greta, NILS))).toBe("setup.step-done");
    const company = { kind: "company" as const, name: "Alder Ltd", zone: "UTC" };
    expect(await outcomeOf(createNewOrganisation(greta, company))).toBe("done");
    const actions = await query(
      "SELECT action, count(*)::int AS n FROM audit_index WHERE action LIKE 'setup.%' AND outcome = 'done' GROUP BY action ORDER BY action",
    );
    expect(actions).toEqual([
      { action: "setup.administrator", n: 3 },
      { action: "setup.link", n: 4 },
      { action: "setup.organisation", n: 1 },
    ]);
  });

  it("is over for good: the first administrator alone replaces no second one who leaves, and no link leads to it again", async () => {
    const greta = await administration(GRETA.email);
    const { principal } = await administration(NILS.email);
    expect(await outcomeOf(leavePerson(greta, principal.userId, { reason: "new job" }))).toBe("done");
    const puppet = { name: "A Puppet", email: "puppet@havel.example" };
    expect(await outcomeOf(nameSecond(greta, puppet))).toBe("setup.step-done");
    expect(await query("SELECT id FROM app_user WHERE email = $1", [puppet.email])).toEqual([]);

    await query("ALTER TABLE credential DISABLE TRIGGER USER");
    await query("UPDATE credential SET revoked_at = now() WHERE user_id = $1", [greta.principal.userId]);
    await query("ALTER TABLE credential ENABLE TRIGGER USER");
    expect(await outcomeOf(issueSetupLink(system()))).toBe("setup.people");
  });
});
