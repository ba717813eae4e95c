import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { agreeToAgreement, withdrawAgreement } from "@/lib/administration/agreements/decide-agreement";
import { getAgreement } from "@/lib/administration/agreements/list-agreements";
import {
  askProvider,
  disconnectProvider,
  getOrganisationSignIn,
} from "@/lib/administration/providers/ask-provider";
import { ProviderChange } from "@/lib/administration/providers/schema";
import {
  finishTestSignIn,
  startTestSignIn,
  testProvider,
} from "@/lib/administration/providers/test-provider";
import { DOMAIN } from "@/lib/testing/benches/administration-bench";
import {
  createProviderBench,
  OidcBrowser,
  PROVIDER_SETTINGS,
  type ProviderBench,
  REDIRECT,
} from "@/lib/testing/benches/provider-bench";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import { clientOf } from "@/lib/testing/servers/identity-provider";

let bench: ProviderBench;
beforeAll(async () => {
  bench = await createProviderBench();
});
afterAll(() => bench?.close());
beforeEach(() => {
  Object.assign(bench.idp, { isDown: false, namedIssuer: undefined, twist: undefined });
  bench.tick();
});

const change = (more: Partial<ProviderChange> = {}) => ({
  ...PROVIDER_SETTINGS,
  issuer: bench.idp.issuer,
  ...more,
});
/** A caller with a session, as the page has one. */
const inSession = (cx: ProviderBench["greta"]) => ({
  ...cx,
  principal: {
    ...cx.principal,
    proof: {
      kind: "session" as const,
      sessionId: "s".repeat(24),
      method: "totp" as const,
      provedAt: cx.clock.now(),
    },
  },
});

describe("an organisation's identity provider", () => {
  it("is in force when a second administrator agrees, with its secret sealed and in no answer or entry", async () => {
    const asked = await askProvider(bench.greta, bench.agency, change());
    expect(await getOrganisationSignIn(bench.greta, bench.agency)).toMatchObject({
      ...{ provider: null, is_waiting: true, redirect_uri: REDIRECT, linked: 0 },
    });
    const seen = await getAgreement(bench.nils, asked.id);
    expect(seen.after).toMatchObject({ issuer: bench.idp.issuer, max_age: "3600" });
    expect(seen.after.secret).toMatch(/^[0-9a-f]{8}$/);
    expect(await outcomeOf(agreeToAgreement(bench.greta, asked.id, {}))).toBe("agreement.second-person");
    const before = await bench.entries("provider.change");
    await agreeToAgreement(bench.nils, asked.id, {});
    expect(await bench.entries("provider.change")).toBe(before + 1);
    const answer = await getOrganisationSignIn(bench.greta, bench.agency);
    expect(answer).toMatchObject({
      is_waiting: false,
      provider: { client_id: "sealport", domains: [DOMAIN] },
    });
    const rows = await bench.query("SELECT row_to_json(p)::text AS text FROM identity_provider p");
    const entries = await bench.query("SELECT encode(bytes, 'escape') AS text FROM audit_entry");
    for (const { text } of [...rows, ...entries, { text: JSON.stringify([answer, seen]) }])
      expect(String(text)).not.toContain(PROVIDER_SETTINGS.client_secret);
  });

  it("keeps its secret where none is sent, and needs one for another client", async () => {
    const asked = await askProvider(
      bench.greta,
      bench.agency,
      change({ client_secret: undefined, max_age: 600 }),
    );
    await agreeToAgreement(bench.nils, asked.id, {});
    const other = change({ client_secret: undefined, client_id: "another" });
    expect((await refusalOf(askProvider(bench.greta, bench.agency, other))).errors[0]?.pointer).toBe(
      "/client_secret",
    );
    const same = change({ client_secret: undefined, max_age: 600 });
    expect(await outcomeOf(askProvider(bench.greta, bench.agency, same))).toBe("request.invalid");
  });

  it("must answer under the issuer's own name when it is asked for", async () => {
    const why = async (more: Partial<ProviderChange>) =>
      (await refusalOf(askProvider(bench.greta, bench.agency, change(more)))).extra.why;
    bench.idp.namedIssuer = "https://login.elsewhere.example";
    expect(await why({ max_age: 900 })).toBe("issuer");
    bench.idp.namedIssuer = undefined;
    bench.idp.isDown = true;
    expect(await why({ max_age: 900 })).toBe("down");
    bench.idp.isDown = false;
    expect(await why({ issuer: `${bench.idp.issuer}/realms/none` })).toBe("down");
    const slash = { issuer: `${bench.idp.issuer}/` };
    expect(await why(slash)).toBe("issuer");
  });

  it("uses http on this machine in an evaluation alone", async () => {
    const real = { ...bench.greta, instance: { ...bench.greta.instance, evaluation: false } };
    expect(
      (await refusalOf(askProvider(real, bench.agency, change({ max_age: 901 })))).errors[0]?.pointer,
    ).toBe("/issuer");
    const far = change({ issuer: "http://login.agency.example" });
    expect((await refusalOf(askProvider(bench.greta, bench.agency, far))).errors[0]?.pointer).toBe("/issuer");
  });

  it("has domains of its own, and roles that fit the organisation", async () => {
    const clients = [{ value: "clients", role: "client" as const, duties: [] }];
    const other = askProvider(bench.greta, bench.company, change({ mapping: clients }));
    expect(await outcomeOf(other)).toBe("provider.domain");
    const roles = change({ mapping: [{ value: "all", role: "admin", duties: ["admin"] }] });
    expect(await outcomeOf(askProvider(bench.greta, bench.agency, roles))).toBe("request.invalid");
    const own = change({ domains: ["company.example"], mapping: clients });
    const one = await askProvider(bench.greta, bench.company, own);
    expect(await outcomeOf(askProvider(bench.greta, bench.company, own))).toBe("agreement.open");
    await withdrawAgreement(bench.greta, one.id, {});
  });

  it("is refused without a second factor, a mapping or a domain", () => {
    for (const wrong of [
      { amr: [], acr: [] },
      { mapping: [] },
      { domains: [] },
      { max_age: 10 },
      { issuer: "x" },
    ])
      expect(ProviderChange.safeParse(change(wrong)).success).toBe(false);
  });

  it("of an unknown organisation, or of one without a provider, is not found", async () => {
    expect(await outcomeOf(getOrganisationSignIn(bench.greta, crypto.randomUUID()))).toBe(
      "organisation.not-found",
    );
    expect(await outcomeOf(disconnectProvider(bench.greta, bench.company, "none there"))).toBe(
      "provider.not-found",
    );
  });
});

