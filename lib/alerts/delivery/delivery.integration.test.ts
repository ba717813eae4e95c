import { Webhook as Verifier } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { acknowledgeAlert, resolveAlert } from "@/lib/alerts/act-on-alert";
import { addAddress, listAddresses, removeAddress, testAddress } from "@/lib/alerts/delivery/addresses";
import { escalate, type SendContext, sendAlerts } from "@/lib/alerts/delivery/deliver";
import { AddressQuery, NewAddress } from "@/lib/alerts/delivery/schema";
import { listAlerts } from "@/lib/alerts/list-alerts";
import { observe } from "@/lib/alerts/observe";
import { setThreshold } from "@/lib/alerts/rules/set-threshold";
import { AlertQuery } from "@/lib/alerts/schema";
import { fixedClock } from "@/lib/clock";
import type { Context } from "@/lib/context/context";
import { listNotifications } from "@/lib/notify/list-notifications";
import { type Mailer, openMailer } from "@/lib/notify/mail/mailer";
import { sendNotifications } from "@/lib/notify/send-notifications";
import { openLimits } from "@/lib/rate-limit/limits";
import { createLogger } from "@/lib/telemetry/logger";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { MAIL_LOGIN, type MailServer, openMailServer } from "@/lib/testing/servers/mail-server";
import { openWebhookReceiver, type WebhookReceiver } from "@/lib/testing/servers/webhook-receiver";

const ORIGIN = "https://portal.example";
const MAILBOX = "ops@test.example";
const MINUTE_MS = 60_000;

let bench: UseCaseBench;
let admin: Context;
let receiver: WebhookReceiver;
let server: MailServer;
let mailer: Mailer;
beforeAll(async () => {
  bench = await createUseCaseBench();
  admin = await bench.person({ role: "admin", duties: ["admin"], organisation: "operator" });
  receiver = await openWebhookReceiver();
  server = await openMailServer();
  const url = `smtp://${MAIL_LOGIN}@localhost:${server.port}`;
  mailer = openMailer({
    url,
    from: "portal@sealport.example",
    evaluation: false,
    authority: server.authority,
  });
});
afterAll(async () => {
  mailer?.close();
  await server?.close();
  await receiver?.close();
  await bench?.close();
});

/** Ends the addresses and alerts of the previous test. */
beforeEach(async () => {
  for (const { id } of (await listAlerts(admin, AlertQuery.parse({}))).items)
    await resolveAlert(admin, id, { reason: "Over" });
  for (const { id, state } of await addresses()) if (state === "active") await removeAddress(admin, id);
  while ((await sendAlerts(sender())) > 0);
  receiver.calls.length = 0;
  receiver.answers.length = 0;
  server.taken.length = 0;
});

const later = (ms: number) => fixedClock(new Date(Date.now() + ms));
const sender = (more: Partial<SendContext> = {}): SendContext => ({
  ...bench.cx,
  keystore: bench.keystore,
  logger: createLogger("test", "silent"),
  mailer,
  origin: ORIGIN,
  ...more,
});
const send = async (more: Partial<SendContext> = {}) => {
  while ((await sendAlerts(sender(more))) > 0);
};
async function addresses() {
  return (await listAddresses(admin, AddressQuery.parse({ limit: "500" }), true)).items;
}
const messagesOf = async (id: string) => (await addresses()).find((one) => one.id === id)?.deliveries ?? [];
const hook = (more: object = {}) =>
  addAddress(admin, NewAddress.parse({ channel: "webhook", address: receiver.url, ...more }));
const mailbox = (more: object = {}) =>
  addAddress(admin, NewAddress.parse({ channel: "mail", address: MAILBOX, ...more }));

let number = 0;
/** Opens an alert with a subject of its own and returns it. */
async function opened(name = "envelope.replaced") {
  number += 1;
  const subject = `transaction:secret-${number}`;
  await observe({ ...bench.cx, system: "portal" }, [
    { name, subject, at: new Date(), count: 1, entries: [] },
  ]);
  const { items } = await listAlerts(admin, AlertQuery.parse({}));
  const alert = items.find((one) => one.subject === subject);
  if (alert === undefined) throw new Error("no alert");
  return alert;
}
const typesOf = () => receiver.calls.map(({ body }) => JSON.parse(body).type);
const subjects = () => server.taken.map(({ text }) => /^Subject: (.*?)\r?$/m.exec(text)?.[1]);
const headersOf = (call: WebhookReceiver["calls"][number] | undefined) => ({
  "webhook-id": String(call?.headers["webhook-id"]),
  "webhook-timestamp": String(call?.headers["webhook-timestamp"]),
  "webhook-signature": String(call?.headers["webhook-signature"]),
});

