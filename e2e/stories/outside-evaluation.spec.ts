import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { type Browser, expect, test } from "@playwright/test";
import { type CommandLine, openCommandLine } from "@/lib/testing/instance/command-line";
import { notRun } from "@/lib/testing/scale";
import { clientOf, startIdentityProvider } from "@/lib/testing/servers/identity-provider";
import { callerBy } from "../support/api";
import { guess, providerCalls } from "../support/deployment/callers";
import { fetchBy } from "../support/deployment/calls";
import { holdCeremony, withOtherKeys } from "../support/deployment/ceremony";
import { contentsOf } from "../support/deployment/certificates";
import { type Deployment, deploy } from "../support/deployment/deployment";
import { PARTS } from "../support/deployment/layout";
import {
  accept,
  addPasskey,
  arrive,
  groupsOf,
  makePasskey,
  type Person,
  signApproval,
  signInWithPasskey,
  signRecovery,
  signVersion,
  startBrowser,
} from "../support/deployment/person";
import {
  CALLED,
  CALLS,
  callAsParts,
  callAsStrangers,
  PATHS_OF,
  readableBy,
} from "../support/deployment/trespass";
import { oneUserReason, run } from "../support/deployment/users";
import { startWrongly, wrongValues } from "../support/deployment/wrong-values";
import { openFields } from "../support/opening";
import { challengeOf } from "../support/statements";
import { canaries, fileRequest, newTransaction, orderFacts, text } from "../support/steps";
import { pictures } from "../support/take-pictures";

// The story outside evaluation, by the guides Deploying and First people: parts apart, people who are in no seed, two portals behind a
// proxy. From the set-up link to the regulator who leaves.
test.describe.configure({ mode: "serial", timeout: 300_000 });

const OPERATOR = "Harbour Operations";
const AGENCY = "Market Office";
const NUMBER = "+49 30 23125 001";
const STAFF = {
  "Lena Hart": {
    email: "lena@harbour.example",
    organisation: OPERATOR,
    role: "coordinator",
    duties: "legal",
  },
  "Alex Weber": {
    email: "alex@harbour.example",
    organisation: OPERATOR,
    role: "coordinator",
    duties: "approve",
  },
  "Olga Lind": { email: "olga@market-office.example", organisation: AGENCY, role: "regulator", duties: "" },
};
const PARTIES = [
  ["Cara Finch", "cara@alderfinch.example", "client", "client-456"],
  ["Mika Alder", "mika@alderfinch.example", "miner", "miner-789"],
] as const;

let site: Deployment;
let browser: Browser;
let cli: CommandLine;
const people = new Map<string, Person>();
const found = { transaction: "", grant: "" };

const who = (name: string): Person => {
  const person = people.get(name);
  if (person === undefined) throw new Error(`${name} did not come in`);
  return person;
};

/** Runs a command of the guide in a person's profile, and returns its answers: a document, or one for each line of a list. */
async function sealport(profile: string, ...words: readonly string[]) {
  const ended = await cli.run([...words, "--profile", profile, "--json"]);
  expect(ended.code, `${words.join(" ")}: ${ended.stdout}${ended.stderr}`).toBe(0);
  const isList = ["list", "import"].includes(words[1] ?? "");
  const documents = isList ? ended.stdout.trim().split("\n") : [ended.stdout];
  return documents.filter((one) => one !== "").map((one) => JSON.parse(one));
}

test.beforeAll(async () => {
  test.setTimeout(600_000);
  if (oneUserReason !== undefined) notRun(`parts under their own users, because ${oneUserReason}`);
  site = await deploy();
  browser = await startBrowser(site);
  cli = openCommandLine({ NODE_EXTRA_CA_CERTS: path.join(site.base, "outside.pem") });
});
test.afterAll(async () => {
  cli?.remove();
  await browser?.close();
  await site?.stop();
});

