import { Secret } from "otpauth";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import * as operations from "@/lib/api-client/operations/account";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { fixedClock } from "@/lib/clock";
import { inTransaction } from "@/lib/db/transaction";
import { changePassword } from "@/lib/identity/account/change-password";
import { confirmTotp, startTotp } from "@/lib/identity/account/confirm-totp";
import { endOtherSessions, endOwnSession, signOut } from "@/lib/identity/account/end-own-sessions";
import { registerPasskey, startPasskey } from "@/lib/identity/account/register-passkey";
import { removePasskey, removeTotp } from "@/lib/identity/account/remove-factor";
import { renewRecoveryCodes } from "@/lib/identity/account/renew-recovery-codes";
import { RecoveryCodes, TotpSetUp } from "@/lib/identity/account/schema";
import { viewAccount } from "@/lib/identity/account/view-account";
import { revokeCredentials } from "@/lib/identity/sign-in/credential-store";
import { totpCode, totpStepAt } from "@/lib/identity/sign-in/totp";
import { openLimits } from "@/lib/rate-limit/limits";
import { type Runtime, useRuntime } from "@/lib/runtime/slot";
import {
  addPasskey,
  call,
  challengeOf,
  passkeySignIn,
  prove,
  signedInAt,
  startStep,
  view,
} from "@/lib/testing/benches/account-bench";
import { BENCH_WAIT_MS } from "@/lib/testing/benches/audit-bench";
import { createCaller, createPortalBench, type PortalBench } from "@/lib/testing/benches/portal-bench";
import { SoftwareAuthenticator } from "@/lib/testing/devices/authenticator";
import { codeOf, createAccount, type TestAccount, TestBrowser } from "@/lib/testing/instance/sign-in";
import { suspendPerson } from "@/lib/testing/instance/suspend-person";
import { LOCK_WAITS } from "@/lib/testing/servers/database";

let bench: PortalBench;
beforeAll(async () => {
  bench = await createPortalBench({ sign_in: 100 });
});
afterAll(() => bench.close());

