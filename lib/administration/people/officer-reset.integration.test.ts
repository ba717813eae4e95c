import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { agreeToAgreement, refuseAgreement } from "@/lib/administration/agreements/decide-agreement";
import { getAgreement } from "@/lib/administration/agreements/list-agreements";
import { createNewOrganisation } from "@/lib/administration/organisations/organisations";
import { askReset } from "@/lib/administration/people/ask-changes";
import { getPersonDetail } from "@/lib/administration/people/list-people";
import type { CallBack } from "@/lib/administration/people/schema";
import { openMailer } from "@/lib/notify/mail/mailer";
import {
  type AdministrationBench,
  createAdministrationBench,
} from "@/lib/testing/benches/administration-bench";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import { MAIL_LOGIN, openMailServer } from "@/lib/testing/servers/mail-server";

const HOUR = 3_600_000;
const NUMBER = "+49 30 222222";
const CALL: CallBack = {
  contacts: ["ruth@office.example", "omar@office.example"],
  number: NUMBER,
  note: "Ruth Adler and Omar Reyes confirmed it on 29 Nov 2026, 10:00",
};

let bench: AdministrationBench;
let agency: string;
beforeAll(async () => {
  bench = await createAdministrationBench();
  // The number was put on record by an administrator who does not call it.
  const setter = await bench.person({ role: "admin" });
  const asked = await createNewOrganisation(setter, {
    ...{ kind: "agency", name: "Market Office", legal_name: "Office for Markets", zone: "Europe/Berlin" },
    ...{ email_domains: ["office.example"], contacts: [{ number: NUMBER, source: "its own site" }] },
    people: [
      { name: "Ruth Adler", email: "ruth@office.example" },
      { name: "Omar Reyes", email: "omar@office.example" },
    ],
    reason: "supervises the market",
  });
  await agreeToAgreement(bench.greta, asked.agreement?.id ?? "", {});
  agency = asked.id;
  expect(await outcomeOf(askReset(setter, await officer(), { reason: "phone lost", call: CALL }))).toBe(
    "person.officer",
  );
});
afterAll(() => bench?.close());

async function officer(email?: string): Promise<string> {
  const options = { role: "regulator" as const, organisationId: agency, ...(email ? { email } : {}) };
  return (await bench.person(options)).principal.userId;
}

describe("a reset of an agency officer's sign-in", () => {
  it("names a call to both contacts and waits 24 hours for the second administrator", async () => {
    const userId = await officer();
    expect(await getPersonDetail(bench.greta, userId)).toMatchObject({
      agency: { contacts: [{ name: "Ruth Adler" }, { name: "Omar Reyes" }], numbers: [NUMBER] },
    });
    const asked = await askReset(bench.greta, userId, { reason: "phone lost", call: CALL });
    expect(asked.after).toMatchObject({ confirmed_by: CALL.contacts, called_number: NUMBER });
    const from = new Date(bench.clock.nowMs() + 24 * HOUR).toISOString();
    expect(await getAgreement(bench.nils, asked.id)).toMatchObject({ may_agree: false, agree_from: from });
    expect(await outcomeOf(agreeToAgreement(bench.nils, asked.id, {}))).toBe("agreement.hold");
    expect((await getPersonDetail(bench.greta, userId)).factors).not.toEqual([]);
    bench.clock.advance(24 * HOUR);
    expect(await getAgreement(bench.nils, asked.id)).toMatchObject({ may_agree: true, agree_from: null });
    expect(await agreeToAgreement(bench.nils, asked.id, {})).toMatchObject({ state: "agreed" });
    expect((await getPersonDetail(bench.greta, userId)).factors).toEqual([]);
  });

  it("is mailed to the officer and both contacts, and the answer leaves out an address that refused the mail", async () => {
    const email = "odo@office.example";
    const userId = await officer(email);
    const server = await openMailServer();
    const url = `smtp://${MAIL_LOGIN}@localhost:${server.port}`;
    const { authority } = server;
    const mailer = openMailer({ url, from: "portal@sealport.example", evaluation: false, authority });
    try {
      const asked = await askReset({ ...bench.greta, mailer }, userId, { reason: "phone lost", call: CALL });
      expect(asked.told).toEqual([email, ...CALL.contacts]);
      expect(server.taken.flatMap(({ to }) => to).sort()).toEqual([email, ...CALL.contacts].sort());
      const [{ text = "" } = {}] = server.taken;
      expect(text).toContain(bench.runtime.site.origin);
      expect(text).not.toMatch(/phone lost|invitation#/);
      await refuseAgreement(bench.nils, asked.id, { reason: "the officer objects" });
      server.refusals.push(550);
      const again = await askReset({ ...bench.greta, mailer }, userId, { reason: "phone lost", call: CALL });
      expect(again.told).toHaveLength(2);
      await refuseAgreement(bench.nils, again.id, { reason: "the officer objects" });
    } finally {
      mailer.close();
      await server.close();
    }
    expect((await askReset(bench.greta, userId, { reason: "phone lost", call: CALL })).told).toEqual([]);
  });

  it("can be refused while it waits", async () => {
    const asked = await askReset(bench.greta, await officer(), { reason: "phone lost", call: CALL });
    expect(await refuseAgreement(bench.nils, asked.id, { reason: "the officer objects" })).toMatchObject({
      state: "refused",
    });
  });

  it("is refused without the call, with one contact, with the officer as contact, and with a number that the agency does not have", async () => {
    const userId = await officer();
    const ask = (call?: Partial<CallBack>, who = userId) =>
      outcomeOf(
        askReset(bench.greta, who, {
          reason: "phone lost",
          ...(call === undefined ? {} : { call: { ...CALL, ...call } }),
        }),
      );
    expect(await ask()).toBe("person.officer");
    expect(await ask({ contacts: ["ruth@office.example", "Ruth@office.example"] })).toBe("person.officer");
    expect(await ask({ contacts: ["ruth@office.example", "eve@office.example"] })).toBe("person.officer");
    expect(await ask({ number: "+49 30 999999" })).toBe("person.officer");
    expect(await ask({}, await officer("ruth@office.example"))).toBe("person.officer");
    const { principal } = await bench.person({ role: "coordinator", duties: ["legal"] });
    expect(await ask({}, principal.userId)).toBe("person.officer");
  });
});
