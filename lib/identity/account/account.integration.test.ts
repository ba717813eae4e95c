import { Secret } from "otpauth";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import type { Input, OperationSpec } from "@/lib/api-client/operation";
import * as operations from "@/lib/api-client/operations/account";
import { appendEntry } from "@/lib/audit/append-entry";
import { fixedClock } from "@/lib/clock";
import { inTransaction } from "@/lib/db/transaction";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";
import { withSession } from "@/lib/http/with-session";
import type { AccountContext } from "@/lib/identity/account/account-context";
import { changePassword } from "@/lib/identity/account/change-password";
import { confirmTotp } from "@/lib/identity/account/confirm-totp";
import { endOtherSessions, endOwnSession, signOut } from "@/lib/identity/account/end-own-sessions";
import { registerPasskey } from "@/lib/identity/account/register-passkey";
import { removePasskey, removeTotp } from "@/lib/identity/account/remove-factor";
import { renewRecoveryCodes } from "@/lib/identity/account/renew-recovery-codes";
import { AccountView, RecoveryCodes, TotpSetUp } from "@/lib/identity/account/schema";
import { startPasskey } from "@/lib/identity/account/start-passkey";
import { startTotp } from "@/lib/identity/account/start-totp";
import { stepUp } from "@/lib/identity/account/step-up";
import { stepUpOptions } from "@/lib/identity/account/step-up-options";
import { viewAccount } from "@/lib/identity/account/view-account";
import { revokeCredentials } from "@/lib/identity/credentials/store";
import { userHandleOf } from "@/lib/identity/passkey";
import { totpCode, totpStepAt } from "@/lib/identity/totp";
import { openLimits } from "@/lib/rate-limit/limits";
import { type Runtime, useRuntime } from "@/lib/runtime";
import { SoftwareAuthenticator } from "@/lib/testing/authenticator";
import { createCaller, createPortalBench, type PortalBench } from "@/lib/testing/portal";
import { codeOf, createAccount, type TestAccount, TestBrowser } from "@/lib/testing/sign-in";

const ORIGIN = "http://localhost:3000";
const MINUTE = 60_000;
const clock = fixedClock(new Date());
let bench: PortalBench;
let runtime: Runtime;

beforeAll(async () => {
  bench = await createPortalBench({ sign_in: 100 });
  runtime = { ...bench.runtime, clock };
  useRuntime(runtime);
});
afterAll(() => bench?.close());
beforeEach(() => clock.advance(2 * MINUTE));

interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly response: Response;
}

async function call<O extends OperationSpec>(
  who: TestBrowser | string,
  spec: O,
  run: (cx: AccountContext, input: Input<O>) => Promise<unknown>,
  sent: { readonly body?: unknown; readonly params?: Record<string, string> } = {},
): Promise<Answered> {
  const loose: OperationSpec = spec;
  const handlers = serve(spec.path, [
    bind(loose, (cx, input) =>
      // The input was parsed by this very operation.
      withSession(cx, async (own) => Object(await run(own, input as Input<O>))),
    ),
  ]);
  const headers = typeof who === "string" ? { authorization: `Bearer ${who}` } : who.headers();
  const request = new Request(`${ORIGIN}${spec.path}`, {
    method: spec.method,
    headers: {
      ...headers,
      origin: ORIGIN,
      "sec-fetch-site": "same-origin",
      "content-type": "application/json",
    },
    ...(spec.method === "GET" ? {} : { body: JSON.stringify(sent.body ?? {}) }),
  });
  const handler = spec.method === "GET" ? handlers.GET : handlers.POST;
  const response = await handler(request, { params: Promise.resolve(sent.params ?? {}) });
  const text = await response.text();
  return { status: response.status, body: Object(text === "" ? {} : JSON.parse(text)), response };
}

const view = async (browser: TestBrowser) =>
  AccountView.parse((await call(browser, operations.getAccount, viewAccount)).body);
const startStep = (browser: TestBrowser) => call(browser, operations.startStepUp, stepUpOptions);
const prove = (browser: TestBrowser, body: unknown) =>
  call(browser, operations.stepUp, (cx, input) => stepUp(cx, input.body), { body });

function challengeOf(answered: Answered, at?: string): string {
  const holder = at === undefined ? answered.body : Object(answered.body[at]);
  return z.object({ challenge: z.string() }).parse(holder).challenge;
}

