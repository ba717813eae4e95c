import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { afterAll, beforeAll, expect, it } from "vitest";
import { preserveTransactions } from "@/lib/access/preservations/preserve-transactions";
import { fixedClock } from "@/lib/clock";
import { deliverDue } from "@/lib/notify/deliveries/deliver";
import { listDeliveries } from "@/lib/notify/deliveries/list-deliveries";
import { listNotifications } from "@/lib/notify/list-notifications";
import { DeliveryQuery, NewWebhook, NotificationQuery } from "@/lib/notify/schema";
import { sendNotifications } from "@/lib/notify/send-notifications";
import { createWebhook } from "@/lib/notify/webhooks/create-webhook";
import { createLogger } from "@/lib/telemetry/logger";
import { type AccessBench, createAccessBench } from "@/lib/testing/benches/access-bench";
import { childArguments } from "@/lib/testing/children/child-arguments";
import type { NotifyChildOptions } from "@/lib/testing/children/notify-child";
import { scale } from "@/lib/testing/scale";
import { openWebhookReceiver, type WebhookReceiver } from "@/lib/testing/servers/webhook-receiver";

const ROUNDS = scale("other kills");
let bench: AccessBench;
let receiver: WebhookReceiver;
const children = new Set<ChildProcess>();
beforeAll(async () => {
  bench = await createAccessBench();
  receiver = await openWebhookReceiver();
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await receiver?.close();
  await bench?.close();
});

async function start(): Promise<ChildProcess> {
  const options: NotifyChildOptions = {
    keyDir: bench.keyDir,
    databaseUrl: bench.database.appUrl,
    instance: bench.cx.instance,
  };
  const args = childArguments("lib/testing/children/notify-child.ts", JSON.stringify(options));
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  children.add(child);
  child.once("exit", () => children.delete(child));
  await once(child.stdout, "data");
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  expect(child.exitCode).toBeNull();
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

const place = async (): Promise<string> =>
  (await preserveTransactions(bench.auditor, { transactions: [bench.transactions[0]], reason: "A hold" })).id;

/**
 * Does the work of the next portal after the leases of the killed portals have expired. The database ends the statements
 * of a killed portal a little later; until then their rows are locked, so this goes on until nothing waits.
 */
async function finish(): Promise<void> {
  const { cx, keystore } = bench;
  const clock = fixedClock(new Date(Date.now() + 3_600_000));
  const logger = createLogger("test", "silent");
  const shared = { ...cx, keystore, clock, logger, hasMail: false, mailer: undefined };
  const waiting = async () => {
    await sendNotifications(shared);
    await deliverDue({ ...shared, origin: "https://portal.example" });
    const { rows } = await bench.query(
      `SELECT id FROM notify_event UNION ALL SELECT id FROM notify_delivery WHERE status = 'waiting'`,
      [],
    );
    return rows;
  };
  await expect.poll(waiting, { timeout: 60_000 }).toEqual([]);
}

it("a message whose sender is killed before it has an answer is sent again with the same id by the next portal", async () => {
  const who = await bench.person({ role: "coordinator", duties: ["legal"], hasKey: false });
  const hook = await createWebhook(who, NewWebhook.parse({ name: "n", url: receiver.url, kinds: ["hold"] }));
  await finish();
  receiver.calls.length = 0;
  const released = receiver.hold();
  const child = await start();
  await place();
  await expect.poll(() => receiver.calls.length, { timeout: 150_000 }).toBe(1);
  await kill(child);
  released();
  await finish();
  expect(receiver.calls).toHaveLength(2);
  expect(receiver.calls[1]?.headers["webhook-id"]).toBe(receiver.calls[0]?.headers["webhook-id"]);
  const { items } = await listDeliveries(who, hook.id, DeliveryQuery.parse({}));
  expect(items).toMatchObject([{ status: "delivered", attempts: [{ number: 2, outcome: "delivered" }] }]);
});

it("portals that are killed anywhere report each change once in the app and at least once outside", async () => {
  const who = await bench.person({ role: "coordinator", duties: ["legal"], hasKey: false });
  await createWebhook(who, NewWebhook.parse({ name: "n", url: receiver.url, kinds: ["hold"] }));
  await finish();
  receiver.calls.length = 0;
  const held: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const portals = [await start(), await start()];
    for (let at = 0; at < 4; at += 1) held.push(await place());
    const looks = randomInt(40);
    for (let look = 0; look < looks; look += 1) await bench.query("SELECT 1", []);
    for (const portal of portals) await kill(portal);
  }
  await finish();
  const { items } = await listNotifications(who, NotificationQuery.parse({ limit: "500" }));
  expect(items.map(({ subject }) => subject).sort()).toEqual([...held].sort());
  const sent = new Set(receiver.calls.map(({ body }) => String(JSON.parse(body).data.id)));
  expect([...sent].sort()).toEqual([...held].sort());
});