test("config check finds nothing at fault, and the set-up link leads to two administrators with passkeys", async () => {
  for (const part of PARTS) {
    const lines = await run(part, site.program.op("config", "check", "--of", part), site.variables[part]);
    expect(lines).not.toContain("FAULT");
  }
  const link = /https:\S+\/setup#\S+/.exec(
    await run("portal", site.program.op("setup", "link"), site.variables.portal),
  )?.[0];
  const ada = await arrive(browser, site);
  await ada.page.goto(link ?? "");
  await ada.page.getByLabel("Name", { exact: true }).fill(OPERATOR);
  await ada.page.getByLabel("Home jurisdictions").fill("DE");
  await ada.page.getByRole("button", { name: "Save and continue" }).click();
  await expect(ada.page.getByRole("heading", { name: "You, the first administrator" })).toBeVisible();
  await ada.page.getByLabel("Name", { exact: true }).fill("Ada Lind");
  await ada.page.getByLabel("Work e-mail").fill("ada@harbour.example");
  await ada.page.getByRole("button", { name: "Continue to the passkey" }).click();
  await makePasskey(ada);
  await expect(ada.page.getByRole("button", { name: "Make the link" })).toBeVisible();
  await ada.page.getByLabel("Name", { exact: true }).fill("Ben Roth");
  await ada.page.getByLabel("Work e-mail").fill("ben@harbour.example");
  await ada.page.getByRole("button", { name: "Make the link" }).click();
  const second = (await ada.page.getByText("/invitation#").textContent())?.trim() ?? "";
  people.set("Ada Lind", ada);
  // No mark of an evaluation is set, and the page says who runs what.
  await ada.open("/trust");
  await expect(ada.page.getByText("Weiss & Partner, notaries").first()).toBeVisible();
  await expect(ada.page.getByText(/evaluation/i)).toHaveCount(0);
  await pictures(ada.page, "trust-outside");
  people.set("Ben Roth", await accept(browser, site, second));
  for (const [profile, name] of [
    ["ada", "Ada Lind"],
    ["ben", "Ben Roth"],
  ] as const) {
    const key = await who(name).post("/confidential/account/api-keys", {
      label: "command line",
      scopes: ["admin", "read"],
    });
    expect(key.status, key.text).toBe(201);
    const input = text(key, "key");
    const added = await cli.run(["profile", "add", profile, "--url", site.origin], { input });
    expect(added.code, added.stderr).toBe(0);
  }
});

test("by the commands of the guide two administrators make organisations, participants and people, who come in by their links", async () => {
  const [agency] = await sealport(
    "ada",
    ...["organisations", "create"],
    ...["--name", AGENCY, "--legal-name", "Office for Markets", "--zone", "Europe/Berlin"],
    ...["--domain", "market-office.example", "--number", NUMBER, "--source", "the agency's own site"],
    ...["--contact", "Ruth Adler; r.adler@market-office.example"],
    ...["--contact", "Tom Berg; t.berg@market-office.example", "--reason", "Supervises the market"],
  );
  await sealport("ben", "agreements", "agree", agency.agreement.id);
  await sealport("ada", "organisations", "create", "--name", "Alder & Finch Ltd", "--zone", "Europe/London");
  const rows = ["client-456,Alder & Finch Ltd,client,legal", "miner-789,Alder & Finch Ltd,miner,legal"];
  writeFileSync(path.join(cli.folder, "participants.csv"), `id,organisation,role,kind\n${rows.join("\n")}\n`);
  const planned = await sealport("ada", "participants", "import", "participants.csv", "--dry-run");
  expect(planned.map(({ what }) => what)).toEqual(["create", "create"]);
  await sealport("ada", "participants", "import", "participants.csv");

  const links = new Map<string, string>();
  for (const [name, { email, organisation, role, duties }] of Object.entries(STAFF)) {
    const given = ["--name", name, "--email", email, "--organisation", organisation, "--role", role];
    const more = duties === "" ? [] : ["--duties", duties];
    const [asked] = await sealport("ada", "people", "invite", ...given, ...more, "--reason", "First team");
    const [agreed] = await sealport("ben", "agreements", "agree", asked.agreement.id);
    links.set(name, agreed.invitation.link);
  }
  for (const [name, email, role, participant] of PARTIES) {
    const person = ["--name", name, "--email", email, "--role", role, "--for", participant];
    const of = ["--organisation", "Alder & Finch Ltd", "--reason", "Acts for them"];
    const [invited] = await sealport("ada", "people", "invite", ...person, ...of);
    links.set(name, invited.invitation.link);
  }
  for (const [name, link] of links) people.set(name, await accept(browser, site, link));
});

