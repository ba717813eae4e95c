import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { fixedClock } from "@/lib/clock";
import { type DeliverContext, deliverDue } from "@/lib/notify/deliveries/deliver";
import { beginFollow } from "@/lib/notify/follows/follows";
import { type Mail, type Mailer, mailerOf, openMailer } from "@/lib/notify/mail/mailer";
import { changeMailSettings, getMailSettings } from "@/lib/notify/mail/settings";
import { sendNotifications } from "@/lib/notify/send-notifications";
import { createLogger } from "@/lib/telemetry/logger";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { MAIL_LOGIN, type MailServer, openMailServer } from "@/lib/testing/servers/mail-server";
import { setStatus } from "@/lib/transactions/status/set-status";

const FROM = "portal@sealport.example";
const ORIGIN = "https://portal.example";

let bench: AccessBench;
let server: MailServer;
let bare: MailServer;
let mailer: Mailer;
beforeAll(async () => {
  bench = await createAccessBench();
  server = await openMailServer();
  bare = await openMailServer({ isBare: true });
  mailer = mailerTo(server);
});
afterAll(async () => {
  mailer?.close();
  await server?.close();
  await bare?.close();
  await bench?.close();
});

function mailerTo({ port, authority }: MailServer, more: object = {}): Mailer {
  const url = `smtp://${MAIL_LOGIN}@localhost:${port}`;
  return openMailer({ url, from: FROM, evaluation: false, authority, ...more });
}

function sender(more: Partial<DeliverContext> = {}): DeliverContext {
  const { cx, keystore } = bench;
  return { ...cx, keystore, logger: createLogger("test", "silent"), mailer, origin: ORIGIN, ...more };
}

async function deliver(more: Partial<DeliverContext> = {}): Promise<void> {
  while ((await sendNotifications({ ...bench.cx, hasMail: true })) > 0);
  while ((await deliverDue(sender(more))) > 0);
}
beforeEach(async () => {
  await deliver();
  server.taken.length = 0;
  bare.taken.length = 0;
});

const addressOf = ({ principal }: BenchPerson) => `${principal.handle}@test.example`;
const takenBy = (who: BenchPerson) => server.taken.filter(({ to }) => to.includes(addressOf(who)));
const reviewer = () => bench.person({ role: "coordinator", duties: ["legal"], hasKey: false });

const LETTER: Mail = { id: "01", to: "a@test.example", subject: "Sealport: a grant", text: "Read more." };