async function addPasskey(browser: TestBrowser, key: SoftwareAuthenticator, changes = {}): Promise<Answered> {
  const challenge = challengeOf(await call(browser, operations.startPasskey, startPasskey));
  return call(browser, operations.registerPasskey, (cx, { body }) => registerPasskey(cx, body), {
    body: { label: "laptop", attestation: key.register(challenge, changes) },
  });
}

async function passkeySignIn(key: SoftwareAuthenticator, userId?: string, changes = {}, challenge?: string) {
  const browser = new TestBrowser();
  const given =
    challenge ??
    z.object({ challenge: z.string() }).parse(await (await browser.get("passkey/options")).json()).challenge;
  const assertion = key.assert(given, changes);
  const response =
    userId === undefined ? assertion.response : { ...assertion.response, userHandle: userHandleOf(userId) };
  const answer = await browser.post("callback/passkey", { assertion: { ...assertion, response } });
  return { browser, status: answer.status, given };
}

async function signedIn(person: TestAccount, later = 0): Promise<TestBrowser> {
  const browser = new TestBrowser();
  expect((await browser.signIn(person, clock, later)).status).toBe(200);
  return browser;
}

describe("calls about one's own account", () => {
  it("are refused to a key", async () => {
    const { key } = await createCaller(runtime, "client", ["read", "submit"]);
    const refused = await call(key, operations.getAccount, viewAccount);
    expect([refused.status, refused.body.code]).toEqual([403, "auth.session-only"]);
  });

  it("show the person, the factors and the sessions with their devices", async () => {
    const person = await createAccount(runtime, "regulator");
    const browser = await signedIn(person);
    const account = await view(browser);
    expect(account).toMatchObject({ email: person.email, role: "regulator", needs_second_factor: true });
    expect(account.totp).not.toBeNull();
    expect(account.sessions).toMatchObject([
      { device: "Chrome 156, Linux", is_current: true, method: "totp" },
    ]);
  });
});

describe("passkeys", () => {
  it("of each algorithm sign in alone, as both factors, also when a person has nothing else", async () => {
    const person = await createAccount(runtime, "regulator");
    for (const algorithm of ["ES256", "EdDSA", "RS256"] as const) {
      clock.advance(MINUTE);
      const browser = await signedIn(person);
      const key = new SoftwareAuthenticator({ algorithm });
      const added = await addPasskey(browser, key);
      expect([added.status, added.body.label]).toEqual([201, "laptop"]);
      const { browser: other, status } = await passkeySignIn(key, person.userId);
      expect(status).toBe(200);
      expect((await view(other)).sessions.find((session) => session.is_current)?.method).toBe("passkey");
    }
    const browser = await signedIn(person, 1);
    expect((await call(browser, operations.removeTotp, removeTotp)).status).toBe(200);
    expect((await view(browser)).totp).toBeNull();
  });

  it("are refused when unknown, of another person, not user-verified, replayed, or from another origin", async () => {
    const [person, other] = [
      await createAccount(runtime, "auditor"),
      await createAccount(runtime, "auditor"),
    ];
    const key = new SoftwareAuthenticator();
    await addPasskey(await signedIn(person), key);
    expect((await passkeySignIn(new SoftwareAuthenticator(), person.userId)).status).toBe(401);
    expect((await passkeySignIn(key, other.userId)).status).toBe(401);
    expect((await passkeySignIn(key, person.userId, { userVerified: false })).status).toBe(401);
    expect((await passkeySignIn(key, person.userId, { origin: "http://evil.example" })).status).toBe(401);
    expect((await passkeySignIn(key, person.userId, { rpId: "evil.example" })).status).toBe(401);
    expect((await passkeySignIn(key, person.userId, { crossOrigin: true })).status).toBe(401);
    expect((await passkeySignIn(key, person.userId, { topOrigin: "http://evil.example" })).status).toBe(401);
    const good = await passkeySignIn(key, person.userId);
    expect(good.status).toBe(200);
    expect((await passkeySignIn(key, person.userId, {}, good.given)).status).toBe(401);
    expect((await passkeySignIn(key, person.userId, { counter: 1 })).status).toBe(401);
    const options = await new TestBrowser().get("passkey/options");
    const old = z.object({ challenge: z.string() }).parse(await options.json()).challenge;
    clock.advance(5 * MINUTE);
    expect((await passkeySignIn(key, person.userId, {}, old)).status).toBe(401);
  });

  it("prove a session's owner again, and nobody else's passkey does", async () => {
    const [person, other] = [
      await createAccount(runtime, "regulator"),
      await createAccount(runtime, "regulator"),
    ];
    const [key, foreign] = [new SoftwareAuthenticator(), new SoftwareAuthenticator()];
    await addPasskey(await signedIn(other), foreign);
    const browser = await signedIn(person);
    await addPasskey(browser, key);
    const wrong = await prove(browser, {
      assertion: foreign.assert(challengeOf(await startStep(browser), "passkey")),
    });
    expect([wrong.status, wrong.body.code]).toEqual([401, "auth.sign-in"]);
    const right = await prove(browser, {
      assertion: key.assert(challengeOf(await startStep(browser), "passkey")),
    });
    expect([right.status, right.body.method]).toEqual([200, "passkey"]);
    const elsewhere = challengeOf(await startStep(browser), "passkey");
    const second = (await passkeySignIn(key, person.userId)).browser;
    expect((await prove(second, { assertion: key.assert(elsewhere) })).status).toBe(401);
  });

  it("are registered only in answer to a challenge of this session, user-verified, and once", async () => {
    const person = await createAccount(runtime, "regulator");
    const browser = await signedIn(person);
    const key = new SoftwareAuthenticator();
    expect((await addPasskey(browser, key, { userVerified: false })).status).toBe(422);
    expect((await addPasskey(browser, key, { origin: "http://evil.example" })).status).toBe(422);
    for (const framed of [{ crossOrigin: true }, { topOrigin: "http://evil.example" }])
      expect((await addPasskey(browser, key, framed)).status).toBe(422);
    const challenge = challengeOf(await call(browser, operations.startPasskey, startPasskey));
    const other = await signedIn(person, 1);
    const foreign = await call(
      other,
      operations.registerPasskey,
      (cx, { body }) => registerPasskey(cx, body),
      {
        body: { label: "x", attestation: key.register(challenge) },
      },
    );
    expect([foreign.status, foreign.body.code]).toEqual([409, "credential.challenge"]);
    expect((await addPasskey(browser, key)).status).toBe(201);
    expect((await addPasskey(browser, key)).status).toBe(422);
  });
});

