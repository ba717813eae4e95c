import { Secret } from "otpauth";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { fixedClock } from "@/lib/clock";
import { inTransaction } from "@/lib/db/transaction";
import { answerSignIn } from "@/lib/http/sign-in/sign-in-endpoint";
import { issueInvitation, reissueInvitation } from "@/lib/identity/invitations/issue-invitation";
import { createAdministrators } from "@/lib/identity/people/create-administrators";
import { createUser } from "@/lib/identity/people/create-user";
import { insertDuties } from "@/lib/identity/people/store";
import { totpCode, totpStepAt } from "@/lib/identity/sign-in/totp";
import { type Runtime, useRuntime } from "@/lib/runtime/slot";
import { passkeySignIn, view } from "@/lib/testing/benches/account-bench";
import { createPortalBench, type PortalBench } from "@/lib/testing/benches/portal-bench";
import { queryAs } from "@/lib/testing/benches/query-as";
import { SoftwareAuthenticator } from "@/lib/testing/devices/authenticator";
import { createAccount, TestBrowser } from "@/lib/testing/instance/sign-in";
import { suspendPerson } from "@/lib/testing/instance/suspend-person";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const PASSWORD = "four words hard to guess";
const clock = fixedClock(new Date());
let bench: PortalBench;
let runtime: Runtime;
let organisationId: string;
let made = 0;

const system = () => ({ ...runtime, client: {}, requestId: "test", system: "create-admin" });
const query = (text: string, values?: readonly unknown[]) =>
  queryAs(bench.audit.database.adminUrl, text, values);

const tokenOf = (link: string): string => link.slice(link.indexOf("#") + 1);

beforeAll(async () => {
  bench = await createPortalBench({ sign_in: 100 });
  runtime = { ...bench.runtime, clock };
  useRuntime(runtime);
});
afterAll(() => bench?.close());
beforeEach(() => clock.advance(2 * MINUTE));

/** An administrator who never signed in, with their invitation link. */
async function invite() {
  made += 1;
  const email = `invited-${made}@example.org`;
  const person = { handle: `invited-${made}`, name: "Test Person", email };
  const { id: userId } = await createUser(system(), {
    ...person,
    role: "admin",
    duties: ["admin"],
    organisationId,
  });
  const { link, expiresAt } = await issueInvitation(system(), userId);
  return { userId, email, link, expiresAt, token: tokenOf(link) };
}

interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function read(response: Response): Promise<Answered> {
  return { status: response.status, body: Object(await response.json()) };
}

/** A call of the page, which sends only the token. */
async function call(browser: TestBrowser, path: string, token: string): Promise<Answered> {
  const request = new Request(`http://localhost:3000/api/auth/${path}`, {
    method: "POST",
    headers: {
      ...browser.headers(),
      origin: "http://localhost:3000",
      "sec-fetch-site": "same-origin",
      "content-type": "application/json",
    },
    body: JSON.stringify({ token }),
  });
  return read(await answerSignIn(request, path));
}

const look = (browser: TestBrowser, token: string) => call(browser, "invitation", token);

async function challengeFor(browser: TestBrowser, token: string): Promise<string> {
  const { status, body } = await call(browser, "invitation/passkey/options", token);
  expect(status).toBe(200);
  return z.object({ challenge: z.string() }).parse(body).challenge;
}

async function acceptWith(
  browser: TestBrowser,
  token: string,
  challenge: string,
  key: SoftwareAuthenticator,
  changes = {},
) {
  const body = { token, label: "laptop", attestation: key.register(challenge, changes) };
  return read(await browser.post("callback/invitation/passkey", body));
}

async function acceptPasskey(browser: TestBrowser, token: string, key = new SoftwareAuthenticator()) {
  return acceptWith(browser, token, await challengeFor(browser, token), key);
}

const SetUp = z.object({ challenge: z.string(), secret: z.string(), uri: z.string() });

async function setUpFor(browser: TestBrowser, token: string) {
  const { challenge, secret } = SetUp.parse((await call(browser, "invitation/totp", token)).body);
  const totpSecret = Uint8Array.from(Secret.fromBase32(secret).bytes);
  return { challenge, totpSecret, code: totpCode(totpSecret, totpStepAt(clock.now())) };
}

