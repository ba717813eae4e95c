import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { agreeToAgreement } from "@/lib/administration/agreements/decide-agreement";
import {
  createNewParticipant,
  listParticipants,
  nextParticipantNumbers,
} from "@/lib/administration/participants/participants";
import {
  askDuties,
  askMemberships,
  askReset,
  askResume,
  resendLink,
} from "@/lib/administration/people/ask-changes";
import {
  endLeaving,
  leavePerson,
  renamePerson,
  signOutPerson,
  suspendPerson,
  withdrawInvitation,
} from "@/lib/administration/people/end-person";
import { invitePerson } from "@/lib/administration/people/invite-person";
import { getPersonDetail, listPeople } from "@/lib/administration/people/list-people";
import { type NewPerson, PeopleQuery } from "@/lib/administration/people/schema";
import { uuidv7 } from "@/lib/crypto/uuid";
import { createApiKey } from "@/lib/identity/api-keys/create-api-key";
import { authenticate } from "@/lib/identity/authenticate";
import {
  type AdministrationBench,
  createAdministrationBench,
  DOMAIN,
} from "@/lib/testing/benches/administration-bench";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";

const HOUR = 3_600_000;
let bench: AdministrationBench;
beforeAll(async () => {
  bench = await createAdministrationBench();
});
afterAll(() => bench?.close());

let made = 0;
const body = (more: Partial<NewPerson> = {}): NewPerson => {
  made += 1;
  return {
    ...{ name: "Ruben Okafor", email: `ruben-${made}@${DOMAIN}`, organisation_id: bench.operator },
    ...{ role: "coordinator", duties: ["legal"], reason: "joins the team", ...more },
  };
};
const invite = (more: Partial<NewPerson> = {}) => invitePerson(bench.greta, body(more));
const list = (query: Record<string, unknown> = {}) =>
  listPeople(bench.greta, PeopleQuery.parse({ limit: "500", ...query }));
const stateOf = async (id: string) => (await getPersonDetail(bench.greta, id)).state;
const coordinator = () => bench.person({ role: "coordinator", duties: ["legal"] });
/** Has the second administrator agree to what the first one asked. */
const agreed = async (asked: Promise<{ readonly id: string }>) =>
  agreeToAgreement(bench.nils, (await asked).id, {});