describe("factors", () => {
  it("change only with a proof not older than 15 minutes, which a code renews once", async () => {
    const person = await createAccount(runtime, "regulator");
    const browser = await signedIn(person);
    clock.advance(14 * MINUTE);
    await view(browser);
    clock.advance(MINUTE + 1);
    const stale = await call(browser, operations.startTotp, startTotp);
    expect([stale.status, stale.body.code]).toEqual([401, "auth.step-up"]);
    expect((await prove(browser, { code: "000000" })).status).toBe(401);
    expect((await prove(browser, { password: person.password })).status).toBe(401);
    const code = codeOf(person, clock);
    expect((await prove(browser, { code })).status).toBe(200);
    expect((await prove(browser, { code })).status).toBe(401);
    expect((await call(browser, operations.startTotp, startTotp)).status).toBe(200);
  });

  it("of a participant who has a password only are proved by it, and more is asked once there is more", async () => {
    const person = await createAccount(runtime, "client", { hasTotp: false });
    const browser = new TestBrowser();
    await browser.post("callback/password", { email: person.email, password: person.password });
    clock.advance(16 * MINUTE);
    expect((await call(browser, operations.startTotp, startTotp)).status).toBe(401);
    expect((await prove(browser, { password: "not this one here" })).status).toBe(401);
    expect((await prove(browser, { password: person.password })).status).toBe(200);
    const setUp = TotpSetUp.parse((await call(browser, operations.startTotp, startTotp)).body);
    const secret = Uint8Array.from(
      await import("otpauth").then(({ Secret }) => Secret.fromBase32(setUp.secret).bytes),
    );
    const confirm = (code: string) =>
      call(browser, operations.confirmTotp, (cx, { body }) => confirmTotp(cx, body), {
        body: { challenge: setUp.challenge, code },
      });
    expect((await confirm("000000")).status).toBe(422);
    const code = totpCode(secret, totpStepAt(clock.now()));
    expect((await confirm(code)).status).toBe(200);
    expect((await confirm(code)).status).toBe(409);
    const enrolled = { ...person, totpSecret: secret };
    const replayed = new TestBrowser();
    expect((await replayed.signIn(enrolled, clock)).status).toBe(401);
    await signedIn(enrolled, 1);
    clock.advance(16 * MINUTE);
    expect((await prove(browser, { password: person.password })).status).toBe(401);
  });

  it("leave a privileged person the last second one", async () => {
    const browser = await signedIn(await createAccount(runtime, "auditor"));
    const refused = await call(browser, operations.removeTotp, removeTotp);
    expect([refused.status, refused.body.code]).toEqual([409, "credential.last"]);
  });

  it("leave a privileged person one second factor when all are removed at once", async () => {
    for (let round = 0; round < 4; round++) {
      clock.advance(MINUTE);
      const browser = await signedIn(await createAccount(runtime, "coordinator", { duties: ["approve"] }));
      const added = [
        await addPasskey(browser, new SoftwareAuthenticator()),
        await addPasskey(browser, new SoftwareAuthenticator()),
      ];
      const removals = await Promise.all([
        call(browser, operations.removeTotp, removeTotp),
        ...added.map(({ body }) =>
          call(browser, operations.removePasskey, (cx, input) => removePasskey(cx, input.params.id), {
            params: { id: String(body.id) },
          }),
        ),
      ]);
      expect(removals.map(({ status }) => status).sort()).toEqual([200, 200, 409]);
      const left = await view(browser);
      expect(left.passkeys.length + (left.totp === null ? 0 : 1)).toBe(1);
    }
  });

  it("of a privileged person who lost them all are not made anew on a password", async () => {
    const person = await createAccount(runtime, "coordinator", { duties: ["approve"] });
    const browser = await signedIn(person);
    const cx = { ...runtime, client: {}, requestId: "test", system: "test" };
    const lost = { class: "identity", outcome: "done", action: "credential.revoke" } as const;
    await inTransaction(cx, async (tx) => {
      await revokeCredentials(tx, { userId: person.userId, kind: "totp", at: clock.now() });
      await appendEntry(tx, cx, { ...lost, subjects: [`user:${person.userId}`] });
    });
    expect((await startStep(browser)).body.password).toBe(false);
    expect((await prove(browser, { password: person.password })).status).toBe(401);
    const start = await call(browser, operations.startTotp, (own) => {
      const { multiFactorAt: _none, ...session } = own.session;
      return startTotp({ ...own, session: { ...session, method: "password", provedAt: clock.now() } });
    });
    expect([start.status, start.body.code]).toEqual([401, "auth.step-up"]);
  });

  it("end the other sessions when one is taken away", async () => {
    const person = await createAccount(runtime, "regulator");
    const browser = await signedIn(person);
    const key = new SoftwareAuthenticator();
    const added = await addPasskey(browser, key);
    const { browser: other } = await passkeySignIn(key, person.userId);
    const params = { id: String(added.body.id) };
    const remove = () =>
      call(browser, operations.removePasskey, (cx, input) => removePasskey(cx, input.params.id), { params });
    expect((await remove()).status).toBe(200);
    expect((await remove()).status).toBe(404);
    expect((await call(other, operations.getAccount, viewAccount)).status).toBe(401);
    expect((await passkeySignIn(key, person.userId)).status).toBe(401);
  });
});