async function acceptPassword(browser: TestBrowser, token: string, sent: Record<string, unknown>) {
  return read(await browser.post("callback/invitation/password", { token, password: PASSWORD, ...sent }));
}

async function credentialsOf(userId: string): Promise<string[]> {
  const rows = await query(
    "SELECT kind FROM credential WHERE user_id = $1 AND revoked_at IS NULL ORDER BY kind",
    [userId],
  );
  return rows.map((row) => String(row.kind));
}

async function entries(action: string, outcome: string): Promise<number> {
  const [row] = await query("SELECT count(*)::int AS n FROM audit_index WHERE action = $1 AND outcome = $2", [
    action,
    outcome,
  ]);
  return Number(row?.n);
}

/**
 * Checks a refusal: the caller learns only that the link no longer works, one entry is written, and no factor is set.
 */
async function expectRefused(userId: string, run: () => Promise<Answered>, has: readonly string[] = []) {
  const before = await entries("invitation.use", "denied");
  const { status, body } = await run();
  expect([status, body.code]).toEqual([403, "invitation.refused"]);
  expect(await entries("invitation.use", "denied")).toBe(before + 1);
  expect(await credentialsOf(userId)).toEqual(has);
  return { ...body, request_id: "" };
}

describe("create-admin", () => {
  it("create-admin makes two administrators with a link each, who set up a passkey and are signed in as administrators", async () => {
    const created = await createAdministrators(system(), { name: "Operator", zone: "UTC" }, [
      { handle: "admin-001", name: "First Person", email: "first@example.org" },
      { handle: "admin-002", name: "Second Person", email: "second@example.org" },
    ]);
    const [row] = await query("SELECT organisation_id FROM app_user WHERE handle = 'admin-001'");
    organisationId = String(row?.organisation_id);
    expect(created).toHaveLength(2);
    expect(new Set(created.map(({ invitation }) => invitation.link)).size).toBe(2);
    for (const { name, email, invitation } of created) {
      expect(invitation.link).toMatch(
        /^http:\/\/localhost:3000\/invitation#[0-9a-f-]{36}\.[A-Za-z0-9_-]{43}$/,
      );
      const token = tokenOf(invitation.link);
      const browser = new TestBrowser();
      expect((await look(browser, token)).body).toEqual({
        name,
        email,
        organisation: "Operator",
        role: "admin",
        duties: ["admin"],
        expires_at: invitation.expiresAt.toISOString(),
        organisation_sign_in: false,
      });
      const key = new SoftwareAuthenticator();
      expect((await acceptPasskey(browser, token, key)).status).toBe(200);
      const account = await view(browser);
      expect(account).toMatchObject({
        email,
        role: "admin",
        has_password: false,
        passkeys: [{ label: "laptop" }],
      });
      expect(account.sessions).toMatchObject([{ method: "passkey", is_current: true }]);
      expect((await passkeySignIn(key)).status).toBe(200);
    }
    expect(await entries("invitation.create", "done")).toBe(2);
    expect(await entries("invitation.use", "done")).toBe(2);
  });

  it("no table and no log line holds the link's token or its secret", async () => {
    const { token } = await invite();
    const browser = new TestBrowser();
    await look(browser, token);
    await acceptPasskey(browser, token);
    await look(browser, token);
    const secret = token.slice(token.indexOf(".") + 1);
    const tables = await query(
      "SELECT format('%I', tablename) AS name FROM pg_tables WHERE schemaname = 'public'",
    );
    for (const { name } of tables) {
      const found = await query(
        `SELECT 1 FROM ${name} AS row WHERE strpos(row::text, $1) > 0 OR strpos(row::text, $2) > 0 LIMIT 1`,
        [secret, Buffer.from(secret).toString("hex")],
      );
      expect([name, found.length]).toEqual([name, 0]);
    }
    expect(bench.lines.filter((line) => line.includes(secret))).toEqual([]);
  });
});