describe("an invitation", () => {
  it("of a person with a duty makes account and link when a second administrator has agreed", async () => {
    const asked = await invite({ name: "Élif Kaya" });
    expect(asked.state).toBe("asked");
    expect(await outcomeOf(getPersonDetail(bench.greta, asked.user_id))).toBe("person.not-found");
    const answer = await agreeToAgreement(bench.nils, asked.agreement?.id ?? "", {});
    expect(answer.invitation).toMatchObject({
      link: expect.stringContaining("/invitation#"),
      sent_to: null,
    });
    expect(await getPersonDetail(bench.greta, asked.user_id)).toMatchObject({
      ...{ state: "invited", signs_in_with: "none", handle: "coordinator-elif-kaya" },
      duties_given: [{ duty: "legal", by: bench.nils.principal.name }],
    });
  });

  it("of a client goes out at once, for a participant of that organisation and role", async () => {
    const id = `client-${Date.now()}`;
    await createNewParticipant(bench.greta, {
      ...{ id, organisation_id: bench.company, role: "client", kind: "legal" },
    });
    const client = { role: "client" as const, duties: [], organisation_id: bench.company };
    expect(await refusalOf(invite(client))).toMatchObject({ errors: [{ pointer: "/participant_id" }] });
    expect(await outcomeOf(invite({ ...client, role: "miner", participant_id: id }))).toBe("request.invalid");
    expect(await invite({ ...client, participant_id: id })).toMatchObject({
      state: "invited",
      agreement: null,
    });
    // One administrator cannot put a second person there, who would read what comes later.
    expect(await invite({ ...client, participant_id: id })).toMatchObject({
      state: "asked",
      invitation: null,
    });
  });

  it("is for a participant whose id the page offers as the next free number of its role", async () => {
    const made = { organisation_id: bench.company, kind: "legal" } as const;
    const { client, miner } = await nextParticipantNumbers(bench.greta);
    for (const id of [`client-${client + 6}`, "client-9x", "client-", "client-99999999999"])
      await createNewParticipant(bench.greta, { ...made, id, role: "client" });
    await createNewParticipant(bench.greta, { ...made, id: `provider-${miner}`, role: "miner" });
    expect(await nextParticipantNumbers(bench.greta)).toEqual({ client: client + 7, miner: miner + 1 });
  });

  it("needs a reason only where a second administrator has to agree", async () => {
    const id = `client-reason-${Date.now()}`;
    await createNewParticipant(bench.greta, {
      ...{ id, organisation_id: bench.company, role: "client", kind: "legal" },
    });
    const at = async () => (await listParticipants(bench.greta, { view: "all", q: id, limit: 5 })).items;
    expect(await at()).toMatchObject([{ id, needs_agreement: false }]);
    const { reason: _none, ...client } = body({
      ...{ role: "client", duties: [], organisation_id: bench.company, participant_id: id },
    });
    const before = await bench.entries("user.create");
    expect(await invitePerson(bench.greta, client)).toMatchObject({ state: "invited" });
    expect(await bench.entries("user.create")).toBe(before + 1);
    expect(await at()).toMatchObject([{ id, needs_agreement: true }]);
    const second = { ...client, email: `second-${client.email}` };
    expect(await refusalOf(invitePerson(bench.greta, second))).toMatchObject({
      errors: [{ pointer: "/reason" }],
    });
    expect(await invitePerson(bench.greta, { ...second, reason: "A deputy" })).toMatchObject({
      state: "asked",
    });
  });

  it("of two clients at one moment lets one administrator place the first alone", async () => {
    const id = `client-race-${Date.now()}`;
    await createNewParticipant(bench.greta, {
      ...{ id, organisation_id: bench.company, role: "client", kind: "legal" },
    });
    const client = {
      role: "client" as const,
      duties: [],
      organisation_id: bench.company,
      participant_id: id,
    };
    const answers = await Promise.all(Array.from({ length: 4 }, () => invite(client)));
    expect(answers.map(({ state }) => state).sort()).toEqual(["asked", "asked", "asked", "invited"]);
  });

  it("of a client waits for a second administrator once the participant has records: they would be read", async () => {
    const id = `client-records-${Date.now()}`;
    await createNewParticipant(bench.greta, {
      ...{ id, organisation_id: bench.company, role: "client", kind: "legal" },
    });
    await bench.query("ALTER TABLE transaction_participant DISABLE TRIGGER USER");
    await bench.query(
      "INSERT INTO transaction_participant (transaction_id, participant_id, tenant_id, created_at_us) VALUES ($1, $2, $3, 1)",
      [uuidv7(Date.now()), id, bench.runtime.instance.tenantId],
    );
    await bench.query("ALTER TABLE transaction_participant ENABLE TRIGGER USER");
    const client = { role: "client" as const, duties: [], organisation_id: bench.company };
    const asked = await invite({ ...client, participant_id: id });
    expect(asked).toMatchObject({ state: "asked", invitation: null });
    expect(await outcomeOf(getPersonDetail(bench.greta, asked.user_id))).toBe("person.not-found");
    expect(await agreeToAgreement(bench.nils, asked.agreement?.id ?? "", {})).toMatchObject({
      invitation: { link: expect.stringContaining("/invitation#") },
    });
  });

  it("is mailed where there is a mail server, and then the link is shown to no administrator", async () => {
    const sent: { to: string; text: string }[] = [];
    const mailer = {
      host: "mail.example",
      send: async (mail: { to: string; text: string }) => {
        sent.push(mail);
        return "delivered" as const;
      },
    };
    const asked = await invite();
    const answer = await agreeToAgreement({ ...bench.nils, mailer }, asked.agreement?.id ?? "", {});
    const email = asked.agreement?.after.email;
    expect(answer.invitation).toMatchObject({ link: null, sent_to: email });
    expect(sent).toEqual([
      expect.objectContaining({ to: email, text: expect.stringContaining("/invitation#") }),
    ]);
    const away = { host: "mail.example", send: async () => "unreachable" as const };
    const again = await resendLink({ ...bench.greta, mailer: away }, asked.user_id);
    expect(again.invitation).toMatchObject({ link: null, sent_to: null });
  });

  it.each([
    ["the same address in other case", "Ruben-case@Authority.Example", "ruben-CASE@authority.example"],
    ["a plus and its suffix", `ruben-plus@${DOMAIN}`, `ruben-plus+work@${DOMAIN}`],
  ])("for a mailbox that is taken is refused: %s", async (_what, first, second) => {
    await bench.invite({ email: first });
    expect(await outcomeOf(invite({ email: second }))).toBe("person.mailbox");
  });

  it("for a mailbox whose invitation waits is refused, and an address of another alphabet has no form", async () => {
    const { email } = (await invite()).agreement?.after ?? {};
    expect(await outcomeOf(invite({ email: String(email).toUpperCase() }))).toBe("agreement.open");
    const { NewPerson: Schema } = await import("@/lib/administration/people/schema");
    for (const address of ["rubеn@authority.example", "ruben@authоrity.example", "ｒuben@authority.example"])
      expect(Schema.safeParse(body({ email: address })).success, address).toBe(false);
  });

  it("of an agency's officer needs an address of a verified domain of the agency", async () => {
    const officer = { role: "regulator" as const, duties: [], organisation_id: bench.agency };
    expect(await outcomeOf(invite({ ...officer, email: `r@sub.${DOMAIN}` }))).toBe("person.address");
    expect(await outcomeOf(invite({ ...officer, email: "r@mail.example" }))).toBe("person.address");
    expect(await outcomeOf(invite(officer))).toBe("done");
  });

  it.each([
    ["an administrator who also approves", { role: "admin", duties: ["admin", "approve"] }, "person.duties"],
    ["an administrator with legal review", { role: "admin", duties: ["admin", "legal"] }, "person.duties"],
    ["an administrator who releases", { role: "admin", duties: ["admin", "executive"] }, "person.duties"],
    ["administration with emergency access", { duties: ["admin", "break-glass"] }, "person.duties"],
    ["a coordinator without a duty", { duties: [] }, "person.duties"],
    ["a regulator with a duty", { role: "regulator", duties: ["legal"] }, "person.duties"],
    ["a regulator of the operator", { role: "regulator", duties: [] }, "request.invalid"],
    ["legal review with approvals", { duties: ["approve", "legal"] }, "done"],
    ["an administrator with compliance", { role: "admin", duties: ["admin", "compliance"] }, "done"],
  ] as const)("of %s: %s", async (_what, more, outcome) => {
    expect(await outcomeOf(invite({ ...more, duties: [...more.duties] }))).toBe(outcome);
  });

  it("is sent again by one administrator, which ends the former link, until the person can sign in", async () => {
    const { userId, link } = await bench.invite({});
    const again = await resendLink(bench.greta, userId);
    expect(again.invitation.link).not.toBe(link);
    expect(
      await bench.query(
        "SELECT revoked_at IS NULL AS open FROM invitation WHERE user_id = $1 ORDER BY revoked_at IS NULL",
        [userId],
      ),
    ).toEqual([{ open: false }, { open: true }]);
    const { principal } = await coordinator();
    expect(await outcomeOf(resendLink(bench.greta, principal.userId))).toBe("person.state");
    expect(await outcomeOf(withdrawInvitation(bench.greta, principal.userId, "mistake"))).toBe(
      "person.state",
    );
    expect(await withdrawInvitation(bench.greta, userId, "mistake")).toMatchObject({ state: "left" });
    const back = await agreed(askResume(bench.greta, userId, "no mistake"));
    expect(back.invitation?.link).toContain("/invitation#");
    expect(await stateOf(userId)).toBe("invited");
  });
});

