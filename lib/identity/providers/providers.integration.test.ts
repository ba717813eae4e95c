import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { disconnectProvider } from "@/lib/administration/providers/ask-provider";
import { DOMAIN } from "@/lib/testing/benches/administration-bench";
import { createProviderBench, OidcBrowser, type ProviderBench } from "@/lib/testing/benches/provider-bench";
import { suspendPerson } from "@/lib/testing/instance/suspend-person";

let bench: ProviderBench;
beforeAll(async () => {
  bench = await createProviderBench();
  await bench.connect();
});
afterAll(() => bench?.close());
beforeEach(() => {
  const { idp } = bench;
  Object.assign(idp, { twist: undefined, cancels: false, isDown: false, namedIssuer: undefined });
  bench.tick();
});

const GOOD = { amr: ["pwd", "otp"], acr: "urn:test:one-factor" };
const Refusal = z.looseObject({
  code: z.string(),
  fault: z.string().optional(),
  detail: z.string().optional(),
});
const refusalIn = async (response: Response) => Refusal.parse(await response.json());
const hasSession = (browser: OidcBrowser) => browser.jar.has("sealport-session");
let made = 0;
function newSub(): string {
  made += 1;
  return `s${made}`;
}

/** An officer who has accepted their invitation at the provider. */
async function linked(sub = newSub(), more: Parameters<ProviderBench["officer"]>[1] = {}) {
  const officer = await bench.officer(sub, more);
  bench.idp.next = { sub, ...GOOD };
  const browser = new OidcBrowser();
  const response = await browser.accept(officer.link);
  expect(response.status, await response.clone().text()).toBe(200);
  return { ...officer, sub, browser };
}

/** Signs in once more and returns the fault of the refusal, or "ok". */
async function outcome({ email }: { email: string }): Promise<string> {
  const browser = new OidcBrowser();
  const response = await browser.signInAt(email);
  expect(hasSession(browser)).toBe(response.status === 200);
  if (response.status === 200) return "ok";
  const { code, fault } = await refusalIn(response);
  return fault ?? code;
}

describe("a sign-in at the organisation's provider", () => {
  it("accepts an invitation, links the subject, and records how and when the person signed in", async () => {
    const before = await bench.entries("invitation.use");
    const officer = await bench.officer("first");
    const ts = Math.floor(Date.now() / 1000) - 600;
    bench.idp.next = { sub: "first", ...GOOD, ts };
    const browser = new OidcBrowser();
    expect((await browser.accept(officer.link)).status).toBe(200);
    expect(await bench.session(officer.userId)).toMatchObject({
      method: "oidc",
      proved_at: new Date(ts * 1000),
      multi_factor_at: new Date(ts * 1000),
    });
    expect(await bench.entries("invitation.use")).toBe(before + 1);
    const again = new OidcBrowser();
    expect((await again.signInAt(officer.email)).status).toBe(200);
    expect(hasSession(again)).toBe(true);
    const cookies = await new OidcBrowser().leave("organisation", { email: officer.email });
    expect(cookies.headers.getSetCookie().join()).toMatch(/sealport-round-trip=.*HttpOnly; SameSite=Strict/);
  });

  it("finds the person by the link alone: the provider may rename them within its domains", async () => {
    const person = await linked();
    bench.idp.people.set(person.sub, { email: `Renamed@${DOMAIN.toUpperCase()}`, groups: ["officers"] });
    expect(await outcome(person)).toBe("ok");
  });

  it("makes no account and no link for a subject that no one has linked", async () => {
    const person = await linked();
    bench.idp.people.set("stranger", { email: person.email, groups: ["officers"] });
    bench.idp.next = { sub: "stranger", ...GOOD };
    const before = await bench.query("SELECT count(*)::int AS n FROM app_user");
    expect(await outcome(person)).toBe("unlinked");
    expect(await bench.query("SELECT count(*)::int AS n FROM app_user")).toEqual(before);
  });

  it("is refused for a person who is suspended, in the words for a stranger", async () => {
    const person = await linked();
    await suspendPerson(bench.greta, person.userId);
    expect(await outcome(person)).toBe("unlinked");
  });

  it("does not say whether an address has an account, only whether its domain has a provider", async () => {
    const known = await new OidcBrowser().leave("organisation", { email: `no-one@${DOMAIN}` });
    expect(known.status).toBe(200);
    for (const email of ["someone@elsewhere.example", "x@authority.exаmple", "no address"]) {
      const unknown = await new OidcBrowser().leave("organisation", { email });
      expect(await refusalIn(unknown)).toMatchObject({ code: "provider.not-found" });
    }
  });
});

