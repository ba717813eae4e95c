import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { type Browser, expect, test } from "@playwright/test";
import { type CommandLine, openCommandLine } from "@/lib/testing/instance/command-line";
import { holdCeremony, withOtherKeys } from "../support/deployment/ceremony";
import { type Deployment, deploy } from "../support/deployment/deployment";
import { op, PARTS } from "../support/deployment/layout";
import {
  accept,
  arrive,
  groupsOf,
  makePasskey,
  type Person,
  signApproval,
  signVersion,
  startBrowser,
} from "../support/deployment/person";
import { CALLS, callAsParts, callAsStrangers, readableBy } from "../support/deployment/trespass";
import { oneUserReason, run } from "../support/deployment/users";
import { canaries, fileRequest, newTransaction, orderFacts, text } from "../support/steps";

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

/** Runs a command of the guide in a person's profile, and returns its answers. */
async function sealport(profile: string, ...words: readonly string[]) {
  const ended = await cli.run([...words, "--profile", profile, "--json"]);
  expect(ended.code, `${words.join(" ")}: ${ended.stdout}${ended.stderr}`).toBe(0);
  return ended.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

test.beforeAll(async () => {
  test.setTimeout(600_000);
  if (oneUserReason !== undefined)
    console.log(`NOT RUN: parts under their own users, because ${oneUserReason}`);
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
    const lines = await run(part, op("config", "check", "--of", part), site.variables[part]);
    expect(lines).not.toContain("FAULT");
  }
  const link = /https:\S+\/setup#\S+/.exec(
    await run("portal", op("setup", "link"), site.variables.portal),
  )?.[0];
  const ada = await arrive(browser, site);
  await ada.page.goto(link ?? "");
  await ada.page.getByLabel("Name", { exact: true }).fill(OPERATOR);
  await ada.page.getByLabel("Home jurisdictions").fill("DE");
  await ada.page.getByRole("button", { name: "Save and go on" }).click();
  await ada.page.getByLabel("Name", { exact: true }).fill("Ada Lind");
  await ada.page.getByLabel("Work e-mail").fill("ada@harbour.example");
  await ada.page.getByRole("button", { name: "Go on to the passkey" }).click();
  await makePasskey(ada);
  await expect(ada.page.getByRole("button", { name: "Make the link" })).toBeVisible();
  await ada.page.getByLabel("Name", { exact: true }).fill("Ben Roth");
  await ada.page.getByLabel("Work e-mail").fill("ben@harbour.example");
  await ada.page.getByRole("button", { name: "Make the link" }).click();
  const second = (await ada.page.getByText("/invitation#").textContent())?.trim() ?? "";
  people.set("Ada Lind", ada);
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
    const input = text(key, "api_key");
    const added = await cli.run(["profile", "add", profile, "--url", site.origin], { input });
    expect(added.code, added.stderr).toBe(0);
  }
});

test("by the commands of the guide two administrators make organisations, participants and people, who come in by their links", async () => {
  const [agency] = await sealport(
    "ada",
    ...["organisations", "create", AGENCY, "--name"].slice(0, 2),
    ...["--name", AGENCY, "--legal-name", "Office for Markets", "--zone", "Europe/Berlin"],
    ...["--domain", "market-office.example", "--number", NUMBER, "--source", "the agency's own site"],
    ...["--contact", "Ruth Adler, r.adler@market-office.example"],
    ...["--contact", "Tom Berg, t.berg@market-office.example", "--reason", "Supervises the market"],
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
  const client = ["--name", "Cara Finch", "--email", "cara@alderfinch.example", "--role", "client"];
  const of = ["--organisation", "Alder & Finch Ltd", "--for", "client-456", "--reason", "Their client"];
  const [invited] = await sealport("ada", "people", "invite", ...client, ...of);
  links.set("Cara Finch", invited.invitation.link);
  for (const [name, link] of links) people.set(name, await accept(browser, site, link));
});

test("roster 1 is made at the custodian with groups read aloud; a draft that was changed on its way is refused", async () => {
  const names = ["Ada Lind", "Ben Roth", "Lena Hart", "Alex Weber"];
  const read = new Map<string, string>();
  for (const name of names) read.set(name, await groupsOf(who(name)));
  const [content] = await sealport("ada", "roster", "draft");
  const draft = path.join(site.base, "roster-draft.json");
  writeFileSync(draft, JSON.stringify(content));

  const changed = await holdCeremony(site, withOtherKeys(draft), read);
  expect(changed.stdout).toContain("Left out: the groups differ");
  expect([changed.code, changed.stderr]).toEqual([1, expect.stringContaining("nothing was written")]);
  const held = await holdCeremony(site, draft, read);
  expect(held.code, held.stdout + held.stderr).toBe(0);
  const digest = /must show the digest (\S+)\./.exec(held.stdout)?.[1] ?? "";
  await who("Ada Lind").open("/roster");
  await expect(who("Ada Lind").page.getByText(digest.slice(0, 8)).first()).toBeVisible();
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
});

test("a transaction is opened under an order that two people approved, and its proof verifies", async () => {
  const [cara, olga, lena] = ["Cara Finch", "Olga Lind", "Lena Hart"].map(who) as [Person, Person, Person];
  for (const participant_id of ["client-456", "miner-789"]) {
    const key = await cara.post("/confidential/keys", { participant_id });
    expect(key.status, key.text).toBe(201);
  }
  const secret = canaries();
  const created = await cara.post("/confidential/transactions", newTransaction(secret));
  expect(created.status, created.text).toBe(201);
  found.transaction = text(created, "transaction_id");

  const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const facts = { ...orderFacts(), valid_from: day(-1), valid_until: day(20) };
  const request = await fileRequest(olga, found.transaction, facts);
  const check = await lena.post(`/confidential/access/requests/${request}/identity-checks`, {
    ...{ called_number: NUMBER, is_confirmed: true, note: "Reached through the switchboard." },
  });
  expect(check.status, check.text).toBe(201);
  await signApproval(lena, request, facts);
  await signApproval(who("Alex Weber"), request, facts);
  await olga.open(`/transactions/${found.transaction}`);
  await olga.page.getByRole("button", { name: /^Open 2 fields$/ }).click();
  await expect(olga.page.getByText(secret.rate)).toBeVisible();
  await expect(olga.page.getByText(secret.iban)).toHaveCount(0);

  const bundle = await olga.bytes("/confidential/audit/export?format=bundle");
  expect(bundle.status).toBe(200);
  writeFileSync(path.join(cli.folder, "log.zip"), bundle.bytes);
  const [policy] = await sealport("ada", "verify", "keys");
  writeFileSync(path.join(cli.folder, "policy.json"), JSON.stringify(policy));
  const report = await cli.run(["verify", "bundle", "log.zip", "--policy", "policy.json"]);
  expect(report.code, report.stdout + report.stderr).toBe(0);
  for (const calls of site.proxy.calls) expect(calls).toBeGreaterThan(20);
});

test("each user reads its own keys alone, and no part or stranger makes a call that is not theirs", async () => {
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
