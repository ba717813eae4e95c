import { readFileSync } from "node:fs";
import { type Browser, expect, type Locator, test } from "@playwright/test";
import { Client } from "pg";
import { type RunningInstance, removeDataFolder, startInstance } from "@/lib/testing/instance/instance";
import { type Demo, people, readDemo } from "../support/api";
import { openFields } from "../support/opening";
import { BUDGETS } from "../support/start-instances";
import {
  askCustodian,
  challengeOf,
  confirmIn,
  type PasskeySignature,
  registerPasskey,
  type SignedIn,
  signedIn,
  spokenGroups,
} from "../support/statements";
import {
  canaries,
  confirmsOf,
  decide,
  fileRequest,
  orderFacts,
  submitTransaction,
  text,
} from "../support/steps";

// Its own instance: the portal no longer signs for a person who enrolled a key, which would affect other specs.
test.describe.configure({ mode: "serial" });

let instance: RunningInstance;
let demo: Demo;
let legal: SignedIn;
let approver: SignedIn;
let regulator: SignedIn;
let support: SignedIn;

async function comeIn(browser: Browser, handle: string): Promise<SignedIn> {
  return signedIn(await browser.newContext(), handle, demo);
}

test.beforeAll(async ({ browser }) => {
  test.setTimeout(600_000);
  instance = await startInstance({ env: { RATE_BUDGETS: BUDGETS } });
  demo = readDemo(instance.dataDir);
  legal = await comeIn(browser, "coordinator-001:legal");
  approver = await comeIn(browser, "coordinator-001:approve");
  regulator = await comeIn(browser, "regulator-001");
  support = await comeIn(browser, "coordinator-001:support");
});
test.afterAll(async () => {
  await instance?.stop();
  // The second start uses the same folder, and does not remove it.
  if (instance !== undefined) await removeDataFolder(instance.dataDir);
});

type Facts = ReturnType<typeof orderFacts>;

const sectionOf = (who: SignedIn): Locator =>
  who.page.getByRole("region", { name: "Signing decisions and openings" });

async function openAccount(who: SignedIn): Promise<Locator> {
  await who.page.goto(new URL("/account/security", demo.base_url).href);
  return sectionOf(who);
}

/** Registers a passkey and asks for its enrolment, on the account page. */
async function askToEnrol(who: SignedIn, label: string): Promise<Locator> {
  await registerPasskey(who, label);
  const section = await openAccount(who);
  await section.getByRole("button", { name: "Enrol passkey" }).click();
  await expect(section.getByText("Waiting for a second person")).toBeVisible();
  return section;
}

const early: { requestId: string; facts?: Facts } = { requestId: "" };

test("before the first key is enrolled the portal of an evaluation instance signs, and says so", async () => {
  const who = people(demo);
  const transactionId = await submitTransaction(who.client456, canaries());
  early.facts = orderFacts();
  early.requestId = await fileRequest(who.regulator, transactionId, early.facts);
  const decided = await decide(who.legal, early.requestId, "legal", early.facts);
  expect(decided.status, decided.text).toBe(200);
  const decisions = decided.json.decisions as { proof: string }[];
  expect(decisions.map(({ proof }) => proof)).toEqual(["evaluation"]);
});

