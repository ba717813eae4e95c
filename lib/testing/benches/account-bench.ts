import "server-only";
import { expect } from "vitest";
import { z } from "zod";
import type { Input, OperationSpec } from "@/lib/api-client/operation";
import * as operations from "@/lib/api-client/operations/account";
import type { Clock } from "@/lib/clock";
import { bind } from "@/lib/http/endpoint/bind";
import { withSession } from "@/lib/http/sign-in/with-session";
import type { AccountContext } from "@/lib/identity/account/account-context";
import { registerPasskey, startPasskey } from "@/lib/identity/account/register-passkey";
import { AccountView } from "@/lib/identity/account/schema";
import { stepUp, stepUpOptions } from "@/lib/identity/account/step-up";
import { viewAccount } from "@/lib/identity/account/view-account";
import { userHandleOf } from "@/lib/identity/sign-in/passkey";
import type { SoftwareAuthenticator } from "@/lib/testing/devices/authenticator";
import { type TestAccount, TestBrowser } from "@/lib/testing/instance/sign-in";
import { serve } from "@/lib/testing/routes/route-files";

const ORIGIN = "http://localhost:3000";

export interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly response: Response;
}

/** Calls an operation of the account as a page does, or with a key. */
export async function call<O extends OperationSpec>(
  who: TestBrowser | string,
  spec: O,
  run: (cx: AccountContext, input: Input<O>) => Promise<unknown>,
  sent: { readonly body?: unknown; readonly params?: Record<string, string> } = {},
): Promise<Answered> {
  const loose: OperationSpec = spec;
  const handlers = serve(spec.path, [
    bind(loose, (cx, input) =>
      // This same operation parsed the input.
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

/** Returns the account as its page reads it. */
export const view = async (browser: TestBrowser) =>
  AccountView.parse((await call(browser, operations.getAccount, viewAccount)).body);
/** Starts and completes a fresh proof of the person. */
export const startStep = (browser: TestBrowser) => call(browser, operations.startStepUp, stepUpOptions);
export const prove = (browser: TestBrowser, body: unknown) =>
  call(browser, operations.stepUp, (cx, input) => stepUp(cx, input.body), { body });

/** Returns the challenge in an answer, or in one of its members. */
export function challengeOf(answered: Answered, at?: string): string {
  const holder = at === undefined ? answered.body : Object(answered.body[at]);
  return z.object({ challenge: z.string() }).parse(holder).challenge;
}

/** Registers this key as a passkey. */
export async function addPasskey(
  browser: TestBrowser,
  key: SoftwareAuthenticator,
  changes = {},
): Promise<Answered> {
  const challenge = challengeOf(await call(browser, operations.startPasskey, startPasskey));
  return call(browser, operations.registerPasskey, (cx, { body }) => registerPasskey(cx, body), {
    body: { label: "laptop", attestation: key.register(challenge, changes) },
  });
}

const Problem = z.looseObject({ code: z.string().optional() });

/** Signs in by this passkey in a new browser. `code` is of a refusal. */
export async function passkeySignIn(
  key: SoftwareAuthenticator,
  userId?: string,
  changes = {},
  challenge?: string,
) {
  const browser = new TestBrowser();
  const given =
    challenge ??
    z.object({ challenge: z.string() }).parse(await (await browser.get("passkey/options")).json()).challenge;
  const assertion = key.assert(given, changes);
  const response =
    userId === undefined ? assertion.response : { ...assertion.response, userHandle: userHandleOf(userId) };
  const answer = await browser.post("callback/passkey", { assertion: { ...assertion, response } });
  const body = await answer.text();
  const code = body === "" ? undefined : Problem.parse(JSON.parse(body)).code;
  return { browser, status: answer.status, code, given };
}

/** Returns a browser in which this person has signed in, with the code `later` steps from now. */
export async function signedInAt(clock: Clock, person: TestAccount, later = 0): Promise<TestBrowser> {
  const browser = new TestBrowser();
  expect((await browser.signIn(person, clock, later)).status).toBe(200);
  return browser;
}