describe("a suspension", () => {
  it("ends sessions and refuses the API key at the next call; two people let the person act again", async () => {
    const { principal } = await coordinator();
    const { userId } = principal;
    const { key } = await createApiKey(
      { ...bench.runtime, ...bench.greta },
      { userId, label: "import", scopes: ["read"] },
    );
    const request = () =>
      new Request("http://localhost:3000/x", { headers: { authorization: `Bearer ${key}` } });
    const refusal = async () => (await authenticate(bench.runtime, request(), {})).refusal?.code;
    expect(await refusal()).toBeUndefined();
    expect(await suspendPerson(bench.greta, userId, "laptop lost")).toMatchObject({ state: "suspended" });
    expect(await refusal()).toBe("access.inactive");
    expect(await outcomeOf(suspendPerson(bench.greta, userId, "again"))).toBe("person.state");
    expect(
      await outcomeOf(
        askDuties(bench.greta, userId, { role: "coordinator", duties: ["approve"], reason: "x" }),
      ),
    ).toBe("person.state");
    const answer = await agreed(askResume(bench.greta, userId, "laptop found"));
    expect(answer.invitation).toBeUndefined();
    expect(await refusal()).toBeUndefined();
  });

  it("never reaches the last administrator who can sign in, nor two who end each other at once", async () => {
    const other = await createAdministrationBench();
    try {
      const { greta, nils } = other;
      await other.person({ role: "admin", canSignIn: false });
      const both = await Promise.all([
        outcomeOf(suspendPerson(greta, nils.principal.userId, "x")),
        outcomeOf(suspendPerson(nils, greta.principal.userId, "x")),
      ]);
      expect(both.sort()).toEqual(["done", "person.last-administrator"]);
      const rows = await other.query(
        "SELECT id FROM app_user WHERE role = 'admin' AND state = 'active' AND id = ANY ($1)",
        [[greta.principal.userId, nils.principal.userId]],
      );
      const left = String(rows[0]?.id);
      expect(rows).toHaveLength(1);
      expect(await outcomeOf(leavePerson(greta, left, { reason: "x" }))).toBe("person.last-administrator");
      const asked = askDuties(nils, left, { role: "coordinator", duties: ["privacy"], reason: "x" });
      expect(await outcomeOf(asked)).toBe("person.last-administrator");
    } finally {
      await other.close();
    }
  });
});