test("a first passkey is enrolled when a second person confirms it, and no other person can confirm", async () => {
  const own = await openAccount(legal);
  await expect(own.getByText("the portal signs for you")).toBeVisible();
  await expect(own.getByText("First add a passkey for signing in.")).toBeVisible();
  const section = await askToEnrol(legal, "Lena's laptop");
  await expect(section.getByText("Lena Hartmann, by the portal")).toBeVisible();
  await expect(section.getByText("Ines Vogel, Jonas Weber")).toBeVisible();

  await expect((await openAccount(regulator)).getByText("Waiting for you")).toBeHidden();
  await expect((await openAccount(support)).getByText("Waiting for you")).toBeHidden();
  const standing = await legal.get("/confidential/account/roster");
  const [change] = standing.json.changes as { id: string }[];
  for (const other of [regulator, support]) {
    const refused = await other.post(`/confidential/account/roster/changes/${change?.id}/agreements`);
    expect(refused.status, refused.text).toBe(403);
    expect(refused.json.code).toBe("roster.confirmer");
  }

  const waiting = await openAccount(approver);
  await expect(waiting.getByText("Lena Hartmann asks to enrol a first key of their own")).toBeVisible();
  // Both pages show the same key to read aloud, so that a call can tell it from another one.
  expect(await spokenGroups(waiting)).toBe(await spokenGroups(section));
  await confirmIn(waiting, "Confirm");
  await expect(waiting.getByText("Waiting for you")).toBeHidden();
  await section.getByRole("button", { name: "Check again" }).click();
  await expect(section.getByText("In force")).toBeVisible();
  await expect(section.getByText("You sign with your own key.")).toBeVisible();
  await expect(section.getByText("This is your only key.")).toBeVisible();
  await expect(section.getByRole("row", { name: /Lena's laptop/ })).toBeVisible();
});

test("after the first enrolment a key needs the signature of a person who has one", async () => {
  const section = await askToEnrol(approver, "Ines' phone");
  await expect(section.getByText("Lena Hartmann", { exact: true })).toBeVisible();
  // Jonas could have confirmed the first key. Now Jonas has no key, and cannot.
  await expect(section.getByText("Jonas Weber")).toBeHidden();
  const waiting = await openAccount(legal);
  await confirmIn(waiting, "Confirm with your passkey");
  await expect(waiting.getByText("Waiting for you")).toBeHidden();
  await section.getByRole("button", { name: "Check again" }).click();
  await expect(section.getByText("In force")).toBeVisible();

  await askToEnrol(regulator, "Ruth's key");
  await expect((await openAccount(legal)).getByText("Ruth Adler asks to enrol")).toBeVisible();
  const other = await openAccount(approver);
  await confirmIn(other, "Confirm with your passkey");
  await expect(other.getByText("Waiting for you")).toBeHidden();
  await expect((await openAccount(regulator)).getByText("In force")).toBeVisible();
});

test("a refused key is not on the roster, and the person who asked reads why", async () => {
  const section = await askToEnrol(support, "Sami's laptop");
  const waiting = await openAccount(approver);
  await waiting.getByRole("button", { name: "Refuse" }).click();
  const dialog = approver.page.getByRole("dialog");
  await dialog.getByLabel(/^Reason/).fill("I could not reach you.");
  await dialog.getByRole("button", { name: "Refuse" }).click();
  await expect(waiting.getByText("Waiting for you")).toBeHidden();
  await section.getByRole("button", { name: "Check again" }).click();
  await expect(section.getByText("Refused", { exact: true })).toBeVisible();
  await expect(section.getByText("I could not reach you.")).toBeVisible();
  expect((await askCustodian(instance.dataDir, "GET", "/v1/roster")).json.roster).toMatchObject({
    version: 4,
  });
});

interface Decided {
  readonly statement: Record<string, unknown>;
  readonly signature: PasskeySignature;
}

const decisionBody = (stage: "legal" | "coordinator", facts: Facts) => ({
  stage,
  decision: "approve",
  comment: "The order names this transaction",
  confirms: confirmsOf(facts),
});

/** Prepares a decision, and its approver signs it. */
async function sign(
  who: SignedIn,
  requestId: string,
  stage: "legal" | "coordinator",
  facts: Facts,
): Promise<Decided> {
  const prepared = await who.post(
    `/confidential/access/requests/${requestId}/statement`,
    decisionBody(stage, facts),
  );
  expect(prepared.status, prepared.text).toBe(200);
  const statement = prepared.json.statement as Record<string, unknown>;
  return { statement, signature: await who.sign(challengeOf("decision", statement)) };
}

function send(
  who: SignedIn,
  requestId: string,
  stage: "legal" | "coordinator",
  facts: Facts,
  signature: unknown,
) {
  return who.post(`/confidential/access/requests/${requestId}/decisions`, {
    ...decisionBody(stage, facts),
    signature,
  });
}

const state: { transactionId: string; grantId: string; legal?: Decided; coordinator?: Decided } = {
  transactionId: "",
  grantId: "",
};

test("two people decide with their passkeys; unsigned, altered, foreign and replayed decisions are refused", async () => {
  const who = people(demo);
  state.transactionId = await submitTransaction(who.client456, canaries());
  const facts = orderFacts();
  const requestId = await fileRequest(who.regulator, state.transactionId, facts);

  const unsigned = await decide(who.legal, requestId, "legal", facts);
  expect(unsigned.status, unsigned.text).toBe(403);
  expect(unsigned.json).toMatchObject({
    code: "statement.required",
    detail: expect.stringMatching(/key of your own/),
  });

  const first = await sign(legal, requestId, "legal", facts);
  // Another person's passkey over the right challenge: the portal asks, the custodian refuses.
  const foreign = await approver.sign(challengeOf("decision", first.statement));
  const refused = await send(legal, requestId, "legal", facts, foreign);
  expect(refused.status, refused.text).toBe(403);
  expect(refused.json).toMatchObject({ code: "custodian.refused", reason: "signature" });
  // A passkey that is not on the roster.
  const unknown = await support.sign(challengeOf("decision", first.statement));
  const stranger = await send(legal, requestId, "legal", facts, unknown);
  expect(stranger.json).toMatchObject({ code: "custodian.refused", reason: "signature" });
  // The device did not verify its user.
  const unverified = await legal.sign(challengeOf("decision", first.statement), "discouraged");
  const weak = await send(legal, requestId, "legal", facts, unverified);
  expect(weak.json).toMatchObject({ code: "custodian.refused", reason: "user-verification" });
  // The signed statement differs from the one that is sent.
  const other = await legal.sign(challengeOf("decision", { ...first.statement, max_views: 1000 }));
  expect((await send(legal, requestId, "legal", facts, other)).json.code).toBe("statement.invalid");

  const signed = await sign(legal, requestId, "legal", facts);
  const accepted = await send(legal, requestId, "legal", facts, signed.signature);
  expect(accepted.status, accepted.text).toBe(200);
  expect(accepted.json.state).toBe("stage_2");
  const again = await send(legal, requestId, "legal", facts, signed.signature);
  // The rules come before the statement, so the same person is refused first.
  expect([403, 409, 422], again.text).toContain(again.status);
  expect(again.json.code).toMatch(/^(statement|decision)\./);

  const second = await sign(approver, requestId, "coordinator", facts);
  const active = await send(approver, requestId, "coordinator", facts, second.signature);
  expect(active.status, active.text).toBe(200);
  expect(active.json.state).toBe("active");
  const decisions = active.json.decisions as { proof: string }[];
  expect(decisions.map(({ proof }) => proof)).toEqual(["passkey", "passkey"]);
  Object.assign(state, { legal: signed, coordinator: second });
  const grants = await regulator.get("/confidential/access/grants");
  const items = grants.json.items as { id: string; request_id: string }[];
  state.grantId = items.find((grant) => grant.request_id === requestId)?.id ?? "";
});

test("an approval that the portal signed for a person who now has a key supports no grant", async () => {
  const { requestId, facts } = early;
  if (facts === undefined) throw new Error("a request expected");
  const signed = await sign(approver, requestId, "coordinator", facts);
  const refused = await send(approver, requestId, "coordinator", facts, signed.signature);
  expect(refused.status, refused.text).toBe(409);
  expect(refused.json.code).toBe("decision.outdated");
  expect((await approver.get(`/confidential/access/requests/${requestId}`)).json.state).toBe("stage_2");
});

test("the custodian itself refuses altered and replayed decisions, whatever the portal asks", async () => {
  const { legal: first, coordinator: second } = state;
  if (first === undefined || second === undefined) throw new Error("decisions expected");
  const grant = crypto.randomUUID();
  const ask = (decisions: readonly unknown[]) =>
    askCustodian(instance.dataDir, "POST", "/v1/grants", { grant, decisions });
  expect(await ask([{ ...first, statement: { ...first.statement, max_views: 1000 } }, second])).toMatchObject(
    {
      status: 403,
      json: { reason: "challenge" },
    },
  );
  const swapped = { statement: second.statement, signature: first.signature };
  expect(await ask([first, swapped])).toMatchObject({ status: 403, json: { reason: "signature" } });
  const replayed = await ask([first, second]);
  expect(replayed.status).toBe(403);
  expect(replayed.json.reason).toBe("nonce");
  const stranger = { ...first.statement, approver: "another-person" };
  expect(
    await askCustodian(instance.dataDir, "POST", "/v1/statements", {
      kind: "decision",
      statement: stranger,
      signature: await legal.sign(challengeOf("decision", stranger)),
    }),
  ).toMatchObject({ status: 403, json: { reason: "approver" } });
});

async function prepare(): Promise<{ id: string; statement: Record<string, unknown> }> {
  const prepared = await regulator.post("/confidential/access/openings", {
    grant_id: state.grantId,
    transactions: [state.transactionId],
    fields: ["amount"],
  });
  expect(prepared.status, prepared.text).toBe(201);
  return { id: text(prepared, "opening_id"), statement: prepared.json.statement as Record<string, unknown> };
}

const audit = (opening?: { opening_id: string; signature: unknown }) =>
  regulator.post(`/confidential/transactions/${state.transactionId}/audit`, {
    purpose: "audit",
    fields: ["amount"],
    grant_id: state.grantId,
    ...(opening === undefined ? {} : { opening }),
  });

async function viewsLeft(): Promise<unknown> {
  return (await regulator.get(`/confidential/access/grants/${state.grantId}`)).json.views_left;
}

test("each opening is signed; unsigned, foreign, altered and replayed ones open no field and use no view", async () => {
  const before = await viewsLeft();
  const unsigned = await audit();
  expect(unsigned.status, unsigned.text).toBe(403);
  expect(unsigned.json.code).toBe("statement.required");
  const byKey = await people(demo).regulator.post(`/confidential/transactions/${state.transactionId}/audit`, {
    purpose: "audit",
  });
  expect(byKey.json.code).toBe("statement.required");

  const one = await prepare();
  const foreign = await legal.sign(challengeOf("open", one.statement));
  const refused = await audit({ opening_id: one.id, signature: foreign });
  expect(refused.status, refused.text).toBe(403);
  expect(refused.json).toMatchObject({ code: "custodian.refused", reason: "signature" });
  const altered = await regulator.sign(
    challengeOf("open", { ...one.statement, groups: ["amount", "pricing"] }),
  );
  expect((await audit({ opening_id: one.id, signature: altered })).json.code).toBe("statement.invalid");
  expect(await viewsLeft()).toBe(before);

  const signature = await regulator.sign(challengeOf("open", one.statement));
  const opened = await audit({ opening_id: one.id, signature });
  expect(opened.status, opened.text).toBe(200);
  expect(opened.json.data).toEqual({ amount: "1000", currency: "USD" });
  const replayed = await audit({ opening_id: one.id, signature });
  expect(replayed.status, replayed.text).toBe(409);
  expect(replayed.json.code).toBe("statement.expired");
  expect(await viewsLeft()).toBe(Number(before) - 1);
});

test("what a person saw is what they signed: the assertion is stored with the disclosure", async () => {
  const environment = readFileSync(`/proc/${(await instance.pids()).portal}/environ`, "utf8").split("\0");
  const variable = (name: string) =>
    environment.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
  const options = `-c sealport.tenant=${variable("TENANT_ID")}`;
  const client = new Client({ connectionString: variable("DATABASE_URL"), options });
  await client.connect();
  const { rows } = await client.query(
    "SELECT statement, proof, proof_kind, groups FROM disclosure WHERE transaction_id = $1 AND grant_id = $2",
    [state.transactionId, state.grantId],
  );
  await client.end();
  expect(rows).toHaveLength(1);
  const [row] = rows;
  expect(row.proof_kind).toBe("passkey");
  expect(row.groups).toEqual(["amount"]);
  const clientData = JSON.parse(Buffer.from(row.proof.client_data_json, "base64url").toString("utf8"));
  expect(clientData).toMatchObject({ type: "webauthn.get", origin: demo.base_url });
  expect(clientData.challenge).toBe(challengeOf("open", row.statement));
});

test("in the pages two people sign their approval, the regulator signs the opening, and no further step is needed", async () => {
  const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const facts = { ...orderFacts(), valid_from: day(-1), valid_until: day(20) };
  const who = people(demo);
  const secret = canaries();
  const transactionId = await submitTransaction(who.client456, secret);
  const requestId = await fileRequest(who.regulator, transactionId, facts);
  for (const { page } of [legal, approver]) {
    await page.goto(new URL(`/requests/${requestId}`, demo.base_url).href);
    await page.getByLabel("1 Issuer").fill(facts.issuer);
    await page.getByLabel("2 Case number").fill(facts.case_number);
    await page.getByLabel("3 Valid from").fill(facts.valid_from);
    await page.getByLabel("4 Valid until").fill(facts.valid_until);
    await page.getByLabel("4 Valid until").press("Tab");
    await page.getByLabel("Reason, seen by the requester").fill("Read and compared.");
    await page.getByRole("button", { name: "Approve as requested" }).click();
    const dialog = page.getByRole("dialog", { name: /^Approve AR-/ });
    await dialog.getByRole("button", { name: "Sign and approve" }).click();
    await expect(dialog.getByText("Approved", { exact: true }).first()).toBeVisible();
  }
  // From Home to the fields: two presses, and the passkey is asked once.
  const { page, device } = regulator;
  const { json } = await regulator.get(`/confidential/access/requests/${requestId}`);
  const reference = String(json.reference).replace("AR-", "GR-");
  await page.goto(new URL("/", demo.base_url).href);
  const uses = async () => {
    const { credentials } = await device.cdp.send("WebAuthn.getCredentials", { authenticatorId: device.id });
    return credentials.reduce((total, { signCount }) => total + signCount, 0);
  };
  const before = await uses();
  // The dates that come name it as well.
  const row = page.getByRole("listitem").filter({ hasText: reference }).filter({ hasText: "You may open" });
  await expect(row).toContainText("You may open one transaction");
  expect(await openFields(page, { button: /^Open fields/, row: reference })).toBe(2);
  await expect(page.getByRole("dialog").getByText(secret.rate)).toBeVisible();
  expect((await uses()) - before).toBe(1);
  await page.getByRole("button", { name: "Close the fields" }).click();
  await expect(page.getByText(secret.rate)).toHaveCount(0);
});

test("after a restart on another port the roster and its keys remain valid, at the new address @deep", async ({
  browser,
}) => {
  test.setTimeout(600_000);
  const { dataDir } = instance;
  await instance.end();
  const before = demo.base_url;
  instance = await startInstance({ dataDir, env: { RATE_BUDGETS: BUDGETS } });
  demo = readDemo(dataDir);
  expect(demo.base_url).not.toBe(before);
  // The passkey is in the device. A new page of the same browser context may use it there.
  const credentials = await regulator.device.cdp.send("WebAuthn.getCredentials", {
    authenticatorId: regulator.device.id,
  });
  regulator = await comeIn(browser, "regulator-001");
  for (const credential of credentials.credentials) {
    await regulator.device.cdp.send("WebAuthn.addCredential", {
      authenticatorId: regulator.device.id,
      credential,
    });
  }
  const one = await prepare();
  const signature = await regulator.sign(challengeOf("open", one.statement));
  const opened = await audit({ opening_id: one.id, signature });
  expect(opened.status, opened.text).toBe(200);
  expect(opened.json.data).toEqual({ amount: "1000", currency: "USD" });
});