type Twist = (claims: Record<string, unknown>) => void;
const now = () => Math.floor(Date.now() / 1000);
const TOKENS: readonly (readonly [what: string, fault: string, twist: Twist])[] = [
  ["another issuer", "token", (claims) => Object.assign(claims, { iss: "https://login.elsewhere.example" })],
  ["another audience", "token", (claims) => Object.assign(claims, { aud: "another-client" })],
  ["another nonce", "token", (claims) => Object.assign(claims, { nonce: "replayed" })],
  ["no nonce", "token", (claims) => delete claims.nonce],
  ["an end in the past", "clock", (claims) => Object.assign(claims, { exp: now() - 120, iat: now() - 180 })],
  [
    "a clock ten minutes ahead",
    "clock",
    (claims) => Object.assign(claims, { iat: now() + 600, exp: now() + 900 }),
  ],
  ["a clock ten minutes behind", "clock", (claims) => Object.assign(claims, { iat: now() - 600 })],
  ["no auth_time", "auth-time", (claims) => delete claims.auth_time],
  ["an auth_time that is text", "auth-time", (claims) => Object.assign(claims, { auth_time: String(now()) })],
  ["an auth_time in the future", "clock", (claims) => Object.assign(claims, { auth_time: now() + 600 })],
  ["an old auth_time", "too-old", (claims) => Object.assign(claims, { auth_time: now() - 3 * 3600 })],
  [
    "neither amr nor acr",
    "second-factor",
    (claims) => Object.assign(claims, { amr: undefined, acr: undefined }),
  ],
  ["a password alone", "second-factor", (claims) => Object.assign(claims, { amr: ["pwd"] })],
  ["an amr that is text", "second-factor", (claims) => Object.assign(claims, { amr: "otp" })],
];

describe("an ID token", () => {
  it.each(TOKENS)("with %s is refused as %s", async (_what, fault, twist) => {
    const person = await linked();
    bench.idp.twist = twist;
    const before = await bench.entries("session.create");
    expect(await outcome(person)).toBe(fault);
    expect(await bench.entries("session.create")).toBe(before + 1);
    bench.idp.twist = undefined;
    expect(await outcome(person)).toBe("ok");
  });

  it("with an acr that was agreed on counts as a second factor without an amr", async () => {
    const person = await linked();
    bench.idp.twist = (claims) => Object.assign(claims, { amr: undefined, acr: "urn:test:two-factor" });
    expect(await outcome(person)).toBe("ok");
  });
});

describe("the person's address at the provider", () => {
  it("must be in an agreed domain, in any case, and not be refuted", async () => {
    const person = await linked();
    const at = (email: string | undefined, more = {}) =>
      bench.idp.people.set(person.sub, { email, groups: ["officers"], ...more });
    at(`${person.sub}@elsewhere.example`);
    expect(await outcome(person)).toBe("domain");
    at(`${person.sub}@authority.exаmple`);
    expect(await outcome(person)).toBe("domain");
    at(undefined);
    expect(await outcome(person)).toBe("domain");
    at(person.email, { email_verified: false });
    expect(await outcome(person)).toBe("domain");
    at(person.email.toUpperCase());
    expect(await outcome(person)).toBe("ok");
  });

  it("must be the invited one at the acceptance of an invitation: other case is the same, a look-alike is not", async () => {
    const sub = newSub();
    const officer = await bench.officer(sub);
    bench.idp.next = { sub, ...GOOD };
    for (const email of [`p${sub}@${DOMAIN}`, `ѕ${sub.slice(1)}@${DOMAIN}`]) {
      bench.idp.people.set(sub, { email, groups: ["officers"] });
      const response = await new OidcBrowser().accept(officer.link);
      expect((await refusalIn(response)).fault).toBe("address");
    }
    bench.idp.people.set(sub, { email: officer.email.toUpperCase(), groups: ["officers"] });
    expect((await new OidcBrowser().accept(officer.link)).status).toBe(200);
    const other = await bench.officer(newSub());
    bench.idp.people.set(sub, { email: other.email, groups: ["officers"] });
    const twice = await new OidcBrowser().accept(other.link);
    expect((await refusalIn(twice)).code).toBe("credential.invalid");
  });
});

describe("the groups of a person", () => {
  it("must give the role and every duty that the person has; more of them give nothing", async () => {
    const person = await linked();
    const groups = (...names: string[]) =>
      bench.idp.people.set(person.sub, { email: person.email, groups: names });
    groups("auditors");
    expect(await outcome(person)).toBe("mapping");
    groups();
    expect(await outcome(person)).toBe("mapping");
    groups("auditors", "officers", "unknown");
    expect(await outcome(person)).toBe("ok");
    const [row] = await bench.query("SELECT role FROM app_user WHERE id = $1", [person.userId]);
    expect(row?.role).toBe("regulator");
    expect(await bench.query("SELECT duty FROM duty WHERE user_id = $1", [person.userId])).toEqual([]);
  });
});

