import { mkdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "@playwright/test";
import { z } from "zod";
import { findBrowser } from "@/lib/testing/instance/browser";
import { startInstance } from "@/lib/testing/instance/instance";
import { type Caller, type Demo, people, readDemo } from "../support/api";
import { openFields as open } from "../support/opening";
import { untilReady } from "../support/page";
import { signIn } from "../support/sign-in";
import { approve, attachOrder, fileRequest, orderFacts, text } from "../support/steps";

// `npm run pictures`: takes the pictures of README and guides from the running program and its demonstration data.

const IMAGES = fileURLToPath(new URL("../../docs/guides/images", import.meta.url));
const VIEWPORT = { width: 1440, height: 900 };
const VALUES = {
  job_id: "job-7301",
  amount: "482150.00",
  currency: "EUR",
  pricing: { unit_price: "1.8420 EUR per GPU hour", quantity: "261,753.53 h" },
  settlement_details: { account: "DE02 1203 0000 0000 2020 51", value_date: "2026-10-30" },
  narrative: "Second part of the October run, moved from 28 to 30 October.",
  participants: ["client-456", "miner-789"],
  confidential: true,
};

class Studio {
  private constructor(
    private readonly browser: Browser,
    readonly demo: Demo,
  ) {}

  static async open(demo: Demo): Promise<Studio> {
    return new Studio(await chromium.launch({ executablePath: findBrowser() }), demo);
  }

  close(): Promise<void> {
    return this.browser.close();
  }

  at(address: string): string {
    return new URL(address, this.demo.base_url).href;
  }

  async page(handle?: string): Promise<Page> {
    const context = await this.browser.newContext({
      viewport: VIEWPORT,
      timezoneId: "Europe/Berlin",
      locale: "en-GB",
      colorScheme: "light",
    });
    const page = await context.newPage();
    if (handle !== undefined) await signIn(page, handle, this.demo);
    return page;
  }

  async take(
    page: Page,
    address: string,
    name: string,
    prepare?: (page: Page) => Promise<void>,
  ): Promise<void> {
    await page.goto(this.at(address), { waitUntil: "load" });
    await page.getByRole("heading", { level: 1 }).waitFor();
    await untilReady(page);
    await prepare?.(page);
    await page.screenshot({ path: path.join(IMAGES, `${name}.png`) });
    process.stdout.write(`${name}.png\n`);
  }
}

/** Prepares a grant in force, a request that waits for its first decision, and a rotated key, through the API as programs do. */
async function prepareStory(demo: Demo) {
  const who = people(demo);
  const sent = await who.client456.post("/confidential/transactions", VALUES);
  const transaction = text(sent, "transaction_id");
  const facts = orderFacts();
  const granted = await fileRequest(who.regulator, transaction, facts);
  const grant = await approve(who, granted, facts);
  const waiting = await fileRequest(who.regulator, transaction, orderFacts(), {
    fields: ["settlement_details"],
  });
  const drafted = await who.auditor.post("/confidential/access/requests", {
    purpose: "audit",
    justification: "Sample of completed jobs of October.",
    transactions: [transaction],
    fields: ["amount"],
  });
  await attachOrder(who.auditor, text(drafted, "id"), { ...orderFacts(), kind: "audit_mandate" });
  const disputes = await who.support.get("/confidential/disputes");
  const items: unknown = disputes.json.items;
  const dispute = Array.isArray(items) ? String(items[0]?.id) : "";
  return { transaction, granted, grant, waiting, dispute, key: await rotated(who.client456) };
}

/** Rotates a participant's key and returns its first version, whose rotation has ended. */
async function rotated(client: Caller): Promise<string> {
  const keys = await client.get("/confidential/keys?participant_id=client-456");
  const [key] = z.array(z.object({ key_id: z.string() })).parse(keys.json.items);
  if (key === undefined) throw new Error("client-456 has no key");
  const { json } = await client.post(`/confidential/keys/${key.key_id}/rotate`, { mode: "rewrap" });
  for (const until = Date.now() + 120_000; Date.now() < until; await sleep(500)) {
    const now = await client.get(`/confidential/rotations/${String(json.rotation_id)}`);
    if (now.json.state === "completed") return key.key_id;
  }
  throw new Error("the rotation did not end");
}

const scrolledTo = (heading: string) => (page: Page) =>
  page.getByRole("heading", { name: heading }).evaluate((element) => element.scrollIntoView());

async function takeAll(studio: Studio): Promise<void> {
  const made = await prepareStory(studio.demo);
  const openFields = async (page: Page) => {
    await open(page, { button: /^Open/ });
    await page.getByText("482,150.00 EUR").first().waitFor();
  };
  const orderDrawn = (page: Page) => page.locator("main canvas").first().waitFor();
  const anyone = await studio.page();
  await studio.take(anyone, "/", "landing");
  await studio.take(anyone, "/sign-in", "sign-in");
  await studio.take(anyone, "/trust", "trust");
  await studio.take(anyone, "/status", "status");

  const regulator = await studio.page("regulator-001");
  await studio.take(regulator, "/", "regulator-home");
  await studio.take(regulator, "/requests/new", "regulator-new-request");
  await studio.take(regulator, `/requests/${made.granted}`, "regulator-request", orderDrawn);
  await studio.take(regulator, `/grants/${made.grant}`, "regulator-grant");
  await studio.take(regulator, `/transactions/${made.transaction}`, "regulator-opened", openFields);
  await studio.take(regulator, "/audit/exports", "regulator-exports");

  const legal = await studio.page("coordinator-001:legal");
  await studio.take(legal, "/", "coordinator-home");
  await studio.take(legal, `/requests/${made.waiting}`, "coordinator-decision", orderDrawn);

  const support = await studio.page("coordinator-001:support");
  await studio.take(support, "/disputes", "support-disputes");
  await studio.take(support, `/disputes/${made.dispute}`, "support-dispute");

  const auditor = await studio.page("auditor-001");
  await studio.take(auditor, "/audit", "auditor-log");
  await studio.take(auditor, "/audit?entry=40", "auditor-entry");

  const client = await studio.page("client-456");
  await studio.take(client, "/transactions/new", "participant-new");
  await studio.take(client, `/transactions/${made.transaction}`, "participant-opened", openFields);
  await studio.take(client, "/keys", "participant-keys");
  await studio.take(client, `/keys/${made.key}`, "participant-key");
  await studio.take(client, "/account/security", "account");

  const administrator = await studio.page("coordinator-001:admin");
  await studio.take(administrator, "/keys", "administrator-keys", scrolledTo("Escrow epochs"));
}

mkdirSync(IMAGES, { recursive: true });
const instance = await startInstance();
try {
  const studio = await Studio.open(readDemo(instance.dataDir));
  try {
    await takeAll(studio);
  } finally {
    await studio.close();
  }
} finally {
  await instance.stop();
}