describe("e-mail", () => {
  it("names kind and reference in both languages, over TLS, without the content of a request", async () => {
    const who = await reviewer();
    await bench.file({ order: { sealed: { basis: "StPO 101", until: "2040-01-01" } } });
    await deliver();
    const letters = takenBy(who);
    expect(letters).toHaveLength(1);
    const [letter] = letters;
    expect(letter).toMatchObject({ isTls: true, user: "portal", to: [addressOf(who)] });
    expect(letter?.text).toMatch(/^Subject: Sealport: An access request changed: AR-\d{4}-\d{8}\r?$/m);
    expect(letter?.text).toContain(`${ORIGIN}/notifications`);
    expect(letter?.text).toContain("Ein Antrag hat sich ge");
    expect(letter?.text).toMatch(/^Auto-Submitted: auto-generated\r?$/m);
    expect(letter?.text).not.toMatch(/Examination|Landgericht|18 O 1|StPO|stage_1|regulator-/);
  });

  it("is sent only to people who may know of the thing and have not switched it off", async () => {
    const who = await reviewer();
    const others = [bench.auditor, bench.client, bench.support];
    await changeMailSettings(who, { mail_kinds: ["grant"] }, true);
    expect(await getMailSettings(who, true)).toEqual({
      mail_kinds: ["grant"],
      has_mail: true,
      address: addressOf(who),
    });
    await bench.file();
    await deliver();
    for (const one of [who, ...others]) expect(takenBy(one)).toEqual([]);
    await changeMailSettings(who, { mail_kinds: ["request", "request"] }, true);
    await bench.file();
    await deliver();
    expect(takenBy(who)).toHaveLength(1);
  });

  it("about a transaction that a person follows is sent if they chose it, and has no job", async () => {
    const [who, other] = [await reviewer(), await reviewer()];
    const [subject] = bench.transactions;
    for (const one of [who, other]) await beginFollow(one, { kind: "transaction", subject });
    await changeMailSettings(who, { mail_kinds: ["followed"] }, true);
    await setStatus(bench.client, subject, { status: "processing" });
    await deliver();
    expect([takenBy(who).length, takenBy(other).length]).toEqual([1, 0]);
    expect(takenBy(who)[0]?.text).toMatch(/^Subject: Sealport: A transaction that you follow changed\r?$/m);
  });

  it("is sent again a minute after a temporary refusal, and given up after a permanent one", async () => {
    const who = await reviewer();
    await changeMailSettings(bench.legal, { mail_kinds: [] }, true);
    await bench.file();
    while ((await sendNotifications({ ...bench.cx, hasMail: true })) > 0);
    await bench.query("DELETE FROM notify_delivery WHERE user_id <> $1 AND status = 'waiting'", [
      who.principal.userId,
    ]);
    server.refusals.push(451);
    await deliver();
    expect(takenBy(who)).toEqual([]);
    server.refusals.push(550);
    await deliver({ clock: fixedClock(new Date(Date.now() + 120_000)) });
    await deliver({ clock: fixedClock(new Date(Date.now() + 86_400_000)) });
    expect(takenBy(who)).toEqual([]);
    const { rows } = await bench.query(
      `SELECT a.outcome, d.status FROM notify_attempt a JOIN notify_delivery d ON d.id = a.delivery_id
       WHERE d.user_id = $1 ORDER BY a.number`,
      [who.principal.userId],
    );
    expect(rows).toEqual([
      { outcome: "answer", status: "failed" },
      { outcome: "refused", status: "failed" },
    ]);
  });

  it("is not sent unencrypted: a server without STARTTLS or with an untrusted certificate gets none", async () => {
    expect(await mailerTo(bare).send(LETTER)).toBe("tls");
    expect(
      await openMailer({
        url: `smtp://${MAIL_LOGIN}@localhost:${server.port}`,
        from: FROM,
        evaluation: false,
      }).send(LETTER),
    ).toBe("tls");
    expect([bare.taken, server.taken]).toEqual([[], []]);
  });

  it("may go unencrypted to a server on this machine, in an evaluation only", async () => {
    const url = `smtp://localhost:${bare.port}`;
    expect(await openMailer({ url, from: FROM, evaluation: false }).send(LETTER)).toBe("tls");
    expect(await openMailer({ url, from: FROM, evaluation: true }).send(LETTER)).toBe("delivered");
    expect(bare.taken).toMatchObject([{ isTls: false, to: [LETTER.to] }]);
  });

  it("is not sent with a wrong password or to a port without a listener", async () => {
    const url = `smtp://portal:wrong@localhost:${server.port}`;
    expect(await mailerTo(server, { url }).send(LETTER)).toBe("answer");
    expect(await mailerTo(server, { url: "smtp://localhost:1" }).send(LETTER)).toBe("unreachable");
  });

  it.each([
    ["a@test.example\r\nBcc: b@test.example", LETTER.subject],
    ["a@test.example, b@test.example", LETTER.subject],
    ["A <a@test.example>", LETTER.subject],
    [LETTER.to, "Sealport\r\nBcc: b@test.example"],
  ])("with %j and %j, which could begin a header or name others, is refused", async (to, subject) => {
    expect(await mailer.send({ ...LETTER, to, subject })).toBe("refused");
    expect(server.taken).toEqual([]);
  });

  it("needs both variables or neither", () => {
    const env = { SEALPORT_EVALUATION: false };
    expect(mailerOf(env)).toBeUndefined();
    expect(() => mailerOf({ ...env, SMTP_URL: "smtps://mail.example" })).toThrow("SMTP_FROM");
    expect(() => mailerOf({ ...env, SMTP_FROM: FROM })).toThrow("SMTP_URL");
    const twoLines = {
      ...env,
      SMTP_URL: "smtps://mail.example",
      SMTP_FROM: `${FROM}\r\nBcc: b@test.example`,
    };
    expect(() => mailerOf(twoLines)).toThrow("plain address");
  });
});