describe("the account", () => {
  const MINUTE = 60_000;
  const clock = fixedClock(new Date());
  let runtime: Runtime;

  beforeAll(async () => {
    runtime = { ...bench.runtime, clock };
    useRuntime(runtime);
  });
  beforeEach(() => clock.advance(2 * MINUTE));

  const signedIn = (person: TestAccount, later?: number) => signedInAt(clock, person, later);

  describe("calls about the caller's own account", () => {
    it("an API key cannot read or change an account", async () => {
      const { key } = await createCaller(runtime, "client", ["read", "submit"]);
      const refused = await call(key, operations.getAccount, viewAccount);
      expect([refused.status, refused.body.code]).toEqual([403, "auth.session-only"]);
    });

    it("the account shows the person, the factors and the sessions with their devices", async () => {
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
    it("a passkey of each algorithm signs in alone as both factors, even when it is the person's only factor", async () => {
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

    it("a passkey is refused when it is unknown, another person's, not user-verified, replayed or from another origin", async () => {
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
      expect((await passkeySignIn(key, person.userId, { topOrigin: "http://evil.example" })).status).toBe(
        401,
      );
      const good = await passkeySignIn(key, person.userId);
      expect(good.status).toBe(200);
      expect((await passkeySignIn(key, person.userId, {}, good.given)).status).toBe(401);
      expect((await passkeySignIn(key, person.userId, { counter: 1 })).status).toBe(401);
      const options = await new TestBrowser().get("passkey/options");
      const old = z.object({ challenge: z.string() }).parse(await options.json()).challenge;
      clock.advance(5 * MINUTE);
      expect((await passkeySignIn(key, person.userId, {}, old)).status).toBe(401);
    });

    it("a suspended person learns of it only after their passkey was proved", async () => {
      const [person, other] = [
        await createAccount(runtime, "auditor"),
        await createAccount(runtime, "auditor"),
      ];
      const key = new SoftwareAuthenticator();
      await addPasskey(await signedIn(person), key);
      await suspendPerson({ ...runtime, client: {}, requestId: "test", system: "test" }, person.userId);
      const codeOf = async (...given: Parameters<typeof passkeySignIn>) =>
        (await passkeySignIn(...given)).code;
      expect(await codeOf(key, person.userId)).toBe("auth.suspended");
      expect(await codeOf(key, other.userId)).toBe("auth.sign-in");
      expect(await codeOf(key, person.userId, { userVerified: false })).toBe("auth.sign-in");
      expect(await codeOf(key, person.userId, { origin: "http://evil.example" })).toBe("auth.sign-in");
      expect(await codeOf(new SoftwareAuthenticator(), person.userId)).toBe("auth.sign-in");
    });

    it("only the session owner's passkey renews the session's proof", async () => {
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

    it("a passkey is registered once, user-verified, and only in answer to a challenge of this session", async () => {
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
    it("factors change only with a proof at most 15 minutes old, and one code renews the proof once", async () => {
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

    it("a password is enough proof for a participant who has only a password, and a new factor raises what is needed", async () => {
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

    it("a privileged person cannot remove their last second factor", async () => {
      const browser = await signedIn(await createAccount(runtime, "auditor"));
      const refused = await call(browser, operations.removeTotp, removeTotp);
      expect([refused.status, refused.body.code]).toEqual([409, "credential.last"]);
    });

    it("a privileged person keeps one second factor when all are removed at the same time", async () => {
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

    it("a privileged person who lost all second factors cannot add new ones with a password", async () => {
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

    it("removing a factor ends the other sessions", async () => {
      const person = await createAccount(runtime, "regulator");
      const browser = await signedIn(person);
      const key = new SoftwareAuthenticator();
      const added = await addPasskey(browser, key);
      const { browser: other } = await passkeySignIn(key, person.userId);
      const params = { id: String(added.body.id) };
      const remove = () =>
        call(browser, operations.removePasskey, (cx, input) => removePasskey(cx, input.params.id), {
          params,
        });
      expect((await remove()).status).toBe(200);
      expect((await remove()).status).toBe(404);
      expect((await call(other, operations.getAccount, viewAccount)).status).toBe(401);
      expect((await passkeySignIn(key, person.userId)).status).toBe(401);
    });
  });

  describe("factors created at the same time", () => {
    it("two renewals at the same time leave the ten recovery codes of one", async () => {
      const person = await createAccount(runtime, "regulator");
      const browser = await signedIn(person);
      const renewals = await Promise.all(
        [1, 2, 3].map(() => call(browser, operations.renewRecoveryCodes, renewRecoveryCodes)),
      );
      expect(renewals.map(({ status }) => status)).toEqual([200, 200, 200]);
      expect((await view(browser)).recovery_codes_left).toBe(10);
    });

    it.each(["regulator", "client"] as const)(
      "two set-ups at the same time leave a %s one authenticator and refuse the other",
      async (role) => {
        const person = await createAccount(runtime, role, { hasTotp: role === "regulator" });
        const browser = new TestBrowser();
        const { email, password } = person;
        if (role === "regulator") await browser.signIn(person, clock);
        else await browser.post("callback/password", { email, password });
        const begin = async () =>
          TotpSetUp.parse((await call(browser, operations.startTotp, startTotp)).body);
        const setUps = [await begin(), await begin()];
        const confirmed = await Promise.all(
          setUps.map(({ challenge, secret }) =>
            call(browser, operations.confirmTotp, (cx, { body }) => confirmTotp(cx, body), {
              body: { challenge, code: totpCode(Secret.fromBase32(secret).bytes, totpStepAt(clock.now())) },
            }),
          ),
        );
        const statuses = confirmed.map(({ status }) => status).sort();
        // A person who had only a password may be asked for the new factor first.
        expect(role === "client" && statuses[1] === 401 ? [200, 409] : statuses).toEqual([200, 409]);
        const { rows } = await bench.audit.appPool.query(
          "SELECT 1 FROM credential WHERE user_id = $1 AND kind = 'totp' AND revoked_at IS NULL",
          [person.userId],
        );
        expect(rows).toHaveLength(1);
      },
    );
  });
});

describe("passwords", () => {
  const MINUTE = 60_000;
  const clock = fixedClock(new Date());
  let runtime: Runtime;

  beforeAll(async () => {
    runtime = { ...bench.runtime, clock };
    useRuntime(runtime);
  });
  beforeEach(() => clock.advance(2 * MINUTE));

  const signedIn = (person: TestAccount, later?: number) => signedInAt(clock, person, later);

  describe("guessing with a stolen cookie", () => {
    const tries = (browser: TestBrowser, count: number) =>
      Array.from({ length: count }).reduce<Promise<string[]>>(async (before, _, index) => {
        const done = await before;
        const { status, body } = await prove(browser, { code: `00000${index % 10}` });
        return [...done, `${status} ${String(body.code)}`];
      }, Promise.resolve([]));

    it("the tenth wrong proof ends the session and leaves the owner's other sessions alive", async () => {
      useRuntime({
        ...runtime,
        limits: openLimits(
          { pool: bench.audit.appPool, secret: runtime.sessionSecret, drawMs: BENCH_WAIT_MS },
          {},
        ),
      });
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

    it("ten wrong passwords end the session as well", async () => {
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
    it("ten recovery codes each replace a code once, and end when new ones are made", async () => {
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
    it("a new password needs the present one, cannot be a common one, and ends the other sessions", async () => {
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

  describe("a password changed during a sign-in", () => {
    const change = (browser: TestBrowser, current: string, next: string) =>
      call(browser, operations.changePassword, (cx, { body }) => changePassword(cx, body), {
        body: { current, next },
      });

    /** Locks a credential, runs the steps until this many wait in the database, then releases the lock. */
    async function whileLocked(person: TestAccount, kind: string, story: (waits: Waits) => Promise<void>) {
      const holder = await bench.audit.appPool.connect();
      const waits: Waits = (count, orDone) =>
        expect
          .poll(
            async () =>
              (await bench.audit.appPool.query(LOCK_WAITS)).rows.length >= count || orDone?.() === true,
          )
          .toBe(true);
      try {
        await holder.query("BEGIN");
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

    it("a change ends the session of a sign-in that verified the old password", async () => {
      const person = await createAccount(runtime, "regulator");
      const browser = await signedIn(person);
      const late = new TestBrowser();
      const running: Promise<number>[] = [];
      await whileLocked(person, "totp", async (waits) => {
        // It waits to take its code, so it has already verified the password.
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

    it("a sign-in that comes after the change opens no session", async () => {
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

    it("only one of two changes at the same time succeeds", async () => {
      const person = await createAccount(runtime, "regulator");
      const browser = await signedIn(person);
      const both = await Promise.all(
        ["a first lamp at noon", "a second lamp at noon"].map((next) =>
          change(browser, person.password, next),
        ),
      );
      expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
    });
  });

  describe("sessions", () => {
    it("sessions end one by one, all others at once, or by signing out, and never by a stranger", async () => {
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
});