describe("a leave", () => {
  it("ends factors, keys and what the person asked for, and keeps the record", async () => {
    const leaver = await bench.person({ role: "admin" });
    const { userId } = leaver.principal;
    await createApiKey({ ...bench.runtime, ...bench.greta }, { userId, label: "import", scopes: ["read"] });
    const { principal } = await coordinator();
    const asked = await askReset(leaver, principal.userId, { reason: "phone lost" });
    expect((await getPersonDetail(bench.nils, userId)).open_work.agreements).toEqual([
      { id: asked.id, kind: "reset" },
    ]);
    expect(await leavePerson(bench.greta, userId, { reason: "new job" })).toMatchObject({
      state: "left",
      ended: { api_keys: 1, agreements: 1 },
    });
    expect(await getPersonDetail(bench.greta, userId)).toMatchObject({
      ...{ factors: [], api_keys: [], duties: ["admin"], state_reason: "new job" },
    });
    expect(await outcomeOf(agreeToAgreement(bench.nils, asked.id, {}))).toBe("agreement.ended");
    expect(await outcomeOf(invite({ email: `${leaver.principal.handle}@${DOMAIN}` }))).toBe("person.mailbox");
  });

  it("that is planned can be taken back before the day is over", async () => {
    const { principal } = await coordinator();
    const { userId } = principal;
    const on = bench.clock.now().toISOString().slice(0, 10);
    await leavePerson(bench.greta, userId, { reason: "retires", on });
    expect(await leavePerson(bench.greta, userId, { reason: "stays on", on: null })).toMatchObject({
      ...{ state: "active", leaves_on: null, roster_change: null },
    });
    bench.clock.advance(48 * HOUR);
    await endLeaving({ ...bench.runtime, client: {}, requestId: "t", system: "portal" });
    expect(await stateOf(userId)).toBe("active");
  });

  it("that is planned ends the person when the day is over in UTC", async () => {
    const { principal } = await coordinator();
    const { userId } = principal;
    const on = bench.clock.now().toISOString().slice(0, 10);
    const job = { ...bench.runtime, client: {}, requestId: "t", system: "portal" };
    const yesterday = new Date(bench.clock.nowMs() - 24 * HOUR).toISOString().slice(0, 10);
    expect(await outcomeOf(leavePerson(bench.greta, userId, { reason: "x", on: yesterday }))).toBe(
      "request.invalid",
    );
    expect(await leavePerson(bench.greta, userId, { reason: "retires", on })).toMatchObject({
      state: "active",
      leaves_on: on,
    });
    expect(await endLeaving(job)).toBe(0);
    bench.clock.set(new Date(Date.parse(`${on}T00:00:00Z`) + 24 * HOUR));
    expect(await endLeaving(job)).toBe(1);
    expect(await stateOf(userId)).toBe("left");
  });

  it("that is planned keeps the last administrator, raises an alarm, and is retried once there is another", async () => {
    const other = await createAdministrationBench();
    try {
      const { greta, nils, clock, runtime } = other;
      const { userId } = greta.principal;
      const on = clock.now().toISOString().slice(0, 10);
      const job = { ...runtime, client: {}, requestId: "t", system: "portal" };
      const stateOfGreta = async () => (await getPersonDetail(nils, userId)).state;
      await leavePerson(nils, userId, { reason: "retires", on });
      await suspendPerson(greta, nils.principal.userId, "the laptop is lost");
      clock.set(new Date(Date.parse(`${on}T00:00:00Z`) + 24 * HOUR));
      expect(await endLeaving(job)).toBe(0);
      expect(await stateOfGreta()).toBe("active");
      expect(other.portal.lines.join("")).toContain('"alarm":"people.last-administrator"');
      await other.person({ role: "admin" });
      expect(await endLeaving(job)).toBe(1);
      expect(await stateOfGreta()).toBe("left");
    } finally {
      await other.close();
    }
  });
});

