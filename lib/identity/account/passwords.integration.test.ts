import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as operations from "@/lib/api-client/operations/account";
import { fixedClock } from "@/lib/clock";
import { changePassword } from "@/lib/identity/account/change-password";
import { endOtherSessions, endOwnSession, signOut } from "@/lib/identity/account/end-own-sessions";
import { renewRecoveryCodes } from "@/lib/identity/account/renew-recovery-codes";
import { RecoveryCodes } from "@/lib/identity/account/schema";
import { viewAccount } from "@/lib/identity/account/view-account";
import { openLimits } from "@/lib/rate-limit/limits";
import { type Runtime, useRuntime } from "@/lib/runtime/slot";
import { call, prove, signedInAt, view } from "@/lib/testing/benches/account-bench";
import { createPortalBench, type PortalBench } from "@/lib/testing/benches/portal-bench";
import { codeOf, createAccount, type TestAccount, TestBrowser } from "@/lib/testing/instance/sign-in";
import { LOCK_WAITS } from "@/lib/testing/servers/database";

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
      limits: openLimits({ pool: bench.audit.appPool, secret: runtime.sessionSecret }, {}),
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
      ["a first lamp at noon", "a second lamp at noon"].map((next) => change(browser, person.password, next)),
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