describe("factors made at once", () => {
  it("leave the ten recovery codes of one renewal", async () => {
    const person = await createAccount(runtime, "regulator");
    const browser = await signedIn(person);
    const renewals = await Promise.all(
      [1, 2, 3].map(() => call(browser, operations.renewRecoveryCodes, renewRecoveryCodes)),
    );
    expect(renewals.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await view(browser)).recovery_codes_left).toBe(10);
  });

  it.each(["regulator", "client"] as const)(
    "leave a %s one authenticator, and refuse the other",
    async (role) => {
      const person = await createAccount(runtime, role, { hasTotp: role === "regulator" });
      const browser = new TestBrowser();
      const { email, password } = person;
      if (role === "regulator") await browser.signIn(person, clock);
      else await browser.post("callback/password", { email, password });
      const begin = async () => TotpSetUp.parse((await call(browser, operations.startTotp, startTotp)).body);
      const setUps = [await begin(), await begin()];
      const confirmed = await Promise.all(
        setUps.map(({ challenge, secret }) =>
          call(browser, operations.confirmTotp, (cx, { body }) => confirmTotp(cx, body), {
            body: { challenge, code: totpCode(Secret.fromBase32(secret).bytes, totpStepAt(clock.now())) },
          }),
        ),
      );
      const statuses = confirmed.map(({ status }) => status).sort();
      // Somebody who had a password only may be asked for the new factor first.
      expect(role === "client" && statuses[1] === 401 ? [200, 409] : statuses).toEqual([200, 409]);
      const { rows } = await bench.audit.appPool.query(
        "SELECT 1 FROM credential WHERE user_id = $1 AND kind = 'totp' AND revoked_at IS NULL",
        [person.userId],
      );
      expect(rows).toHaveLength(1);
    },
  );
});