describe("a reset of the sign-in", () => {
  it("removes every factor, and the agreement's link sets new ones", async () => {
    const { principal } = await coordinator();
    const answer = await agreed(askReset(bench.greta, principal.userId, { reason: "phone lost" }));
    expect(answer.invitation?.link).toContain("/invitation#");
    expect(await getPersonDetail(bench.greta, principal.userId)).toMatchObject({
      ...{ factors: [], state: "invited" },
    });
    expect(await outcomeOf(askReset(bench.greta, principal.userId, { reason: "again" }))).toBe(
      "person.state",
    );
  });

  it("is refused where the person changed a factor after it was asked", async () => {
    const { principal } = await coordinator();
    const asked = await askReset(bench.greta, principal.userId, { reason: "phone lost" });
    await bench.query("ALTER TABLE credential DISABLE TRIGGER USER");
    await bench.query("UPDATE credential SET revoked_at = now() WHERE user_id = $1 AND kind = 'totp'", [
      principal.userId,
    ]);
    await bench.query("ALTER TABLE credential ENABLE TRIGGER USER");
    expect(await outcomeOf(agreeToAgreement(bench.nils, asked.id, {}))).toBe("agreement.changed");
  });
});

describe("a person's record", () => {
  it("is renamed and signed out by one administrator, each with an entry", async () => {
    const { principal } = await coordinator();
    const before = await bench.entries("user.sign-out");
    expect(await renamePerson(bench.greta, principal.userId, "Ada Berg")).toMatchObject({ name: "Ada Berg" });
    expect(await signOutPerson(bench.greta, principal.userId)).toMatchObject({ ended: { sessions: 0 } });
    expect(await bench.entries("user.sign-out")).toBe(before + 1);
  });

  it("gets another membership from two administrators, and never loses its own organisation", async () => {
    const { principal } = await coordinator();
    const asks = (...ids: string[]) =>
      askMemberships(bench.greta, principal.userId, { organisation_ids: ids, reason: "seconded" });
    expect(await outcomeOf(asks(bench.company))).toBe("request.invalid");
    await agreed(asks(bench.operator, bench.company));
    const { memberships } = await getPersonDetail(bench.greta, principal.userId);
    expect(memberships.map(({ name }) => name).sort()).toEqual(["Test company", "Test operator"]);
  });

  it("shows new duties with who gave them; role and duties change together", async () => {
    const { principal } = await coordinator();
    await agreed(
      askDuties(bench.greta, principal.userId, {
        role: "admin",
        duties: ["admin", "compliance"],
        reason: "x",
      }),
    );
    expect(await getPersonDetail(bench.greta, principal.userId)).toMatchObject({
      ...{ role: "admin", duties: ["admin", "compliance"] },
    });
  });

  it.each([
    ["an administrator who also approves", { role: "admin", duties: ["admin", "approve"] }],
    ["an administrator with legal review", { role: "admin", duties: ["admin", "legal"] }],
    ["an administrator who releases", { role: "admin", duties: ["admin", "executive"] }],
    ["administration with emergency access", { role: "coordinator", duties: ["admin", "break-glass"] }],
    ["an administrator without that duty", { role: "admin", duties: ["compliance"] }],
    ["a coordinator without a duty", { role: "coordinator", duties: [] }],
    ["an auditor with a duty", { role: "auditor", duties: ["legal"] }],
  ] as const)("never gets duties that do not go together: %s", async (_what, { role, duties }) => {
    const { principal } = await coordinator();
    const asked = askDuties(bench.greta, principal.userId, { role, duties: [...duties], reason: "x" });
    expect(await outcomeOf(asked)).toBe("person.duties");
  });
});

describe("the list of people", () => {
  it("has views with their numbers, finds by name, and marks who needs attention", async () => {
    const { principal } = await coordinator();
    const { items, counts } = await list();
    expect(items.find(({ id }) => id === principal.userId)).toMatchObject({ looks: ["code_only"] });
    expect(counts.left).toBe((await list({ view: "left" })).items.length);
    expect(counts.invited).toBe((await list({ view: "invited" })).items.length);
    expect((await list({ q: "%" })).items).toEqual([]);
    expect((await list({ q: principal.handle.toUpperCase() })).items.map(({ id }) => id)).toEqual([
      principal.userId,
    ]);
    bench.clock.advance(61 * 24 * HOUR);
    const old = (await list({ view: "looks", q: principal.handle })).items;
    expect(old[0]?.looks).toEqual(["code_only", "unseen"]);
  });

  it("continues from its cursor without a gap", async () => {
    const first = await listPeople(bench.greta, PeopleQuery.parse({ limit: "2" }));
    const rest = await list({ cursor: first.next_cursor ?? "" });
    expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(
      (await list()).items.map(({ id }) => id),
    );
  });
});
