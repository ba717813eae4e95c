import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Secret } from "otpauth";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { operation } from "@/lib/api-client/operation";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { fixedClock } from "@/lib/clock";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction } from "@/lib/db/transaction";
import { bind } from "@/lib/http/endpoint/bind";
import { insertCredential, insertDuties } from "@/lib/identity/people/store";
import { endDeadSessions } from "@/lib/identity/sessions/end-session";
import { readDemonstration } from "@/lib/identity/sign-in/demonstration";
import { hashRecoveryCode, newRecoveryCode } from "@/lib/identity/sign-in/recovery-code";
import { siteOf } from "@/lib/identity/sign-in/site";
import { type Runtime, useRuntime } from "@/lib/runtime/slot";
import { addPasskey, passkeySignIn, signedInAt } from "@/lib/testing/benches/account-bench";
import { createPortalBench, type PortalBench } from "@/lib/testing/benches/portal-bench";
import { SoftwareAuthenticator } from "@/lib/testing/devices/authenticator";
import { codeOf, createAccount, type TestAccount, TestBrowser, whoAmI } from "@/lib/testing/instance/sign-in";
import { suspendPerson } from "@/lib/testing/instance/suspend-person";
import { serve } from "@/lib/testing/routes/route-files";

let bench: PortalBench;
beforeAll(async () => {
  bench = await createPortalBench({});
});
afterAll(() => bench.close());