test("roster 1 is made at the custodian with groups read aloud; a draft that was changed on its way is refused", async () => {
  const names = ["Ada Lind", "Ben Roth", "Lena Hart", "Alex Weber"];
  const read = new Map<string, string>();
  for (const name of names) read.set(name, await groupsOf(who(name)));
  const none = await cli.run(["roster", "show", "--profile", "ada"]);
  expect([none.code, none.stderr]).toEqual([0, expect.stringContaining("no roster yet")]);
  const [content] = await sealport("ada", "roster", "draft");
  const draft = path.join(site.base, "roster-draft.json");
  writeFileSync(draft, JSON.stringify(content));

  const changed = await holdCeremony(site, withOtherKeys(draft), read);
  expect(changed.stdout).toContain("Left out: the groups differ");
  expect([changed.code, changed.stderr]).toEqual([1, expect.stringContaining("nothing was written")]);
  const held = await holdCeremony(site, draft, read);
  expect(held.code, held.stdout + held.stderr).toBe(0);
  const digest = /must show the same digest:\n {2}(\S{43})\n/.exec(held.stdout)?.[1] ?? "";
  await who("Ada Lind").open("/roster");
  await expect(who("Ada Lind").page.getByText(digest, { exact: true })).toBeVisible();
  const [page] = await sealport("ada", "roster", "show");
  expect(page).toMatchObject({ version: 1, digest });
});

test("roster 2 adds an officer when two people have signed it with their passkeys, and one is not enough", async () => {
  const [page] = await sealport("ada", "roster", "show");
  const olga = page.differences.find(({ name }: { name: string }) => name === "Olga Lind");
  await sealport("ada", "roster", "ask", "--people", olga.person, "--reason", "A new officer");
  await signVersion(who("Ada Lind"));
  const [after] = await sealport("ada", "roster", "show");
  expect(after.version).toBe(1);
  await signVersion(who("Lena Hart"));
  const [now] = await sealport("ada", "roster", "show");
  expect(now.version).toBe(2);

  // What `npm run recover` asks two people to sign after a restore.
  const wanted = { log: "portal.example.org/log1", from: 1, to: 3, root: "A".repeat(43) };
  const [signed] = await signRecovery(who("Ada Lind"), wanted);
  const statement = { ...wanted, person: "admin-ada-lind" };
  expect(signed.statement).toEqual(statement);
  const { challenge } = JSON.parse(Buffer.from(signed.signature.client_data_json, "base64url").toString());
  expect(challenge).toBe(challengeOf("recovery", statement));
});

/** A client submits a transaction, and an officer opens it under an order that two people approve with their passkeys. */
async function disclose(officer: Person) {
  const secret = canaries();
  const created = await who("Cara Finch").post("/confidential/transactions", newTransaction(secret));
  expect(created.status, created.text).toBe(201);
  const transaction = text(created, "transaction_id");
  const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const facts = { ...orderFacts(), valid_from: day(-1), valid_until: day(20) };
  const request = await fileRequest(officer, transaction, facts);
  const check = { called_number: NUMBER, is_confirmed: true, note: "Reached through the switchboard." };
  const checked = await who("Lena Hart").post(
    `/confidential/access/requests/${request}/identity-checks`,
    check,
  );
  expect(checked.status, checked.text).toBe(201);
  for (const name of ["Lena Hart", "Alex Weber"]) await signApproval(who(name), request, facts);
  await officer.open(`/transactions/${transaction}`);
  await openFields(officer.page);
  await expect(officer.page.getByText(secret.rate)).toBeVisible();
  await expect(officer.page.getByText(secret.iban)).toHaveCount(0);
  const grant = text(await officer.get(`/confidential/access/requests/${request}`), "grant_id");
  return { transaction, grant };
}

