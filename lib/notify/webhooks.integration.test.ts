import { Webhook as Verifier } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { fixedClock } from "@/lib/clock";
import { type DeliverContext, deleteOldNotifications, deliverDue } from "@/lib/notify/deliveries/deliver";
import { listDeliveries, replayDelivery, testWebhook } from "@/lib/notify/deliveries/list-deliveries";
import { DeliveryQuery, NewWebhook, WebhookQuery } from "@/lib/notify/schema";
import { sendNotifications } from "@/lib/notify/send-notifications";
import { disableWebhook, rotateSecret } from "@/lib/notify/webhooks/change-webhook";
import { createWebhook } from "@/lib/notify/webhooks/create-webhook";
import { listWebhooks } from "@/lib/notify/webhooks/list-webhooks";
import { createLogger } from "@/lib/telemetry/logger";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import { openWebhookReceiver, type WebhookReceiver } from "@/lib/testing/servers/webhook-receiver";
import { NewTransaction } from "@/lib/transactions/schema";
import { setStatus } from "@/lib/transactions/status/set-status";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

let bench: AccessBench;
let receiver: WebhookReceiver;
beforeAll(async () => {
  bench = await createAccessBench();
  receiver = await openWebhookReceiver();
});
afterAll(async () => {
  await receiver?.close();
  await bench?.close();
});
// Each test has its own webhooks: those of the other tests are over.
const open: { readonly who: BenchPerson; readonly id: string }[] = [];
beforeEach(async () => {
  for (const { who, id } of open.splice(0)) await outcomeOf(disableWebhook(who, id));
  while ((await sendNotifications({ ...bench.cx, hasMail: false })) > 0);
  receiver.calls.length = 0;
  receiver.answers.length = 0;
});

const HOUR_MS = 3_600_000;

function sender(more: Partial<DeliverContext> = {}): DeliverContext {
  const { cx, keystore } = bench;
  const logger = createLogger("test", "silent");
  return { ...cx, keystore, logger, mailer: undefined, origin: "https://portal.example", ...more };
}

/** Sends all that happened, and makes the attempts that are due at this clock. */
async function deliver(more: Partial<DeliverContext> = {}): Promise<void> {
  while ((await sendNotifications({ ...bench.cx, hasMail: false })) > 0);
  while ((await deliverDue(sender(more))) > 0);
}

const reviewer = () => bench.person({ role: "coordinator", duties: ["legal"], hasKey: false });
const made = async (who: BenchPerson, more: object = {}) => {
  const hook = await createWebhook(
    who,
    NewWebhook.parse({ name: "Case system", url: receiver.url, ...more }),
  );
  open.push({ who, id: hook.id });
  return hook;
};
const deliveriesOf = async (who: BenchPerson, id: string) =>
  (await listDeliveries(who, id, DeliveryQuery.parse({}))).items;

const headersOf = (call: WebhookReceiver["calls"][number] | undefined) => ({
  "webhook-id": String(call?.headers["webhook-id"]),
  "webhook-timestamp": String(call?.headers["webhook-timestamp"]),
  "webhook-signature": String(call?.headers["webhook-signature"]),
});