describe("a link", () => {
  it("a link sets up a password with an authenticator, and the next sign-in needs both", async () => {
    const { userId, email, token } = await invite();
    const browser = new TestBrowser();
    const { challenge, totpSecret, code } = await setUpFor(browser, token);
    const weak = await acceptPassword(browser, token, { challenge, code, password: "password1234" });
    expect(weak).toMatchObject({ status: 422, body: { errors: [{ pointer: "/password" }] } });
    const wrong = await acceptPassword(browser, token, { challenge, code: "000000" });
    expect(wrong).toMatchObject({ status: 422, body: { errors: [{ pointer: "/code" }] } });
    expect(await credentialsOf(userId)).toEqual([]);
    expect((await acceptPassword(browser, token, { challenge, code })).status).toBe(200);
    expect(await view(browser)).toMatchObject({ email, has_password: true, sessions: [{ method: "totp" }] });
    const person = { userId, email, password: PASSWORD, totpSecret };
    const replayed = await new TestBrowser().signIn(person, clock);
    expect(replayed.status).toBe(401);
    expect((await new TestBrowser().signIn(person, clock, 1)).status).toBe(200);
    const alone = await new TestBrowser().post("callback/password", { email, password: PASSWORD });
    expect(alone.status).toBe(401);
  });

  it("a link can be viewed any number of times and used once, and a replay sets nothing", async () => {
    const { userId, token } = await invite();
    const browser = new TestBrowser();
    for (let times = 0; times < 3; times += 1) expect((await look(browser, token)).status).toBe(200);
    const spare = await challengeFor(browser, token);
    const { challenge, code } = await setUpFor(browser, token);
    expect((await acceptPasskey(browser, token)).status).toBe(200);
    const thief = new TestBrowser("203.0.113.9");
    await expectRefused(userId, () => look(thief, token), ["passkey"]);
    await expectRefused(userId, () => call(thief, "invitation/passkey/options", token), ["passkey"]);
    await expectRefused(userId, () => call(thief, "invitation/totp", token), ["passkey"]);
    // Ceremonies that began before the link was used fail.
    await expectRefused(userId, () => acceptWith(thief, token, spare, new SoftwareAuthenticator()), [
      "passkey",
    ]);
    await expectRefused(userId, () => acceptPassword(thief, token, { challenge, code }), ["passkey"]);
  });

  it("of several uses at the same time, one signs in and the others set nothing", async () => {
    for (let round = 0; round < 3; round += 1) {
      const { userId, token } = await invite();
      const browsers = [1, 2, 3].map(() => new TestBrowser());
      const challenges = await Promise.all(browsers.map((browser) => challengeFor(browser, token)));
      const other = new TestBrowser();
      const { challenge, code } = await setUpFor(other, token);
      const answers = await Promise.all([
        ...browsers.map((browser, at) =>
          acceptWith(browser, token, challenges[at] ?? "", new SoftwareAuthenticator()),
        ),
        acceptPassword(other, token, { challenge, code }),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 403, 403, 403]);
      const has = (await credentialsOf(userId)).join(" ");
      expect(["passkey", "password totp"]).toContain(has);
      const sessions = await query("SELECT 1 FROM auth_session WHERE user_id = $1", [userId]);
      expect(sessions).toHaveLength(1);
    }
  });

  it("a link works until just before its end and is refused at its end", async () => {
    const [early, late] = [await invite(), await invite()];
    const browser = new TestBrowser();
    const challenge = await challengeFor(browser, late.token);
    clock.advance(DAY - 1);
    expect((await look(browser, early.token)).status).toBe(200);
    clock.advance(1);
    await expectRefused(early.userId, () => look(browser, early.token));
    await expectRefused(late.userId, () =>
      acceptWith(browser, late.token, challenge, new SoftwareAuthenticator()),
    );
  });

  it("a newer link ends the older one, even when the newer is unused", async () => {
    const { userId, email, token } = await invite();
    const browser = new TestBrowser();
    const challenge = await challengeFor(browser, token);
    const again = await reissueInvitation(system(), email.toUpperCase());
    await expectRefused(userId, () => look(browser, token));
    await expectRefused(userId, () => acceptWith(browser, token, challenge, new SoftwareAuthenticator()));
    // A ceremony of the older link cannot be finished with the newer one.
    const mixed = await acceptWith(browser, tokenOf(again.link), challenge, new SoftwareAuthenticator());
    expect([mixed.status, mixed.body.code]).toEqual([409, "credential.challenge"]);
    expect((await acceptPasskey(browser, tokenOf(again.link))).status).toBe(200);
  });

  it("the link of a suspended person, or one whose duties changed, opens nothing, even when set-up had begun", async () => {
    const [suspended, changed] = [await invite(), await invite()];
    const browser = new TestBrowser();
    const challenge = await challengeFor(browser, suspended.token);
    const { challenge: totp, code } = await setUpFor(browser, suspended.token);
    await suspendPerson(system(), suspended.userId);
    const { userId, token } = suspended;
    await expectRefused(userId, () => look(browser, token));
    await expectRefused(userId, () => acceptWith(browser, token, challenge, new SoftwareAuthenticator()));
    await expectRefused(userId, () => acceptPassword(browser, token, { challenge: totp, code }));
    await expect(reissueInvitation(system(), suspended.email)).rejects.toThrow("No active person");
    const grant = { user_id: changed.userId, duty: "recovery", tenant_id: runtime.instance.tenantId };
    await inTransaction(system(), async (tx) => {
      await insertDuties(tx, [grant]);
      const subjects = [`user:${changed.userId}`];
      await appendEntry(tx, system(), { class: "identity", outcome: "done", action: "duty.grant", subjects });
    });
    await expectRefused(changed.userId, () => look(browser, changed.token));
  });

  it("a person suspended while their link is used gets no session", async () => {
    const { userId, token } = await invite();
    const browser = new TestBrowser();
    const challenge = await challengeFor(browser, token);
    await Promise.all([
      acceptWith(browser, token, challenge, new SoftwareAuthenticator()),
      suspendPerson(system(), userId),
    ]);
    const live = await query("SELECT 1 FROM auth_session WHERE user_id = $1 AND revoked_at IS NULL", [
      userId,
    ]);
    expect(live).toEqual([]);
  });

  it("a link that is another person's, made up, cut or changed gets the same refusal", async () => {
    const [mine, theirs] = [await invite(), await invite()];
    const browser = new TestBrowser();
    const [id = "", secret = ""] = mine.token.split(".");
    const [theirId = ""] = theirs.token.split(".");
    const bodies = [];
    for (const token of [
      `${theirId}.${secret}`,
      `${id}.${"A".repeat(43)}`,
      `01a00000-0000-7000-8000-000000000000.${secret}`,
      secret,
      mine.token.slice(0, -1),
      "x",
    ])
      bodies.push(await expectRefused(theirs.userId, () => look(browser, token)));
    for (const body of bodies) expect(body).toEqual(bodies[0]);
    expect((await look(browser, mine.token)).status).toBe(200);
  });

  it("a link cannot finish a ceremony that another link or a signed-in session began", async () => {
    const [mine, theirs] = [await invite(), await invite()];
    const browser = new TestBrowser();
    const foreign = await challengeFor(browser, theirs.token);
    const mixed = await acceptWith(browser, mine.token, foreign, new SoftwareAuthenticator());
    expect([mixed.status, mixed.body.code]).toEqual([409, "credential.challenge"]);
    const { challenge, code } = await setUpFor(browser, theirs.token);
    const alien = await acceptPassword(browser, mine.token, { challenge, code });
    expect([alien.status, alien.body.code]).toEqual([409, "credential.challenge"]);
    const own = await challengeFor(browser, mine.token);
    for (const change of [
      { userVerified: false },
      { origin: "http://evil.example" },
      { crossOrigin: true },
    ]) {
      const wrong = await acceptWith(
        browser,
        mine.token,
        await challengeFor(browser, mine.token),
        new SoftwareAuthenticator(),
        change,
      );
      expect([wrong.status, wrong.body.code]).toEqual([422, "credential.invalid"]);
    }
    clock.advance(5 * MINUTE);
    const late = await acceptWith(browser, mine.token, own, new SoftwareAuthenticator());
    expect([late.status, late.body.code]).toEqual([409, "credential.challenge"]);
    expect(await credentialsOf(mine.userId)).toEqual([]);
    expect((await acceptPasskey(browser, mine.token)).status).toBe(200);
  });

  it("a link opened in another person's session belongs to its own person and ends that session", async () => {
    const other = await createAccount(runtime, "auditor");
    const browser = new TestBrowser();
    expect((await browser.signIn(other, clock)).status).toBe(200);
    const before = new TestBrowser();
    for (const [name, value] of browser.jar) before.jar.set(name, value);
    const { userId, email, token } = await invite();
    expect((await acceptPasskey(browser, token)).status).toBe(200);
    expect((await view(browser)).email).toBe(email);
    const ended = await query("SELECT end_reason FROM auth_session WHERE user_id = $1", [other.userId]);
    expect(ended).toEqual([{ end_reason: "replaced" }]);
    expect(await credentialsOf(userId)).toEqual(["passkey"]);
    expect(await credentialsOf(other.userId)).toEqual(["password", "totp"]);
  });

  it("a link is taken only from this portal's pages, with a token like the sign-in page's", async () => {
    const { userId, token } = await invite();
    const browser = new TestBrowser();
    const attestation = new SoftwareAuthenticator().register(await challengeFor(browser, token));
    const sent = { token, label: "laptop", attestation };
    for (const headers of [{ origin: "http://evil.example" }, { "sec-fetch-site": "cross-site" }]) {
      const answer = await browser.post("callback/invitation/passkey", sent, headers);
      expect(answer.status).toBe(403);
    }
    const forged = await browser.post("callback/invitation/passkey", { ...sent, csrf_token: "made up" });
    expect(forged.status).toBe(403);
    expect(await credentialsOf(userId)).toEqual([]);
    expect((await browser.post("callback/invitation/passkey", sent)).status).toBe(200);
  });

  it("no link is made for a person who can sign in, or for one who is not an administrator", async () => {
    const { userId, email, token } = await invite();
    await acceptPasskey(new TestBrowser(), token);
    await expect(issueInvitation(system(), userId)).rejects.toThrow("can sign in already");
    await expect(reissueInvitation(system(), email)).rejects.toThrow("can sign in already");
    const other = await createAccount(runtime, "regulator");
    await expect(reissueInvitation(system(), other.email)).rejects.toThrow("No administrator");
    await expect(reissueInvitation(system(), "unknown@example.org")).rejects.toThrow("No administrator");
  });
});