test("a transaction is opened under an order that two people approved, and its proof verifies", async () => {
  const olga = who("Olga Lind");
  for (const [name, , , participant_id] of PARTIES) {
    const key = await who(name).post("/confidential/keys", { participant_id });
    expect(key.status, key.text).toBe(201);
  }
  Object.assign(found, await disclose(olga));
  const bundle = await olga.bytes("/confidential/audit/export?format=bundle");
  expect(bundle.status).toBe(200);
  writeFileSync(path.join(cli.folder, "log.zip"), bundle.bytes);
  const [policy] = await sealport("ada", "verify", "keys");
  writeFileSync(path.join(cli.folder, "policy.json"), JSON.stringify(policy));
  const report = await cli.run(["verify", "bundle", "log.zip", "--policy", "policy.json"]);
  expect(report.code, report.stdout + report.stderr).toBe(0);
  for (const calls of site.proxy.calls) expect(calls).toBeGreaterThan(20);
});

test("a review of who may do what is signed by a passkey of the roster", async () => {
  const lena = who("Lena Hart");
  const [person] = await sealport("ada", "people", "list", "--find", "lena@harbour.example");
  const organisations = await sealport("ada", "organisations", "list");
  const own = organisations.find(({ name }) => name === OPERATOR);
  await sealport("ada", "reviews", "reviewer", own.id, person.id);
  const begun = await who("Ada Lind").post("/confidential/admin/access-reviews");
  expect(begun.status, begun.text).toBe(201);
  await lena.open(`/access-review/${text(begun, "id")}`);
  const keeps = lena.page.getByRole("button", { name: /^Keep: /, pressed: false });
  const open = keeps.and(lena.page.locator(":enabled"));
  const sign = lena.page.getByRole("button", { name: "Sign the review" });
  // While one answer is stored, no button is enabled.
  await expect(async () => {
    if ((await open.count()) > 0) await open.first().click({ timeout: 2_000 });
    await expect(sign).toBeEnabled({ timeout: 300 });
  }).toPass();
  await sign.click();
  await lena.dialog().getByRole("button", { name: "Sign", exact: true }).click();
  await expect(lena.page.getByText(/ signed \d+ rows?/)).toBeVisible();
  await expect(lena.page.getByText("with a passkey")).toBeVisible();
});

test("each user reads its own keys alone, and no part or stranger makes a call that is not theirs", async () => {
  for (const part of CALLED) {
    const called = CALLS.filter(([one]) => one === part).map(([, , at]) => at);
    expect(new Set(called), part).toEqual(new Set(PATHS_OF[part]));
  }
  const own = await callAsParts(site);
  for (const part of PARTS)
    expect(own[part].map((outcome) => outcome === "refused")).toEqual(
      CALLS.map(([, , , callers]) => !callers.includes(part)),
    );
  for (const [stranger, outcomes] of Object.entries(await callAsStrangers(site)))
    expect(new Set(outcomes), stranger).toEqual(new Set(["no connection"]));
  if (oneUserReason !== undefined) return;
  for (const part of [...PARTS, "nobody"] as const) {
    const files = await readableBy(part, site);
    const others = files.filter(
      (file) => file.includes("/") && file.split("/")[0]?.replace("-2", "") !== part,
    );
    expect(others, part).toEqual([]);
  }
});