describe("an alert's message", () => {
  it("is posted once, without its subject, with a signature that Standard Webhooks' own library accepts", async () => {
    const { id: address, secret } = await hook();
    const alert = await opened();
    await send();
    await send();
    expect(receiver.calls).toHaveLength(1);
    const [call] = receiver.calls;
    expect(new Verifier(secret ?? "").verify(call?.body ?? "", headersOf(call))).toEqual({
      type: "alert.opened",
      timestamp: expect.any(String),
      data: {
        id: alert.id,
        name: "envelope.replaced",
        severity: "critical",
        opened_at: alert.opened_at,
        count: 1,
        runbook: "envelope-replaced",
        url: `${ORIGIN}/operations/alerts/${alert.id}`,
      },
    });
    expect(call?.body).not.toContain("secret-");
    expect(await messagesOf(address)).toMatchObject([
      {
        reason: "opened",
        alert_id: alert.id,
        status: "delivered",
        attempts: 1,
        http_status: 204,
        next_at: null,
      },
    ]);
  });

  it("is mailed over TLS to the mailbox, without its subject", async () => {
    await mailbox();
    const alert = await opened();
    await send();
    expect(server.taken).toHaveLength(1);
    const [letter] = server.taken;
    expect(letter).toMatchObject({ isTls: true, to: [MAILBOX] });
    expect(letter?.text).toMatch(/^Subject: Sealport: alert opened: envelope\.replaced \(critical\)\r?$/m);
    // Quoted-printable breaks a long line with an equals sign.
    const text = letter?.text.replace(/=\r?\n/g, "");
    expect(text).toContain(`${ORIGIN}/operations/alerts/${alert.id}`);
    expect(letter?.text).not.toContain("secret-");
  });

  it("is retried after a failure with the same webhook-id, and the page shows why it failed", async () => {
    const { id: address } = await hook();
    await opened();
    receiver.answers.push({ status: 503 });
    await send();
    expect(await messagesOf(address)).toMatchObject([
      { status: "waiting", attempts: 1, outcome: "answer", http_status: 503, next_at: expect.any(String) },
    ]);
    await send();
    expect(receiver.calls).toHaveLength(1);
    await send({ clock: later(2 * MINUTE_MS) });
    expect(receiver.calls).toHaveLength(2);
    expect(headersOf(receiver.calls[0])["webhook-id"]).toBe(headersOf(receiver.calls[1])["webhook-id"]);
    expect(await messagesOf(address)).toMatchObject([{ status: "delivered", attempts: 2 }]);
  });

  it("fails at once without a mail server, with this reason", async () => {
    const { id: address } = await mailbox();
    await opened();
    await send({ mailer: undefined });
    expect(await messagesOf(address)).toMatchObject([{ status: "failed", outcome: "not_set_up" }]);
  });

  it("is sent only to addresses that accept its severity", async () => {
    await hook({ least: "critical" });
    await opened("export.job");
    await send();
    expect(receiver.calls).toEqual([]);
    await opened();
    await send();
    expect(typesOf()).toEqual(["alert.opened"]);
  });

  it("is sent again if no one acknowledges the alert in time, and not a moment earlier", async () => {
    await hook();
    await opened();
    await send();
    await escalate(sender({ clock: later(15 * MINUTE_MS - 5_000) }));
    await send();
    expect(typesOf()).toEqual(["alert.opened"]);
    for (let i = 0; i < 2; i += 1) await escalate(sender({ clock: later(15 * MINUTE_MS + 1_000) }));
    await send({ clock: later(16 * MINUTE_MS) });
    expect(typesOf()).toEqual(["alert.opened", "alert.escalated"]);
  });

  it("is not escalated if a person acknowledged the alert, and reports its end once", async () => {
    await hook();
    const { id } = await opened();
    await acknowledgeAlert(admin, id, { note: "On it" });
    await escalate(sender({ clock: later(60 * MINUTE_MS) }));
    await resolveAlert(admin, id, { reason: "Restored from the backup" });
    await send({ clock: later(61 * MINUTE_MS) });
    expect(typesOf()).toEqual(["alert.opened", "alert.resolved"]);
  });

  it("is sent by one of several portals at a time", async () => {
    await hook();
    for (let i = 0; i < 5; i += 1) await opened();
    await Promise.all(Array.from({ length: 4 }, () => sendAlerts(sender())));
    expect(receiver.calls).toHaveLength(5);
    expect(new Set(receiver.calls.map((call) => call.headers["webhook-id"])).size).toBe(5);
  });
});

