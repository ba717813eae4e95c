import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as operations from "@/lib/api-client/operations/account-provider";
import { finishOwnProvider, removeOwnLink, startOwnProvider } from "@/lib/identity/account/own-provider";
import { addPasskey, call, prove, startStep, view } from "@/lib/testing/benches/account-bench";
import { DOMAIN } from "@/lib/testing/benches/administration-bench";
import { createProviderBench, OidcBrowser, type ProviderBench } from "@/lib/testing/benches/provider-bench";
import { SoftwareAuthenticator } from "@/lib/testing/devices/authenticator";
import { ProviderBrowser } from "@/lib/testing/servers/identity-provider";

let bench: ProviderBench;
beforeAll(async () => {
  bench = await createProviderBench();
  await bench.connect();
});
afterAll(() => bench?.close());
beforeEach(() => {
  bench.idp.twist = undefined;
  bench.tick();
});

const GOOD = { amr: ["pwd", "otp"] };
const start = (browser: OidcBrowser, purpose: "link" | "step-up") =>
  call(browser, operations.startOwnProvider, (cx, { body }) => startOwnProvider(cx, body.purpose), {
    body: { purpose },
  });
const finish = (browser: OidcBrowser, returned: unknown) =>
  call(browser, operations.finishOwnProvider, (cx, { body }) => finishOwnProvider(cx, body.returned), {
    body: { returned },
  });
const remove = (browser: OidcBrowser) => call(browser, operations.removeOwnLink, removeOwnLink);
const there = async (browser: OidcBrowser, purpose: "link" | "step-up") =>
  // A browser that is not signed in at the provider yet: who signs in there changes from call to call.
  new ProviderBrowser().visit(String((await start(browser, purpose)).body.url));

let made = 0;
/** An officer who signed in at the provider this many seconds ago. */
async function linked(ago = 0) {
  made += 1;
  const sub = `own${made}`;
  const officer = await bench.officer(sub);
  bench.idp.next = { sub, ...GOOD, ts: Math.floor(Date.now() / 1000) - ago };
  const browser = new OidcBrowser();
  expect((await browser.accept(officer.link)).status).toBe(200);
  bench.idp.next = { sub, ...GOOD };
  return { ...officer, sub, browser };
}

describe("a step-up at the organisation's provider", () => {
  it("renews the proof by a new sign-in there, for a person without a passkey", async () => {
    const { browser, userId } = await linked(600);
    expect((await startStep(browser)).body).toMatchObject({
      ...{ passkey: null, totp: false, password: false, organisation: true },
    });
    const before = Object(await bench.session(userId)).proved_at;
    const done = await finish(browser, await there(browser, "step-up"));
    expect(done.body).toMatchObject({ purpose: "step-up" });
    const after = await bench.session(userId);
    expect(after).toMatchObject({ method: "oidc", multi_factor_at: after?.proved_at });
    expect(Number(after?.proved_at)).toBeGreaterThan(Number(before));
  });

  it("takes no sign-in from before, of another person, or in another session", async () => {
    const { browser, sub } = await linked();
    bench.idp.twist = (claims) => Object.assign(claims, { auth_time: Math.floor(Date.now() / 1000) - 120 });
    expect((await finish(browser, await there(browser, "step-up"))).body.fault).toBe("too-old");
    bench.idp.twist = undefined;
    const other = await linked();
    bench.idp.next = { sub: other.sub, ...GOOD };
    expect((await finish(browser, await there(browser, "step-up"))).body.fault).toBe("unlinked");
    bench.idp.next = { sub, ...GOOD };
    const returned = await there(browser, "step-up");
    expect((await finish(other.browser, returned)).body.fault).toBe("round-trip");
    expect((await finish(browser, returned)).status).toBe(200);
    expect((await finish(browser, returned)).body.fault).toBe("round-trip");
  });

  it("ends the session after ten refusals, as other wrong proofs do", async () => {
    const { browser, userId } = await linked();
    const statuses: number[] = [];
    for (let count = 0; count < 10; count += 1)
      statuses.push((await finish(browser, { state: "step-up.made-up", code: "x" })).status);
    expect(statuses.at(-1)).toBe(401);
    expect(await bench.session(userId)).toMatchObject({ end_reason: "wrong-proofs" });
  });

  it("is not offered to a person with a passkey", async () => {
    const { browser } = await linked();
    expect((await addPasskey(browser, new SoftwareAuthenticator())).status).toBe(201);
    expect((await startStep(browser)).body).toMatchObject({ organisation: false });
    expect((await start(browser, "step-up")).body.fault).toBe("passkey");
  });
});

describe("a link to the provider", () => {
  it("is made by the signed-in person, replaced by a newer one, and not the last way to sign in that is removed", async () => {
    const { browser, sub, email } = await linked();
    expect((await remove(browser)).body.code).toBe("credential.last");
    bench.idp.people.set(`${sub}-new`, { email, groups: ["officers"] });
    bench.idp.next = { sub: `${sub}-new`, ...GOOD };
    expect((await finish(browser, await there(browser, "link"))).status).toBe(200);
    expect((await view(browser)).organisation_sign_in).toMatchObject({
      host: new URL(bench.idp.issuer).host,
      linked_at: expect.any(String),
    });
    bench.idp.next = { sub, ...GOOD };
    expect((await new OidcBrowser().signInAt(email)).status).toBe(403);
    expect((await addPasskey(browser, new SoftwareAuthenticator())).status).toBe(201);
    expect((await remove(browser)).body).toEqual({ removed: true });
    bench.idp.next = { sub: `${sub}-new`, ...GOOD };
    expect((await new OidcBrowser().signInAt(email)).status).toBe(403);
    expect((await finish(browser, await there(browser, "link"))).status).toBe(200);
    expect((await new OidcBrowser().signInAt(email)).status).toBe(200);
  });

  it("needs the person's own address, a proof of 15 minutes at most, and a subject that no one else has", async () => {
    const { browser, sub, email } = await linked();
    const other = await linked();
    const at = (own: string, address: string) => {
      bench.idp.people.set(own, { email: address, groups: ["officers"] });
      bench.idp.next = { sub: own, ...GOOD };
    };
    at(`${sub}-b`, `someone@${DOMAIN}`);
    expect((await finish(browser, await there(browser, "link"))).body.fault).toBe("address");
    at(other.sub, email);
    expect((await finish(browser, await there(browser, "link"))).body.code).toBe("credential.invalid");
    bench.clock.advance(16 * 60_000);
    expect((await start(browser, "link")).body.code).toMatch(/auth\.(step-up|required|session)/);
    expect((await prove(browser, { code: "123456" })).status).toBe(401);
  });
});