describe("the database", () => {
  it("the database keeps an invitation unchanged, lets it end once, and never deletes it", async () => {
    const { userId, token } = await invite();
    const [id = ""] = token.split(".");
    const app = (text: string) => queryAs(bench.audit.database.appUrl, text, [id]);
    await expect(
      app("UPDATE invitation SET expires_at = now() + interval '9 years' WHERE id = $1"),
    ).rejects.toThrow(/permission denied/);
    await expect(app("DELETE FROM invitation WHERE id = $1")).rejects.toThrow(/permission denied/);
    await expect(app("UPDATE invitation SET used_at = now() WHERE id = $1")).rejects.toThrow(
      /no audit entry/,
    );
    await expect(query("UPDATE invitation SET user_id = invited_by WHERE id = $1", [id])).rejects.toThrow(
      /an invitation cannot change/,
    );
    expect((await acceptPasskey(new TestBrowser(), token)).status).toBe(200);
    await expect(query("UPDATE invitation SET used_at = NULL WHERE id = $1", [id])).rejects.toThrow(
      /ends once/,
    );
    const other = await query("SELECT 1 FROM invitation WHERE user_id = $1", [userId]);
    expect(other).toHaveLength(1);
  });
});

describe("guessing", () => {
  it("guessing is slowed down per address, and the answer says when to try again", async () => {
    const tight = await createPortalBench({ sign_in: 1 });
    try {
      useRuntime({ ...tight.runtime, clock });
      const browser = new TestBrowser();
      const token = `01a00000-0000-7000-8000-000000000000.${"A".repeat(43)}`;
      const answers: Answered[] = [];
      for (let times = 0; times < 11; times += 1) answers.push(await look(browser, token));
      expect(answers.slice(0, 10).map(({ status }) => status)).toEqual(Array(10).fill(403));
      expect(answers[10]).toMatchObject({ status: 429, body: { code: "rate.exceeded" } });
      expect((await look(new TestBrowser("203.0.113.77"), token)).status).toBe(403);
    } finally {
      useRuntime(runtime);
      await tight.close();
    }
  });
});