describe("an address for alerts", () => {
  it("is tested with a separate message, and one test runs at a time", async () => {
    const { id } = await hook();
    await testAddress(admin, id);
    expect(await outcomeOf(testAddress(admin, id))).toBe("alert-address.testing");
    await send();
    expect(typesOf()).toEqual(["alert.test"]);
    expect(await messagesOf(id)).toMatchObject([{ reason: "test", alert_id: null, status: "delivered" }]);
    expect(await outcomeOf(testAddress(admin, id))).toBe("done");
  });

  it("shares forty test messages a day with the others, and a test that is not sent uses none", async () => {
    const limits = openLimits({ pool: bench.cx.db.pool, secret: new Uint8Array(32) }, {});
    const person: Context = { ...admin, limits };
    const [one, other] = [(await hook()).id, (await mailbox()).id];
    await limits.take("alert_test", admin.instance.tenantId, 38);
    expect(await outcomeOf(testAddress(person, one))).toBe("done");
    expect(await outcomeOf(testAddress(person, one))).toBe("alert-address.testing");
    expect(await outcomeOf(testAddress(person, other))).toBe("done");
    await send();
    await expect(testAddress(person, one)).rejects.toMatchObject({
      code: "alert-address.tests",
      detail: "At most 40 test messages can be sent in 24 hours. Try again later.",
      retryAfterSeconds: expect.any(Number),
    });
    await send();
    expect(typesOf()).toEqual(["alert.test"]);
  });

  it("gets one last message after its removal, and no other, not even a waiting one", async () => {
    const { id } = await hook();
    await opened();
    await removeAddress(admin, id);
    await opened();
    await send();
    expect(typesOf()).toEqual(["alert.removed"]);
    expect(await messagesOf(id)).toMatchObject([
      { reason: "removed", status: "delivered" },
      { reason: "opened", status: "withheld", outcome: "disabled" },
    ]);
    expect(await outcomeOf(removeAddress(admin, id))).toBe("alert-address.removed");
    expect(await outcomeOf(testAddress(admin, "019af000-0000-7000-8000-0000000000aa"))).toBe(
      "alert-address.not-found",
    );
  });

  it("notifies its mailbox, other administrators and compliance when one person removes it", async () => {
    const other = await bench.person({ role: "admin", duties: ["admin"] });
    const compliance = await bench.person({ role: "coordinator", duties: ["compliance"] });
    const approver = await bench.person({ role: "coordinator", duties: ["approve"] });
    const { id } = await mailbox();
    await removeAddress(admin, id);
    await send();
    expect(subjects()).toEqual(["Sealport: alert address removed"]);
    await setThreshold(admin, "denials", { value: 10_000 });
    while ((await sendNotifications({ ...bench.cx, hasMail: false })) > 0);
    const told = async (who: Context) =>
      (await listNotifications(who, { view: "all", limit: 500 })).items
        .filter(({ subject }) => subject === id || subject === "denials")
        .map(({ kind, state, reference }) => [kind, state, reference]);
    const news = [
      ["alert_threshold", "changed", null],
      ["alert_address", "removed", MAILBOX],
      ["alert_address", "added", MAILBOX],
    ];
    expect(await told(other)).toEqual(news);
    expect(await told(compliance)).toEqual(news);
    for (const who of [admin, approver]) expect(await told(who)).toEqual([]);
  });

  it("gets one message about changed figures, whatever severity it takes, while that message waits", async () => {
    await mailbox({ least: "critical" });
    await hook();
    await setThreshold(admin, "grant_cap_percent", { value: 80 });
    await setThreshold(admin, "grant_cap_percent", { value: 90 });
    await setThreshold(admin, "self_approvals", { value: 100 });
    await send();
    expect(subjects()).toEqual(["Sealport: alert threshold changed"]);
    expect(typesOf()).toEqual(["alert.threshold"]);
    await setThreshold(admin, "self_approvals", { value: 1 });
    await send();
    expect(typesOf()).toEqual(["alert.threshold", "alert.threshold"]);
  });

  it("is shown by its origin only if it is a webhook, and its secret is never shown again", async () => {
    const { id, secret } = await hook({ address: `${receiver.url}/token-4711` });
    expect(secret).toMatch(/^whsec_/);
    const shown = (await addresses()).find((one) => one.id === id);
    expect(shown?.address).toBe(new URL(receiver.url).origin);
    expect(JSON.stringify(shown)).not.toMatch(/4711|whsec_/);
  });

  it.each([
    ["mail", "Ops <ops@test.example>"],
    ["mail", "ops@test.example, other@test.example"],
    ["mail", "ops@test.example\r\nBcc: x@test.example"],
    ["webhook", "http://portal.example/hook"],
    ["webhook", "https://10.0.0.1/hook"],
    ["webhook", "https://user:pass@portal.example/"],
    ["webhook", "ops@test.example"],
  ])("is refused for the channel %s if messages may not be sent there: %j", async (channel, address) => {
    expect(await outcomeOf(addAddress(admin, NewAddress.parse({ channel, address })))).toBe(
      "request.invalid",
    );
  });

  it("can be added only up to a limit, and no more often within a day than another, removed ones included", async () => {
    const tomorrow: Context = { ...admin, clock: later(2 * 1_440 * MINUTE_MS) };
    const add = (i: number) =>
      outcomeOf(addAddress(tomorrow, NewAddress.parse({ channel: "mail", address: `ops${i}@test.example` })));
    const outcomes: string[] = [];
    for (let i = 0; i < 21; i += 1) outcomes.push(await add(i));
    expect(outcomes.filter((one) => one === "done")).toHaveLength(20);
    expect(outcomes.at(-1)).toBe("alert-address.too-many");
    for (let i = 0; i < 21; i += 1) {
      const active = (await addresses()).find(({ state }) => state === "active");
      await removeAddress(tomorrow, active?.id ?? "none");
      outcomes.push(await add(i));
    }
    expect(outcomes.filter((one) => one === "done")).toHaveLength(40);
    expect(outcomes.at(-1)).toBe("alert-address.too-many");
  });
});