describe("guessing with somebody's cookie", () => {
  const tries = (browser: TestBrowser, count: number) =>
    Array.from({ length: count }).reduce<Promise<string[]>>(async (before, _, index) => {
      const done = await before;
      const { status, body } = await prove(browser, { code: `00000${index % 10}` });
      return [...done, `${status} ${String(body.code)}`];
    }, Promise.resolve([]));

  it("ends the session at the tenth wrong proof, and leaves its owner's other sessions their own", async () => {
    useRuntime({ ...runtime, limits: openLimits(bench.audit.appPool, {}) });
    try {
      const person = await createAccount(runtime, "regulator");
      const stolen = await signedIn(person);
      const owner = await signedIn(person, 1);
      clock.advance(MINUTE);
      expect(await tries(stolen, 10)).toEqual([...Array(9).fill("401 auth.sign-in"), "401 auth.session"]);
      expect((await call(stolen, operations.getAccount, viewAccount)).status).toBe(401);
      const { rows } = await bench.audit.appPool.query(
        "SELECT end_reason FROM auth_session WHERE user_id = $1 AND revoked_at IS NOT NULL",
        [person.userId],
      );
      expect(rows).toEqual([{ end_reason: "wrong-proofs" }]);
      expect((await prove(owner, { code: codeOf(person, clock) })).status).toBe(200);
      const soon = await prove(owner, { code: codeOf(person, clock, 1) });
      expect([soon.status, Number(soon.response.headers.get("retry-after")) <= 30]).toEqual([429, true]);
    } finally {
      useRuntime(runtime);
    }
  });

  it("at the password ends it as well", async () => {
    const person = await createAccount(runtime, "client", { hasTotp: false });
    const browser = new TestBrowser();
    await browser.post("callback/password", { email: person.email, password: person.password });
    const body = { current: "not this one here", next: "a brighter lamp at noon" };
    const statuses = [];
    for (let count = 0; count < 10; count++)
      statuses.push(
        (
          await call(browser, operations.changePassword, (cx, input) => changePassword(cx, input.body), {
            body,
          })
        ).body.code,
      );
    expect(statuses).toEqual([...Array(9).fill("auth.sign-in"), "auth.session"]);
  });
});

describe("recovery codes", () => {
  it("are ten, stand in for a code once each, and end when new ones are made", async () => {
    const person = await createAccount(runtime, "regulator");
    const browser = await signedIn(person);
    const renew = async () =>
      RecoveryCodes.parse((await call(browser, operations.renewRecoveryCodes, renewRecoveryCodes)).body)
        .codes;
    const codes = await renew();
    expect(new Set(codes).size).toBe(10);
    const use = async (recovery_code: string | undefined) =>
      (
        await new TestBrowser().post("callback/password", {
          email: person.email,
          password: person.password,
          recovery_code,
        })
      ).status;
    const typed = codes[0]?.toUpperCase().replaceAll("-", " ");
    expect([await use(typed), await use(typed)]).toEqual([200, 401]);
    expect((await view(browser)).recovery_codes_left).toBe(9);
    expect((await prove(browser, { recovery_code: codes[1] })).status).toBe(200);
    const fresh = await renew();
    expect([await use(codes[2]), await use(fresh[0])]).toEqual([401, 200]);
    const { rows } = await bench.audit.appPool.query(
      "SELECT secret_hash FROM credential WHERE kind = 'recovery'",
    );
    expect(JSON.stringify(rows)).not.toContain(fresh[1]);
  });
});

describe("a password", () => {
  it("changes with the present one, to none of the common ones, and ends the other sessions", async () => {
    const person = await createAccount(runtime, "regulator");
    const browser = await signedIn(person);
    const other = await signedIn(person, 1);
    const change = (current: string, next: string) =>
      call(browser, operations.changePassword, (cx, { body }) => changePassword(cx, body), {
        body: { current, next },
      });
    const next = "a brighter lamp at noon";
    expect((await change("wrong wrong wrong", next)).status).toBe(401);
    for (const weak of ["short", "P@ssw0rd123456", "qwertyuiop1234567890"])
      expect((await change(person.password, weak)).status, weak).toBe(422);
    expect((await change(person.password, next)).status).toBe(200);
    expect((await call(other, operations.getAccount, viewAccount)).status).toBe(401);
    clock.advance(MINUTE);
    expect((await new TestBrowser().signIn(person, clock)).status).toBe(401);
    await signedIn({ ...person, password: next });
  });
});