describe("a round trip", () => {
  it("is completed once, by the browser that began it, with the code that came for it", async () => {
    const person = await linked();
    const browser = new OidcBrowser();
    const returned = await browser.visit("organisation", { email: person.email });
    const other = new OidcBrowser();
    await other.leave("organisation", { email: person.email });
    expect((await refusalIn(await other.post("callback/organisation", { returned }))).fault).toBe(
      "round-trip",
    );
    expect((await refusalIn(await new OidcBrowser().post("callback/organisation", { returned }))).fault).toBe(
      "round-trip",
    );
    expect((await browser.post("callback/organisation", { returned })).status).toBe(200);
    expect((await refusalIn(await browser.post("callback/organisation", { returned }))).fault).toBe(
      "round-trip",
    );
    const second = await browser.visit("organisation", { email: person.email });
    const replayed = { ...second, code: returned.code };
    expect((await refusalIn(await browser.post("callback/organisation", { returned: replayed }))).fault).toBe(
      "token",
    );
    const forged = {
      ...(await browser.visit("organisation", { email: person.email })),
      iss: "https://evil.example",
    };
    expect((await refusalIn(await browser.post("callback/organisation", { returned: forged }))).fault).toBe(
      "token",
    );
  });

  it("for an invitation signs no one in, and one that is older than 15 minutes is over", async () => {
    const person = await linked();
    const officer = await bench.officer(newSub());
    const browser = new OidcBrowser();
    const returned = await browser.visit("invitation/organisation", {
      token: officer.link.split("#")[1] ?? "",
    });
    expect((await refusalIn(await browser.post("callback/organisation", { returned }))).fault).toBe(
      "round-trip",
    );
    const late = await browser.visit("organisation", { email: person.email });
    bench.clock.advance(15 * 60_000);
    expect((await refusalIn(await browser.post("callback/organisation", { returned: late }))).fault).toBe(
      "round-trip",
    );
  });

  it("that the person cancels at the provider says so", async () => {
    const person = await linked();
    bench.idp.cancels = true;
    expect(await outcome(person)).toBe("denied");
  });
});

describe("a provider that fails", () => {
  it("is named when it is down, and works again when it is back", async () => {
    const person = await linked();
    const browser = new OidcBrowser();
    const returned = await browser.visit("organisation", { email: person.email });
    bench.idp.isDown = true;
    const response = await browser.post("callback/organisation", { returned });
    expect(response.status).toBe(503);
    expect(await refusalIn(response)).toMatchObject({ code: "provider.unreachable", why: "failed" });
    expect(hasSession(browser)).toBe(false);
    bench.idp.isDown = false;
    expect(await outcome(person)).toBe("ok");
  });
});

describe("sessions that began at a provider", () => {
  it("end when it is changed or disconnected, and no one signs in there any more", async () => {
    const person = await linked();
    await bench.connect({ max_age: 1800, client_secret: undefined });
    expect(await bench.session(person.userId)).toMatchObject({ end_reason: "provider-changed" });
    expect(await outcome(person)).toBe("ok");
    const { ended_sessions } = await disconnectProvider(bench.greta, bench.agency, "the contract ended");
    expect(ended_sessions).toBeGreaterThan(0);
    expect(await bench.session(person.userId)).toMatchObject({ end_reason: "provider-changed" });
    const gone = await new OidcBrowser().leave("organisation", { email: person.email });
    expect((await refusalIn(gone)).code).toBe("provider.not-found");
    await bench.connect();
    expect(await outcome(person)).toBe("ok");
  });

  it("do not begin, and no sign-in is linked, where it is disconnected while it answers", async () => {
    const person = await linked();
    const officer = await bench.officer(newSub());
    bench.idp.next = { sub: person.sub, ...GOOD };
    const open = "SELECT count(*)::int AS n FROM auth_session WHERE user_id = $1 AND revoked_at IS NULL";
    const linksOf = "SELECT count(*)::int AS n FROM credential WHERE user_id = $1";
    bench.idp.twist = async () => {
      await disconnectProvider(bench.greta, bench.agency, "it was broken into");
    };
    expect(await outcome(person)).toBe("round-trip");
    expect(await bench.query(open, [person.userId])).toEqual([{ n: 0 }]);
    await bench.connect();
    bench.idp.next = { sub: officer.email.slice(0, officer.email.indexOf("@")), ...GOOD };
    const response = await new OidcBrowser().accept(officer.link);
    expect((await refusalIn(response)).fault).toBe("round-trip");
    expect(await bench.query(linksOf, [officer.userId])).toEqual([{ n: 0 }]);
    bench.idp.twist = undefined;
    await bench.connect();
    expect((await new OidcBrowser().accept(officer.link)).status).toBe(200);
  });
});