describe("a key of the portal", () => {
  it("proves the portal to the provider in place of a secret", async () => {
    const settings = change({ authentication: "private_key", client_secret: undefined, client_id: "by-key" });
    const asked = await askProvider(bench.greta, bench.agency, settings);
    await agreeToAgreement(bench.nils, asked.id, {});
    const { provider } = await getOrganisationSignIn(bench.greta, bench.agency);
    expect(JSON.stringify(provider)).not.toContain('"d"');
    const { client_secret: _secret, ...client } = clientOf(REDIRECT);
    bench.idp.addClient({
      ...client,
      ...{ client_id: "by-key", token_endpoint_auth_method: "private_key_jwt", jwks: provider?.jwks },
    });
    const officer = await bench.officer("keyed");
    bench.idp.next = { sub: "keyed", amr: ["otp"] };
    expect((await new OidcBrowser().accept(officer.link)).status).toBe(200);
    await bench.connect();
  });
});

describe("a test of a provider", () => {
  it("reads configuration and keys", async () => {
    expect(await testProvider(bench.greta, bench.agency)).toMatchObject({
      ...{ issuer: bench.idp.issuer, algorithm: "RS256", keys: 1, says_pkce: true },
    });
    bench.idp.isDown = true;
    expect((await refusalOf(testProvider(bench.greta, bench.agency))).extra.why).toBe("down");
    expect(await outcomeOf(testProvider(bench.greta, bench.company))).toBe("provider.not-found");
  });

  it("shows what a sign-in brings and whether it is enough, and signs no one in", async () => {
    const cx = inSession(bench.greta);
    bench.idp.people.set("tester", { email: `tester@${DOMAIN}`, groups: ["officers", "others"] });
    bench.idp.next = { sub: "tester", amr: ["pwd"] };
    const browser = new OidcBrowser();
    const visit = async () => browser.provider.visit((await startTestSignIn(cx, bench.agency)).url);
    expect(await finishTestSignIn(cx, bench.agency, await visit())).toMatchObject({
      claims: { sub: "tester", email: `tester@${DOMAIN}`, amr: ["pwd"], groups: ["officers", "others"] },
      checks: {
        ...{ sign_in: "second-factor", domain: true, person: null },
        roles: [{ role: "regulator", duties: [] }],
      },
    });
    expect(await outcomeOf(finishTestSignIn(cx, bench.company, await visit()))).toBe("auth.provider");
    const returned = await visit();
    const elsewhere = inSession(bench.nils);
    Object.assign(elsewhere.principal.proof, { sessionId: "t".repeat(24) });
    expect(await outcomeOf(finishTestSignIn(elsewhere, bench.agency, returned))).toBe("auth.provider");
    expect(await outcomeOf(startTestSignIn(bench.greta, bench.agency))).toBe("auth.session-only");
  });
});