describe("a password that is changed meanwhile", () => {
  const change = (browser: TestBrowser, current: string, next: string) =>
    call(browser, operations.changePassword, (cx, { body }) => changePassword(cx, body), {
      body: { current, next },
    });

  /** Locks a credential, runs the story to where so many wait in the database, and lets go. */
  async function whileLocked(person: TestAccount, kind: string, story: (waits: Waits) => Promise<void>) {
    const holder = await bench.audit.appPool.connect();
    const waits: Waits = (count, orDone) =>
      vi.waitUntil(async () => {
        const { rows } = await bench.audit.appPool.query("SELECT 1 FROM pg_locks WHERE NOT granted");
        return rows.length >= count || orDone?.() === true;
      }, 30_000);
    try {
      await holder.query("BEGIN");
      await holder.query("SELECT set_config('sealport.tenant_id', $1, true)", [runtime.instance.tenantId]);
      await holder.query("SELECT id FROM credential WHERE user_id = $1 AND kind = $2 FOR UPDATE", [
        person.userId,
        kind,
      ]);
      await story(waits);
    } finally {
      holder.release(true);
    }
  }
  type Waits = (count: number, orDone?: () => boolean) => Promise<unknown>;

  it("ends the session of a sign-in that verified the old one before", async () => {
    const person = await createAccount(runtime, "regulator");
    const browser = await signedIn(person);
    const late = new TestBrowser();
    const running: Promise<number>[] = [];
    await whileLocked(person, "totp", async (waits) => {
      // It waits to take its code: by then it has verified the password.
      running.push(late.signIn(person, clock, 1).then(({ status }) => status));
      await waits(1);
      let isChanged = false;
      const changing = change(browser, person.password, "another brighter lamp").then(({ status }) => {
        isChanged = true;
        return status;
      });
      running.push(changing);
      await waits(2, () => isChanged);
    });
    expect((await Promise.all(running))[1]).toBe(200);
    expect((await call(late, operations.getAccount, viewAccount)).status).toBe(401);
    expect((await view(browser)).sessions).toHaveLength(1);
  });

  it("opens no session when the change came first", async () => {
    const person = await createAccount(runtime, "regulator");
    const browser = await signedIn(person);
    const running: Promise<number>[] = [];
    await whileLocked(person, "password", async (waits) => {
      running.push(change(browser, person.password, "another brighter lamp").then(({ status }) => status));
      await waits(1);
      let isSignedIn = false;
      const signingIn = new TestBrowser().signIn(person, clock, 1).then(({ status }) => {
        isSignedIn = true;
        return status;
      });
      running.push(signingIn);
      await waits(2, () => isSignedIn);
    });
    expect(await Promise.all(running)).toEqual([200, 401]);
  });

  it("is changed by one of two changes at once", async () => {
    const person = await createAccount(runtime, "regulator");
    const browser = await signedIn(person);
    const both = await Promise.all(
      ["a first lamp at noon", "a second lamp at noon"].map((next) => change(browser, person.password, next)),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
  });
});

describe("sessions", () => {
  it("end one by one, all others at once, or by signing out; a stranger's never", async () => {
    const [person, stranger] = [
      await createAccount(runtime, "client"),
      await createAccount(runtime, "client"),
    ];
    const [first, second] = [await signedIn(person), await signedIn(person, 1)];
    clock.advance(MINUTE);
    const third = await signedIn(person);
    const intruder = await signedIn(stranger);
    const secondId = (await view(second)).sessions.find((one) => one.is_current)?.id ?? "";
    const end = (browser: TestBrowser) =>
      call(browser, operations.endSession, (cx, { params }) => endOwnSession(cx, params.id), {
        params: { id: secondId },
      });
    expect((await end(intruder)).status).toBe(404);
    expect((await end(first)).status).toBe(200);
    expect((await call(second, operations.getAccount, viewAccount)).status).toBe(401);
    expect((await call(first, operations.endOtherSessions, endOtherSessions)).body).toEqual({ ended: 1 });
    expect((await call(third, operations.getAccount, viewAccount)).status).toBe(401);
    expect((await call(first, operations.signOut, signOut)).status).toBe(200);
    const after = await call(first, operations.getAccount, viewAccount);
    expect([after.status, after.body.code]).toEqual([401, "auth.session"]);
  });
});