describe("sign-in", () => {
  let runtime: Runtime;
  const clock = fixedClock(new Date());
  const MINUTE = 60_000;

  beforeAll(async () => {
    runtime = { ...bench.runtime, clock };
    useRuntime(runtime);
  });
  // Each test uses new codes.
  beforeEach(() => clock.advance(2 * MINUTE));

  const change = operation({
    id: "changeThing",
    method: "POST",
    path: "/confidential/whoami",
    summary: "test",
    scopes: "any",
    roles: "any",
    stepUp: true,
    body: z.strictObject({}),
    response: { status: 200, schema: z.object({ ok: z.boolean() }) },
    rate: "writes",
    action: "session.create",
  });
  const { GET, POST } = serve("/confidential/whoami", [
    bind(whoAmI, async ({ principal }) => ({ handle: principal.handle, proof: principal.proof })),
    bind(change, async () => ({ ok: true })),
  ]);
  const route = { params: Promise.resolve({}) };
  const URL_ = "http://localhost:3000/confidential/whoami";

  function ask(browser: TestBrowser, headers: Record<string, string> = {}): Promise<Response> {
    return GET(new Request(URL_, { headers: { ...browser.headers(), ...headers } }), route);
  }

  function send(browser: TestBrowser, headers: Record<string, string>): Promise<Response> {
    const all = { ...browser.headers(), ...headers };
    return POST(new Request(URL_, { method: "POST", headers: all, body: "{}" }), route);
  }

  const FROM_PAGE = {
    origin: "http://localhost:3000",
    "sec-fetch-site": "same-origin",
    "content-type": "application/json",
  };

  async function codeIn(response: Response): Promise<string> {
    const body: unknown = await response.json();
    return String(Reflect.get(Object(body), "code"));
  }

  async function entries(action: string, outcome: string): Promise<number> {
    const { rows } = await bench.audit.appPool.query(
      "SELECT count(*)::int AS n FROM audit_index WHERE action = $1 AND outcome = $2",
      [action, outcome],
    );
    return rows[0].n;
  }

  describe("signing in with password and code", () => {
    it("a sign-in gives a cookie that the endpoint accepts for the person, with the proof's kind and age", async () => {
      const person = await createAccount(runtime, "regulator");
      const browser = new TestBrowser();
      const before = await entries("session.create", "done");
      const response = await browser.signIn(person, clock);
      expect(response.status).toBe(200);
      const [session] = response.headers
        .getSetCookie()
        .filter((line) => line.startsWith("sealport-session="));
      expect(session).toMatch(/HttpOnly/);
      expect(session).toMatch(/SameSite=Strict/);
      expect(session).toMatch(/Path=\//);
      expect(response.headers.getSetCookie().join()).not.toContain("callback");
      const me = await ask(browser);
      expect(await me.json()).toMatchObject({ proof: { kind: "session", method: "totp" } });
      expect(await entries("session.create", "done")).toBe(before + 1);
    });

    it("an unknown address, a wrong password, a wrong code and a replayed code get the same answer", async () => {
      const person = await createAccount(runtime, "auditor");
      const other = await createAccount(runtime, "auditor");
      const { email, password } = person;
      const code = codeOf(person, clock);
      expect((await new TestBrowser().signIn(person, clock)).status).toBe(200);
      const tries = [
        { email: "unknown@example.org", password, code },
        { email, password: "some other password", code: codeOf(person, clock, 1) },
        { email, password, code: codeOf(other, clock) },
        { email, password, code },
        { email, password },
        { email, password, recovery_code: "0000-0000-0000" },
      ];
      const before = await entries("session.create", "denied");
      const bodies = [];
      for (const body of tries) {
        const response = await new TestBrowser().post("callback/password", body);
        expect(response.status).toBe(401);
        expect(response.headers.getSetCookie().join()).not.toContain("sealport-session");
        const { request_id, ...rest } = z
          .looseObject({ request_id: z.string() })
          .parse(await response.json());
        bodies.push(rest);
      }
      for (const body of bodies) expect(body).toEqual(bodies[0]);
      expect(await entries("session.create", "denied")).toBe(before + tries.length);
    });

    it("of two equal codes at the same time, one is accepted", async () => {
      const person = await createAccount(runtime, "regulator");
      const both = await Promise.all([1, 2, 3].map(() => new TestBrowser().signIn(person, clock)));
      expect(both.map((response) => response.status).sort()).toEqual([200, 401, 401]);
    });

    it("a privileged person needs a second factor, and a participant without one signs in", async () => {
      const coordinator = await createAccount(runtime, "coordinator", { hasTotp: false });
      const client = await createAccount(runtime, "client", { hasTotp: false });
      const enrolled = await createAccount(runtime, "client");
      const plain = ({ email, password }: typeof client) =>
        new TestBrowser().post("callback/password", { email, password });
      expect((await plain(coordinator)).status).toBe(401);
      expect((await plain(enrolled)).status).toBe(401);
      expect((await plain(client)).status).toBe(200);
    });

    it("a suspended person learns of it only when password and code are proved, and the code is taken", async () => {
      const person = await createAccount(runtime, "auditor");
      const plain = await createAccount(runtime, "client", { hasTotp: false });
      for (const { userId } of [person, plain])
        await suspendPerson({ ...runtime, client: {}, requestId: "test", system: "test" }, userId);
      const { email, password } = person;
      const code = codeOf(person, clock);
      const answerTo = async (body: Record<string, string>) =>
        codeIn(await new TestBrowser().post("callback/password", { email, password, ...body }));
      const before = await entries("session.create", "denied");
      expect(await answerTo({ password: "some other password", code })).toBe("auth.sign-in");
      expect(await answerTo({ code: "000000" })).toBe("auth.sign-in");
      expect(await answerTo({})).toBe("auth.sign-in");
      expect(await answerTo({ email: plain.email })).toBe("auth.sign-in");
      expect(await answerTo({ code })).toBe("auth.suspended");
      expect(await answerTo({ code })).toBe("auth.sign-in");
      expect(await entries("session.create", "denied")).toBe(before + 6);
    });

    it("a sign-in needs the token of its own page, and a page of this portal", async () => {
      const person = await createAccount(runtime, "client", { hasTotp: false });
      const { email, password } = person;
      const send = (body: Record<string, unknown>, headers = {}) =>
        new TestBrowser().post("callback/password", { email, password, ...body }, headers);
      expect(await codeIn(await send({ csrf_token: "made up" }))).toBe("auth.origin");
      expect(await codeIn(await send({}, { origin: "http://evil.example" }))).toBe("auth.origin");
      expect(await codeIn(await send({}, { "sec-fetch-site": "same-site" }))).toBe("auth.origin");
      expect(await codeIn(await send({}, { "content-type": "text/plain" }))).toBe("auth.origin");
    });

    it("the portal serves nothing else of next-auth", async () => {
      for (const path of ["signin", "signout", "session", "providers", "error", "verify-request", "_log"])
        expect((await new TestBrowser().get(path)).status, path).toBe(404);
    });
  });

  describe("a session", () => {
    it("signing out ends a session everywhere, and the same cookie opens nothing afterwards", async () => {
      const person = await createAccount(runtime, "regulator");
      const browser = new TestBrowser();
      await browser.signIn(person, clock);
      const stolen = new TestBrowser("203.0.113.9");
      for (const [name, value] of browser.jar) stolen.jar.set(name, value);
      expect((await ask(stolen)).status).toBe(200);
      await browser.signIn(person, clock, 1);
      expect((await ask(browser)).status).toBe(200);
      const refused = await ask(stolen);
      expect([refused.status, await codeIn(refused)]).toEqual([401, "auth.session"]);
    });

    it("a privileged person's session ends after 15 idle minutes, a participant's does not, and both end after 8 hours", async () => {
      const regulator = await createAccount(runtime, "regulator");
      const client = await createAccount(runtime, "client", { hasTotp: false });
      const [officer, party] = [new TestBrowser(), new TestBrowser()];
      await officer.signIn(regulator, clock);
      await party.post("callback/password", { email: client.email, password: client.password });
      clock.advance(15 * MINUTE - 1);
      expect([(await ask(officer)).status, (await ask(party)).status]).toEqual([200, 200]);
      clock.advance(14 * MINUTE);
      // A page's automatic calls keep no session alive.
      expect((await ask(officer, { "x-sealport-background": "1" })).status).toBe(200);
      clock.advance(MINUTE);
      expect([(await ask(officer)).status, (await ask(party)).status]).toEqual([401, 200]);
      const again = new TestBrowser();
      await again.signIn(regulator, clock);
      for (let past = 0; past < 48; past++) {
        clock.advance(10 * MINUTE - 1);
        if (past < 47) expect((await ask(again)).status).toBe(200);
      }
      clock.advance(48);
      const cx = { ...runtime, client: {}, requestId: "test", system: "test" };
      const reasons = async () => {
        const { rows } = await bench.audit.appPool.query(
          "SELECT end_reason FROM auth_session WHERE user_id IN ($1, $2) ORDER BY end_reason",
          [regulator.userId, client.userId],
        );
        return rows.map((row) => row.end_reason);
      };
      expect(await reasons()).toEqual([null, null, null]);
      await Promise.all([endDeadSessions(cx), endDeadSessions(cx)]);
      expect(await reasons()).toEqual(["expired", "expired", "expired"]);
      expect([(await ask(again)).status, (await ask(party)).status]).toEqual([401, 401]);
    });

    it("a session is refused when sent with a key, made up, sent twice in one request, or after the person's duties change", async () => {
      const person = await createAccount(runtime, "coordinator", { duties: ["legal"] });
      const browser = new TestBrowser();
      await browser.signIn(person, clock);
      expect(await codeIn(await ask(browser, { "x-api-key": "sp_x" }))).toBe("auth.invalid");
      const forged = new TestBrowser();
      forged.jar.set("sealport-session", `${"A".repeat(24)}.${"A".repeat(43)}`);
      expect(await codeIn(await ask(forged))).toBe("auth.session");
      const cookie = `${browser.headers().cookie}; sealport-session=${"A".repeat(24)}.${"A".repeat(43)}`;
      expect((await ask(browser, { cookie })).status).toBe(401);
      expect((await ask(browser)).status).toBe(200);
      const cx = { ...runtime, client: {}, requestId: "test", system: "test" };
      await inTransaction(cx, async (tx) => {
        const tenant_id = runtime.instance.tenantId;
        await insertDuties(tx, [{ user_id: person.userId, duty: "approve", tenant_id }]);
        const subjects = [`user:${person.userId}`];
        await appendEntry(tx, cx, { class: "identity", outcome: "done", action: "duty.grant", subjects });
      });
      expect((await ask(browser)).status).toBe(401);
    });

    it("deactivating a person ends their session and leaves no way to sign in", async () => {
      const person = await createAccount(runtime, "regulator");
      const browser = new TestBrowser();
      await browser.signIn(person, clock);
      await suspendPerson({ ...runtime, client: {}, requestId: "test", system: "test" }, person.userId);
      expect((await ask(browser)).status).toBe(401);
      expect((await browser.signIn(person, clock, 1)).status).toBe(403);
      expect((await ask(browser)).status).toBe(401);
      const { rows } = await bench.audit.appPool.query(
        "SELECT end_reason FROM auth_session WHERE user_id = $1",
        [person.userId],
      );
      expect(rows).toEqual([{ end_reason: "inactive" }]);
    });

    it("a session makes changes only from this portal's pages, and important ones with a fresh second factor", async () => {
      const person = await createAccount(runtime, "regulator");
      const browser = new TestBrowser();
      await browser.signIn(person, clock);
      expect((await send(browser, FROM_PAGE)).status).toBe(200);
      for (const wrong of [
        { "content-type": "application/json" },
        { ...FROM_PAGE, "sec-fetch-site": "same-site" },
        { ...FROM_PAGE, origin: "http://localhost:9999" },
        { ...FROM_PAGE, "content-type": "text/plain" },
      ]) {
        const refused = await send(browser, wrong);
        expect([refused.status, await codeIn(refused)]).toEqual([403, "auth.origin"]);
      }
      expect((await ask(browser, { "sec-fetch-site": "cross-site" })).status).toBe(403);
      clock.advance(14 * MINUTE);
      await ask(browser);
      clock.advance(MINUTE);
      expect((await send(browser, FROM_PAGE)).status).toBe(200);
      clock.advance(1);
      const stale = await send(browser, FROM_PAGE);
      expect([stale.status, await codeIn(stale)]).toEqual([401, "auth.step-up"]);
      expect(stale.headers.get("www-authenticate")).toBe(
        'Bearer error="insufficient_user_authentication", max_age=900',
      );
    });
  });

  describe("guessing", () => {
    // The counters' windows use the machine's clock, so the test freezes it.
    beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
    afterEach(() => void vi.useRealTimers());

    /** One recovery code, made for the person. */
    async function recoveryCodeOf(person: TestAccount): Promise<string> {
      const cx = { ...runtime, client: {}, requestId: "test", system: "test" };
      const code = newRecoveryCode();
      await inTransaction(cx, async (tx) => {
        await insertCredential(tx, {
          id: uuidv7(clock.nowMs()),
          tenant_id: runtime.instance.tenantId,
          user_id: person.userId,
          kind: "recovery",
          secret_hash: hashRecoveryCode(runtime, person.userId, code),
        });
        const subjects = [`user:${person.userId}`];
        await appendEntry(tx, cx, {
          class: "identity",
          outcome: "done",
          action: "credential.renew",
          subjects,
        });
      });
      return code;
    }

    it("guessing is slowed to one attempt in half a minute per address, and the owner still signs in from elsewhere", async () => {
      const person = await createAccount(runtime, "regulator");
      const wrong = { email: person.email, password: "not this one at all", code: "000000" };
      const statuses = [];
      for (let count = 0; count < 12; count++)
        statuses.push((await new TestBrowser("192.0.2.50").post("callback/password", wrong)).status);
      expect(statuses).toEqual([...Array(11).fill(401), 429]);
      const owner = new TestBrowser("192.0.2.51");
      expect((await owner.signIn(person, clock)).status).toBe(200);
      const unknown = { ...wrong, email: "unknown-1@example.org" };
      const same = [];
      for (let count = 0; count < 12; count++)
        same.push((await new TestBrowser("192.0.2.52").post("callback/password", unknown)).status);
      expect(same).toEqual(statuses);
    });

    /** Returns how many codes were checked: each check reads the secret once. */
    async function checksIn(run: () => Promise<void>): Promise<number> {
      let checked = 0;
      const keystore = Object.create(runtime.keystore, {
        openSecret: {
          value: (...given: Parameters<typeof runtime.keystore.openSecret>) => {
            checked += 1;
            return runtime.keystore.openSecret(...given);
          },
        },
      });
      useRuntime({ ...runtime, keystore });
      await run().finally(() => useRuntime(runtime));
      return checked;
    }

    it("codes sent with the right password are checked ten times over all addresses, then once in half a minute", async () => {
      const person = await createAccount(runtime, "miner");
      const { email, password } = person;
      const tryCode = (place: number, code: string) =>
        new TestBrowser(`198.18.1.${place}`).post("callback/password", { email, password, code });
      const checked = await checksIn(async () => {
        for (const places of [0, 6, 12]) {
          const wrong = await Promise.all(
            Array.from({ length: 6 }, (_, index) => tryCode(places + index, `0000${places + index + 10}`)),
          );
          expect(wrong.map(({ status }) => status)).toEqual(Array(6).fill(401));
        }
        expect((await tryCode(100, codeOf(person, clock))).status).toBe(401);
      });
      expect(checked).toBe(11);
      vi.setSystemTime(Date.now() + 30_001);
      expect((await tryCode(101, codeOf(person, clock))).status).toBe(200);
    });

    it("the owner can still use recovery codes, and a wrong password or a right code is not counted", async () => {
      const person = await createAccount(runtime, "miner");
      const { email, password } = person;
      const code = await recoveryCodeOf(person);
      const post = (place: number, body: Record<string, string>) =>
        new TestBrowser(`198.18.2.${place}`).post("callback/password", { email, password, ...body });
      for (let place = 0; place < 12; place++)
        expect((await post(place, { password: "not this one", code: "000000" })).status).toBe(401);
      for (let place = 20; place < 31; place++) {
        clock.advance(MINUTE);
        expect((await post(place, { code: codeOf(person, clock) })).status).toBe(200);
      }
      for (let place = 40; place < 52; place++)
        expect((await post(place, { code: "000000" })).status).toBe(401);
      expect((await post(60, { code: codeOf(person, clock, 1) })).status).toBe(401);
      expect((await post(61, { recovery_code: code })).status).toBe(200);
    });

    it("two codes in a row sign in where address, account and codes are slowed, and are taken together", async () => {
      const person = await createAccount(runtime, "miner");
      const { email, password } = person;
      const post = (place: number, code: string, given = password) =>
        new TestBrowser(`198.18.6.${place}`).post("callback/password", { email, password: given, code });
      for (let place = 10; place < 22; place++) expect((await post(place, "000000")).status).toBe(401);
      expect((await post(1, "000000", "not this one at all")).status).toBe(401);
      expect((await post(1, codeOf(person, clock))).status).toBe(429);
      const [before, now, next] = [-1, 0, 1].map((later) => codeOf(person, clock, later));
      expect((await post(1, `${now} ${before}`)).status).toBe(401);
      expect((await post(1, `${before} ${next}`)).status).toBe(401);
      expect((await post(1, `${before} ${now}`, "not this one at all")).status).toBe(401);
      expect((await post(1, `${before} ${now}`)).status).toBe(200);
      // The next pair begins with a code that was taken.
      expect((await post(1, `${now}${next}`)).status).toBe(401);
      clock.advance(MINUTE);
      expect((await post(1, `${codeOf(person, clock)} ${codeOf(person, clock, 1)}`)).status).toBe(200);
    });

    it("a factor that cannot be guessed is needed where it is given: a password alone is not tried without limit", async () => {
      const person = await createAccount(runtime, "client", { hasTotp: false });
      const { email, password } = person;
      const post = (body: Record<string, string>) =>
        new TestBrowser("198.18.7.1").post("callback/password", { email, password, ...body });
      expect((await post({ recovery_code: "0000-0000-0000" })).status).toBe(401);
      expect((await post({ code: "000000 111111" })).status).toBe(401);
      expect((await post({})).status).toBe(200);
    });

    it("attempts of others, with or without the password, never slow a browser in which the person signed in before", async () => {
      const person = await createAccount(runtime, "miner");
      const { email, password } = person;
      const own = new TestBrowser("198.18.4.1");
      expect((await own.signIn(person, clock)).status).toBe(200);
      const post = (place: number, body: Record<string, string>) =>
        new TestBrowser(`198.18.4.${place}`).post("callback/password", { email, ...body });
      for (let place = 10; place < 22; place++) {
        expect((await post(place, { password, code: "000000" })).status).toBe(401);
        expect((await post(1, { password: "not this one", code: "000000" })).status).toBeGreaterThan(400);
      }
      clock.advance(MINUTE);
      expect((await post(1, { password, code: codeOf(person, clock) })).status).toBe(429);
      expect((await post(40, { password, code: codeOf(person, clock) })).status).toBe(401);
      expect((await own.signIn(person, clock)).status).toBe(200);
    });

    it("a known browser's own wrong codes are slowed like any other's", async () => {
      const person = await createAccount(runtime, "miner");
      const { email, password } = person;
      const own = new TestBrowser("198.18.5.1");
      expect((await own.signIn(person, clock)).status).toBe(200);
      clock.advance(MINUTE);
      const statuses = [];
      for (let count = 0; count < 12; count++)
        statuses.push((await own.post("callback/password", { email, password, code: "000000" })).status);
      expect(statuses).toEqual([...Array(11).fill(401), 429]);
    });

    it("an address whose budget is spent keeps out wrong sign-ins alone, without entries", async () => {
      const place = "192.0.2.77";
      const person = await createAccount(runtime, "regulator");
      for (let count = 0; count < 100; count++) await runtime.limits.take("sign_in_address", place);
      const before = await entries("session.create", "denied");
      const wrong = { email: person.email, password: "not this one at all", code: "000000" };
      expect((await new TestBrowser(place).post("callback/password", wrong)).status).toBe(429);
      expect(await entries("session.create", "denied")).toBe(before);
      expect((await new TestBrowser(place).signIn(person, clock)).status).toBe(200);
    });

    it("a passkey signs in where wrong passwords and codes have spent the budgets of its address and account", async () => {
      const person = await createAccount(runtime, "regulator");
      const key = new SoftwareAuthenticator();
      await addPasskey(await signedInAt(clock, person), key);
      const { email, password } = person;
      const place = new TestBrowser().address;
      for (let count = 0; count < 12; count++)
        await new TestBrowser(`198.18.3.${count}`).post("callback/password", {
          email,
          password,
          code: "000000",
        });
      for (let count = 0; count < 2; count++)
        await new TestBrowser(place).post("callback/password", { email, password: "not this one at all" });
      for (let count = 0; count < 100; count++) await runtime.limits.take("sign_in_address", place);
      clock.advance(MINUTE);
      expect((await new TestBrowser(place).signIn(person, clock)).status).toBe(429);
      expect((await passkeySignIn(new SoftwareAuthenticator(), person.userId)).status).toBe(429);
      expect((await passkeySignIn(key, person.userId)).status).toBe(200);
    });

    it("guesses from many addresses of one IPv6 network count as one address", async () => {
      const person = await createAccount(runtime, "regulator");
      const wrong = { email: person.email, password: "not this one at all", code: "000000" };
      const statuses = [];
      for (let host = 1; host <= 12; host++)
        statuses.push((await new TestBrowser(`2001:db8:7::${host}`).post("callback/password", wrong)).status);
      expect(statuses).toEqual([...Array(11).fill(401), 429]);
      expect((await new TestBrowser("2001:db8:7:1::1").signIn(person, clock)).status).toBe(200);
    });
  });
});

describe("sign-in of a demonstration", () => {
  const clock = fixedClock(new Date());
  let bench: PortalBench;
  let runtime: Runtime;
  let dir: string;
  let person: TestAccount;

  beforeAll(async () => {
    bench = await createPortalBench({});
    dir = await mkdtemp(path.join(tmpdir(), "sealport-demo-"));
    runtime = { ...bench.runtime, clock, demoFile: path.join(dir, "demo.json") };
    useRuntime(runtime);
    person = await createAccount(runtime, "regulator");
    const totp_secret = new Secret({ buffer: Uint8Array.from(person.totpSecret).buffer }).base32;
    const { email, password } = person;
    await writeFile(
      path.join(dir, "demo.json"),
      JSON.stringify({ accounts: [{ name: "r", email, password, totp_secret }] }),
    );
  });
  afterAll(async () => {
    await bench?.close();
    await rm(dir, { recursive: true, force: true });
  });

  it("the demonstration people are shown with an unused code", async () => {
    const shown = async () => (await readDemonstration(runtime, "localhost:3000"))?.people[0]?.code;
    expect(await shown()).toBe(codeOf(person, clock));
    await new TestBrowser().signIn(person, clock);
    expect(await shown()).toBe(codeOf(person, clock, 1));
    expect((await new TestBrowser().signIn(person, clock, 1)).status).toBe(200);
    expect(await shown()).toBeNull();
    clock.advance(30_000);
    expect(await shown()).toBe(codeOf(person, clock, 1));
  });

  it.each([
    ["under a foreign name that points here", {}, "evil.example:3000"],
    ["without a name", {}, null],
    [
      "when the portal listens to others",
      { site: siteOf({ HOST: "0.0.0.0", PORT: 3000 }) },
      "localhost:3000",
    ],
    ["when there are none", { demoFile: undefined }, "localhost:3000"],
    ["when their file is not there", { demoFile: "/nonexistent/demo.json" }, "localhost:3000"],
    ["outside evaluation", { isReal: true }, "localhost:3000"],
  ] as const)("the demonstration people are not shown %s", async (_when, change, host) => {
    const instance = { ...runtime.instance, evaluation: !("isReal" in change) };
    expect(await readDemonstration({ ...runtime, ...change, instance }, host)).toBeUndefined();
  });

  it.each(["localhost:3000", "127.0.0.1:3000", "[::1]:3000"])(
    "the demonstration people are shown at %s",
    async (host) => {
      expect((await readDemonstration(runtime, host))?.people).toHaveLength(1);
    },
  );
});