describe("webhooks", () => {
  it("are called with what changed, signed so that Standard Webhooks' own library takes it", async () => {
    const who = await reviewer();
    const hook = await made(who);
    expect(hook.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const requestId = await bench.file();
    await deliver();
    expect(receiver.calls).toHaveLength(1);
    const [call] = receiver.calls;
    const message = new Verifier(hook.secret).verify(call?.body ?? "", headersOf(call));
    expect(message).toEqual({
      type: "request.stage_1",
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      data: {
        kind: "request",
        id: requestId,
        state: "stage_1",
        reference: expect.stringMatching(/^AR-\d{4}-\d{8}$/),
      },
    });
    expect(() => new Verifier(hook.secret).verify(`${call?.body} `, headersOf(call))).toThrow();
    const [row] = await deliveriesOf(who, hook.id);
    expect(row).toMatchObject({
      webhook_id: headersOf(call)["webhook-id"],
      type: "request.stage_1",
      status: "delivered",
      attempts: [{ number: 1, outcome: "delivered", http_status: 204 }],
      next_at: null,
    });
  });

  it("get a signed test event, also while nothing happens, and only from their owner", async () => {
    const who = await reviewer();
    const hook = await made(who, { kinds: ["key"] });
    const queued = await testWebhook(who, hook.id);
    expect(queued).toMatchObject({ type: "webhook.test", status: "waiting", attempts: [] });
    await deliver();
    const [call] = receiver.calls;
    expect(new Verifier(hook.secret).verify(call?.body ?? "", headersOf(call))).toEqual({
      type: "webhook.test",
      timestamp: queued.at,
      data: { kind: "webhook", id: hook.id, state: "test" },
    });
    expect(await deliveriesOf(who, hook.id)).toMatchObject([
      { type: "webhook.test", status: "delivered", webhook_id: queued.webhook_id },
    ]);
    expect(await outcomeOf(testWebhook(await reviewer(), hook.id))).toBe("webhook.not-found");
    await disableWebhook(who, hook.id);
    expect(await outcomeOf(testWebhook(who, hook.id))).toBe("webhook.disabled");
  });

  it("are called for each transaction where they ask for it, for parties and no one else", async () => {
    const submit = () =>
      submitTransaction(
        bench.client,
        NewTransaction.parse({ job_id: "job-9", participants: [bench.client.principal.participantId] }),
      );
    const party = await made(bench.client, { kinds: ["transaction"] });
    await made(bench.client);
    await made(await bench.person({ role: "client" }), { kinds: ["transaction"] });
    const { transaction_id: id } = await submit();
    await setStatus(bench.client, id, { status: "processing" });
    await deliver();
    const bodies = receiver.calls.map((call) =>
      new Verifier(party.secret).verify(call.body, headersOf(call)),
    );
    expect(bodies).toMatchObject([
      { type: "transaction.created", data: { kind: "transaction", id, state: "created" } },
      { type: "transaction.processing", data: { kind: "transaction", id, state: "processing" } },
    ]);
    const notices = await bench.query("SELECT 1 FROM notification WHERE kind = 'transaction'", []);
    expect(notices.rows).toEqual([]);
    for (const hook of open.splice(0)) await disableWebhook(hook.who, hook.id);
    const queued = () => bench.query("SELECT 1 FROM notify_event WHERE kind = 'transaction'", []);
    await submit();
    expect((await queued()).rows).toEqual([]);
  });

  it("receive only what their owner may know of, and only kinds that were chosen", async () => {
    const owner = await bench.person({ role: "auditor", hasKey: false });
    const chooser = await reviewer();
    await made(owner);
    await made(chooser, { kinds: ["hold"] });
    await bench.file({ order: { sealed: { basis: "StPO 101", until: "2040-01-01" } } });
    await deliver();
    expect(receiver.calls).toEqual([]);
  });

  it("check again at each attempt whether the owner may know: waiting messages are withheld from an owner who left", async () => {
    const who = await reviewer();
    const hook = await made(who);
    await bench.file();
    receiver.answers.push({ status: 500 });
    await deliver();
    expect(receiver.calls).toHaveLength(1);
    await bench.query("ALTER TABLE duty DISABLE TRIGGER ALL", []);
    await bench.query("DELETE FROM duty WHERE user_id = $1", [who.principal.userId]);
    await bench.query("ALTER TABLE duty ENABLE TRIGGER ALL", []);
    await deliver({ clock: fixedClock(new Date(Date.now() + HOUR_MS)) });
    expect(receiver.calls).toHaveLength(1);
    const [row] = await deliveriesOf(who, hook.id);
    expect(row).toMatchObject({
      status: "withheld",
      attempts: [{ outcome: "answer" }, { outcome: "withheld" }],
    });
  });

  it("that fail are called again after a minute, then less and less often, and given up after the eighth attempt", async () => {
    const who = await reviewer();
    const hook = await made(who);
    await bench.file();
    const clock = fixedClock(new Date(Date.now() + 60_000));
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 8; attempt += 1) {
      receiver.answers.push({ status: attempt % 2 === 0 ? 503 : 404 });
      await deliver({ clock });
      const [row] = await deliveriesOf(who, hook.id);
      expect(row?.attempts).toHaveLength(attempt);
      if (row?.next_at === null || row === undefined) break;
      const next = new Date(row.next_at);
      waits.push((next.getTime() - clock.nowMs()) / 60_000);
      clock.set(new Date(next.getTime() - 1));
      await deliver({ clock });
      expect(receiver.calls).toHaveLength(attempt);
      clock.set(next);
    }
    for (const [at, minutes] of [1, 5, 30, 120, 480, 1_440, 4_320].entries()) {
      expect(waits[at]).toBeGreaterThanOrEqual(minutes);
      expect(waits[at]).toBeLessThanOrEqual(minutes * 1.2);
    }
    expect(await deliveriesOf(who, hook.id)).toMatchObject([{ status: "failed", next_at: null }]);
    expect(new Set(receiver.calls.map((call) => call.headers["webhook-id"])).size).toBe(1);
    expect(new Set(receiver.calls.map(({ body }) => body)).size).toBe(1);
  });

  it("replay a message with the same id and a new time, and only to their owner", async () => {
    const who = await reviewer();
    const hook = await made(who);
    await bench.file();
    await deliver();
    const [first] = await deliveriesOf(who, hook.id);
    const id = first?.id ?? "";
    expect(await outcomeOf(replayDelivery(bench.approver, hook.id, id))).toBe("webhook.not-found");
    const later = fixedClock(new Date(Date.now() + 120_000));
    const answer = await replayDelivery({ ...who, clock: later }, hook.id, id);
    expect(answer).toMatchObject({ status: "waiting", receipt: { log: bench.place.log } });
    expect(await outcomeOf(replayDelivery(who, hook.id, id))).toBe("delivery.state");
    await deliver({ clock: later });
    const [one, two] = receiver.calls;
    expect(headersOf(two)["webhook-id"]).toBe(headersOf(one)["webhook-id"]);
    expect(Number(headersOf(two)["webhook-timestamp"])).toBeGreaterThan(
      Number(headersOf(one)["webhook-timestamp"]),
    );
    new Verifier(hook.secret).verify(two?.body ?? "", headersOf(two));
    expect(await deliveriesOf(who, hook.id)).toMatchObject([
      { status: "delivered", attempts: [{}, { number: 2 }] },
    ]);
  });

  it("sign with both secrets for a day after a rotation, and then with the new one alone", async () => {
    const who = await reviewer();
    const hook = await made(who);
    const next = await rotateSecret(who, hook.id);
    expect(next.secret).not.toBe(hook.secret);
    await bench.file();
    await deliver();
    const both = receiver.calls[0];
    expect(headersOf(both)["webhook-signature"].split(" ")).toHaveLength(2);
    for (const { secret } of [hook, next]) new Verifier(secret).verify(both?.body ?? "", headersOf(both));
    const [first] = await deliveriesOf(who, hook.id);
    await replayDelivery(who, hook.id, first?.id ?? "");
    await deliver({ clock: fixedClock(new Date(Date.now() + 24 * HOUR_MS + 60_000)) });
    expect(headersOf(receiver.calls[1])["webhook-signature"].split(" ")).toHaveLength(1);
  });

  it("keep their secret sealed, and show it in no list and no entry", async () => {
    const who = await reviewer();
    const hook = await made(who);
    const raw = Buffer.from(hook.secret.slice("whsec_".length), "base64");
    const { rows } = await bench.query("SELECT secret FROM webhook WHERE id = $1", [hook.id]);
    const stored: unknown = Reflect.get(Object(rows[0]), "secret");
    expect(Buffer.isBuffer(stored) && stored.includes(raw)).toBe(false);
    const listed = await listWebhooks(who, WebhookQuery.parse({}));
    expect(JSON.stringify(listed)).not.toContain(hook.secret);
    expect(listed.items.map(({ id }) => id)).toEqual([hook.id]);
  });

  it("of others are seen by administrators without more of the address than its origin, and can be disabled", async () => {
    const who = await reviewer();
    const admin = await bench.person({ role: "admin", duties: ["admin"] });
    const hook = await made(who, { url: `${receiver.url}?token=hidden` });
    const seen = (await listWebhooks(admin, WebhookQuery.parse({}))).items.find(({ id }) => id === hook.id);
    expect(seen).toMatchObject({ url: new URL(receiver.url).origin, is_own: false });
    expect(await outcomeOf(listDeliveries(admin, hook.id, DeliveryQuery.parse({})))).toBe(
      "webhook.not-found",
    );
    expect(await outcomeOf(rotateSecret(admin, hook.id))).toBe("webhook.not-found");
    expect(await outcomeOf(disableWebhook(bench.approver, hook.id))).toBe("webhook.not-found");
    await bench.file();
    while ((await sendNotifications({ ...bench.cx, hasMail: false })) > 0);
    await disableWebhook(admin, hook.id);
    expect(await outcomeOf(disableWebhook(who, hook.id))).toBe("webhook.disabled");
    await deliver();
    expect(receiver.calls).toEqual([]);
    expect(await deliveriesOf(who, hook.id)).toMatchObject([{ status: "withheld" }]);
  });

  it("leave an entry of each act", async () => {
    const who = await reviewer();
    const hook = await made(who);
    await rotateSecret(who, hook.id);
    await bench.file();
    await deliver();
    const [sent] = await deliveriesOf(who, hook.id);
    await replayDelivery(who, hook.id, sent?.id ?? "");
    await disableWebhook(who, hook.id);
    const { rows } = await bench.query("SELECT action FROM audit_index WHERE actor = $1 ORDER BY at", [
      who.principal.pseudonym,
    ]);
    expect(rows.map((row) => Reflect.get(Object(row), "action"))).toEqual([
      "webhook.create",
      "webhook.rotate",
      "webhook.replay",
      "webhook.disable",
    ]);
  });

  it.each([
    ["http://hooks.example/", "https"],
    ["https://10.1.2.3/", "no webhook"],
    ["https://0x7f.1/", ""],
    ["https://[::ffff:169.254.169.254]/latest/meta-data", "no webhook"],
    ["https://user:password@hooks.example/", "password"],
    ["https://hooks.example/#part", "fragment"],
    ["ftp://hooks.example/", "https"],
    ["hooks.example", "URL"],
  ])("are not made for %s", async (url, words) => {
    const outside = { ...bench.legal, instance: { ...bench.cx.instance, evaluation: false } };
    const refusal = await refusalOf(createWebhook(outside, NewWebhook.parse({ name: "n", url })));
    expect(refusal.code).toBe("request.invalid");
    expect(refusal.errors[0]).toMatchObject({ pointer: "/url", detail: expect.stringContaining(words) });
  });

  it("outside an evaluation do not lead to this machine, neither when made nor when called", async () => {
    const who = await reviewer();
    const outside = { ...bench.cx.instance, evaluation: false };
    for (const url of [receiver.url, receiver.url.replace("http:", "https:"), "https://localhost/"])
      expect(await outcomeOf(made({ ...who, instance: outside }, { url }))).toBe("request.invalid");
    const hook = await made(who);
    await bench.file();
    await deliver({ instance: outside });
    expect(receiver.calls).toEqual([]);
    expect(await deliveriesOf(who, hook.id)).toMatchObject([
      { status: "waiting", attempts: [{ outcome: "address", http_status: null }] },
    ]);
  });

  it("follow no redirect and read no more than a bounded part of an answer", async () => {
    const who = await reviewer();
    const hook = await made(who);
    receiver.answers.push({ status: 307, headers: { location: `${receiver.url}/elsewhere` } });
    await bench.file();
    await deliver();
    expect(receiver.calls).toHaveLength(1);
    receiver.answers.push({ status: 200, body: "x".repeat(5_000_000) });
    await deliver({ clock: fixedClock(new Date(Date.now() + HOUR_MS)) });
    expect(await deliveriesOf(who, hook.id)).toMatchObject([
      {
        status: "delivered",
        attempts: [
          { outcome: "redirect", http_status: 307 },
          { outcome: "delivered", http_status: 200 },
        ],
      },
    ]);
    const { rows } = await bench.query("SELECT * FROM notify_attempt", []);
    expect(JSON.stringify(rows)).not.toContain("xxx");
  });

  it("of one person are at most ten, however many calls run at once", async () => {
    const who = await reviewer();
    const outcomes = await Promise.all(Array.from({ length: 14 }, () => outcomeOf(made(who))));
    expect(outcomes.filter((outcome) => outcome === "done")).toHaveLength(10);
    expect(new Set(outcomes)).toEqual(new Set(["done", "webhook.too-many"]));
  });

  it("delete what was sent a month ago, with its attempts, but not what waits", async () => {
    const who = await reviewer();
    const hook = await made(who);
    await bench.file();
    await deliver();
    const later = fixedClock(new Date(Date.now() + 31 * 24 * HOUR_MS));
    await deleteOldNotifications({
      ...bench.cx,
      clock: fixedClock(new Date(Date.now() + 29 * 24 * HOUR_MS)),
    });
    expect(await deliveriesOf(who, hook.id)).toHaveLength(1);
    await deleteOldNotifications({ ...bench.cx, clock: later });
    expect(await deliveriesOf(who, hook.id)).toEqual([]);
    const { rows } = await bench.query(
      "SELECT 1 FROM notify_attempt a WHERE NOT EXISTS (SELECT 1 FROM notify_delivery d WHERE d.id = a.delivery_id)",
      [],
    );
    expect(rows).toEqual([]);
  });
});