test("the caller's address is the one that the proxy saw, and wrong sign-ins from one address lock no one else out", async () => {
  const made = await who("Cara Finch").post("/confidential/account/api-keys", {
    ...{ label: "a program", scopes: ["open", "read"], addresses: ["127.0.0.31"] },
  });
  expect(made.status, made.text).toBe(201);
  const ca = readFileSync(site.outside.certificate);
  const program = (from: string, forged: string) => {
    const headers = async () => ({
      authorization: `Bearer ${text(made, "key")}`,
      "x-forwarded-for": forged,
    });
    const fetch = fetchBy({ ca, from, headers });
    return callerBy((url, init) => fetch(new URL(url, site.origin), init));
  };
  const opening = `/confidential/transactions/${found.transaction}/access`;
  const opened = await program("127.0.0.31", "203.0.113.9").post(opening, { purpose: "settlement" });
  expect(opened.status, opened.text).toBe(200);
  const refused = await program("127.0.0.32", "127.0.0.31").post(opening, { purpose: "settlement" });
  expect([401, 403], refused.text).toContain(refused.status);
  const logs = await who("Cara Finch").get(`/confidential/access/logs?transaction_id=${found.transaction}`);
  expect(logs.text).toContain("127.0.0.31");
  expect(logs.text).not.toMatch(/203\.0\.113|127\.0\.0\.9"/);

  const statuses = await guess(site, "127.0.0.66", 1_000);
  // A busy portal refuses a call before it looks at the guess.
  expect(statuses.filter((status) => ![401, 429, 503].includes(status))).toEqual([]);
  const wrong = statuses.filter((status) => status === 401).length;
  expect([statuses.length, wrong > 0, wrong <= 100]).toEqual([1_000, true, true]);
  await who("Ben Roth").post("/confidential/account/sign-out");
  await signInWithPasskey(who("Ben Roth"));
});

test("a wrong tenant, origin, password, key file, certificate, clock or folder ends a part with one line that names it @deep", async () => {
  const rows = await wrongValues(site);
  // Two at a time: there are twenty, and each takes some seconds.
  const left = rows.values();
  const check = async (): Promise<void> => {
    for (const wrong of left) {
      const { code, ms, reasons, output } = await startWrongly(site, wrong);
      const name = `${wrong.part}, ${wrong.what}`;
      console.log(`${name}: ended after ${ms} ms`);
      expect(code, `${name}: ${output}`).toBe(1);
      expect(reasons, `${name}: ${output}`).toEqual([expect.stringMatching(wrong.says)]);
      expect(output).not.toMatch(/^\s+at .*:\d+:\d+/m);
    }
  };
  await Promise.all([check(), check()]);
});

test("a suspended person's session and API key are refused from the next call on, at either portal", async () => {
  const mika = who("Mika Alder");
  const made = await mika.post("/confidential/account/api-keys", { label: "a program", scopes: ["read"] });
  expect(made.status, made.text).toBe(201);
  const headers = async () => ({ authorization: `Bearer ${text(made, "key")}` });
  const fetch = fetchBy({ ca: readFileSync(site.outside.certificate), headers });
  const program = callerBy((url, init) => fetch(new URL(url, site.origin), init));
  const at = `/confidential/transactions/${found.transaction}`;
  /** The status and code that each portal answers. A page's own calls may change whose turn it is. */
  const outcomes = async (caller: Pick<Person, "get">) => {
    const answers = new Map<string | null, unknown>();
    for (let call = 0; call < 20 && answers.size < 2; call += 1) {
      const { status, json, headers: of } = await caller.get(at);
      answers.set(of.get("x-portal"), [status, json.code]);
    }
    return [answers.get("1"), answers.get("2")];
  };
  expect(await outcomes(mika)).toEqual(Array(2).fill([200, undefined]));
  expect(await outcomes(program)).toEqual(Array(2).fill([200, undefined]));
  const [listed] = await sealport("ada", "people", "list", "--find", "mika@alderfinch.example");
  await sealport("ada", "people", "suspend", listed.id, "--reason", "The laptop is lost");
  expect(await outcomes(program)).toEqual(Array(2).fill([403, "access.inactive"]));
  expect(await outcomes(mika)).toEqual(Array(2).fill([401, "auth.session"]));
});

test("a regulator who leaves can do nothing a second later, at either portal", async () => {
  const olga = who("Olga Lind");
  const account = "/confidential/account";
  for (let call = 0; call < 4; call += 1) expect((await olga.get(account)).status).toBe(200);
  const [listed] = await sealport("ada", "people", "list", "--find", "olga@market-office.example");
  await sealport("ada", "people", "leave", listed.id, "--reason", "New job", "--yes");
  for (let call = 0; call < 4; call += 1) expect((await olga.get(account)).status).toBe(401);
  const opening = { purpose: "audit", grant_id: found.grant };
  const refused = await olga.post(`/confidential/transactions/${found.transaction}/audit`, opening);
  expect(refused.status, refused.text).toBe(401);
  await olga.open("/sign-in");
  await olga.page.getByRole("button", { name: "Use a passkey" }).click();
  await expect(olga.page.getByRole("alert").first()).toBeVisible();
  expect((await olga.get(account)).status).toBe(401);
  const [page] = await sealport("ada", "roster", "show");
  expect(page.changes[0]).toMatchObject({ state: "pending", version: 3 });
});

test("an officer of a connected identity provider signs in there, opens, and can do nothing when SCIM says so", async () => {
  const idp = await startIdentityProvider(clientOf(`${site.origin}/sign-in/return`), {
    tls: contentsOf(site.site),
  });
  try {
    const email = "omar@market-office.example";
    idp.people.set("officer-9", { email, groups: ["officers"] });
    writeFileSync(path.join(cli.folder, "secret.txt"), "a secret of sealport at its provider");
    const at = ["--issuer", idp.issuer, "--client-id", "sealport", "--secret-file", "secret.txt"];
    const rules = ["--domain", "market-office.example", "--amr", "otp", "--map", "officers; regulator"];
    const why = ["--reason", "Officers sign in at home"];
    const [asked] = await sealport("ada", "providers", "connect", AGENCY, ...at, ...rules, ...why);
    await sealport("ben", "agreements", "agree", asked.id);
    const [kept] = await sealport("ada", "provisioning", "set", AGENCY, "--role", "regulator", ...why);
    await sealport("ben", "agreements", "agree", kept.id);
    const [{ token }] = await sealport("ada", "provisioning", "token", AGENCY, "--days", "1");
    const scim = providerCalls(site, token);
    const created = await scim("POST", "/Users", { userName: email, active: true, displayName: "Omar Bell" });
    expect(created).toMatchObject({ status: 201 });
    const listed = await sealport("ben", "agreements", "list");
    const waiting = listed.find(({ kind }) => kind === "invitation");
    const [agreed] = await sealport("ben", "agreements", "agree", waiting.id);

    const omar = await arrive(browser, site);
    await omar.page.goto(agreed.invitation.link);
    await omar.page.getByRole("button", { name: "Continue with your organisation" }).click();
    await omar.page.getByRole("button", { name: `Sign in as ${email}` }).click();
    await expect(omar.page.locator("summary").getByText("You", { exact: true })).toBeVisible();
    await addPasskey(omar);
    for (const name of ["Ada Lind", "Ben Roth"]) await signVersion(who(name));
    const [page] = await sealport("ada", "roster", "show");
    const own = page.differences.find(({ name }: { name: string }) => name === "Omar Bell");
    await sealport("ada", "roster", "ask", "--people", own.person, "--reason", "A new officer");
    for (const name of ["Ada Lind", "Ben Roth"]) await signVersion(who(name));
    const { transaction, grant } = await disclose(omar);

    const Operations = [{ op: "Replace", path: "active", value: "False" }];
    const off = await scim("PATCH", `/Users/${created.json.id}`, { Operations }, "PatchOp");
    expect(off).toMatchObject({ status: 200, json: { active: false } });
    for (let call = 0; call < 2; call += 1)
      expect((await omar.get("/confidential/account")).status).toBe(401);
    const opening = { purpose: "audit", grant_id: grant };
    expect((await omar.post(`/confidential/transactions/${transaction}/audit`, opening)).status).toBe(401);
    await omar.page.context().clearCookies();
    await omar.open("/sign-in");
    await omar.page.getByRole("button", { name: "Continue with your organisation" }).click();
    await omar.page.getByLabel("Work e-mail address").fill(email);
    await omar.page.keyboard.press("Enter");
    await omar.page.getByRole("button", { name: `Sign in as ${email}` }).click();
    await expect(omar.page.getByText("is linked to your sign-in").first()).toBeVisible();
  } finally {
    await idp.close();
  }
});
