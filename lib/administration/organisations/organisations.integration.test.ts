import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { agreeToAgreement } from "@/lib/administration/agreements/decide-agreement";
import {
  askAgencyRecord,
  changeOrganisation,
  createNewOrganisation,
  etagOfOrganisation,
  getOrganisation,
} from "@/lib/administration/organisations/organisations";
import {
  changeParticipant,
  createNewParticipant,
  getParticipant,
  listParticipants,
} from "@/lib/administration/participants/participants";
import { NewParticipant } from "@/lib/administration/participants/schema";
import { inSnapshot } from "@/lib/db/transaction";
import { findHolder } from "@/lib/identity/people/holders-store";
import { etagOfAgency, getAgencyRecord } from "@/lib/organisations/agency/agency-record";
import {
  type AdministrationBench,
  createAdministrationBench,
  DOMAIN,
} from "@/lib/testing/benches/administration-bench";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";

let bench: AdministrationBench;
beforeAll(async () => {
  bench = await createAdministrationBench();
});
afterAll(() => bench?.close());

const NUMBER = { number: "+49 30 222222", source: "the agency's own site" };
const agency = (domain: string) => ({
  ...{
    kind: "agency" as const,
    name: `Market Office ${domain}`,
    legal_name: "Office for Markets",
    zone: "Europe/Berlin",
  },
  ...{ email_domains: [domain], contacts: [NUMBER], reason: "supervises the market" },
  people: [{ name: "Ruth Adler", email: `ruth@${domain}` }],
});
const isActive = async (userId: string) =>
  (await inSnapshot(bench.greta, (tx) => findHolder(tx, bench.runtime.instance.tenantId, userId)))?.isActive;

describe("an organisation", () => {
  it("of the kind company is made by one administrator, an agency by two", async () => {
    const company = { kind: "company" as const, name: "Alder Ltd", zone: "UTC" };
    const made = await createNewOrganisation(bench.greta, company);
    expect(made.state).toBe("created");
    expect(await getOrganisation(bench.greta, made.id)).toMatchObject({ name: "Alder Ltd", state: "active" });
    const asked = await createNewOrganisation(bench.greta, agency("office.example"));
    expect(await outcomeOf(getOrganisation(bench.greta, asked.id))).toBe("organisation.not-found");
    await agreeToAgreement(bench.nils, asked.agreement?.id ?? "", {});
    expect(await getAgencyRecord(bench.greta, asked.id)).toMatchObject({
      ...{ name: "Office for Markets", email_domains: ["office.example"], contacts: [NUMBER] },
      people: [{ name: "Ruth Adler", email: "ruth@office.example" }],
    });
  });

  it("cannot have the name of another one, in any case, when it is made or renamed", async () => {
    const taken = { code: "request.invalid", errors: [expect.objectContaining({ pointer: "/name" })] };
    const twice = { kind: "company" as const, name: "ALDER Ltd", zone: "UTC" };
    expect(await refusalOf(createNewOrganisation(bench.greta, twice))).toMatchObject(taken);
    const named = { ...agency("named.example"), name: "alder ltd" };
    expect(await refusalOf(createNewOrganisation(bench.greta, named))).toMatchObject(taken);
    const { id } = await createNewOrganisation(bench.greta, { ...twice, name: "Birch Ltd" });
    const rename = { name: "Alder ltd", reason: "typed wrong" };
    expect(await refusalOf(changeOrganisation(bench.greta, id, rename))).toMatchObject(taken);
    const own = { name: "BIRCH Ltd", reason: "typed wrong" };
    expect(await changeOrganisation(bench.greta, id, own)).toMatchObject({ name: "BIRCH Ltd" });
  });

  it("cannot have the domain of another agency, not even of one that was agreed to meanwhile", async () => {
    expect(await refusalOf(createNewOrganisation(bench.greta, agency(DOMAIN)))).toMatchObject({
      code: "organisation.domain",
      detail: `${DOMAIN} is the domain of Test agency.`,
    });
    const both = [
      await createNewOrganisation(bench.greta, agency("twice.example")),
      await createNewOrganisation(bench.greta, agency("twice.example")),
    ];
    const outcomes = [];
    for (const { agreement } of both)
      outcomes.push(await outcomeOf(agreeToAgreement(bench.nils, agreement?.id ?? "", {})));
    expect(outcomes).toEqual(["done", "organisation.domain"]);
  });

  it("gets other domains and numbers from two administrators, who compare the record of that moment", async () => {
    const body = { email_domains: [DOMAIN, "more.example"], contacts: [NUMBER], reason: "moved house" };
    const etag = etagOfAgency(await getAgencyRecord(bench.greta, bench.agency));
    expect(await outcomeOf(askAgencyRecord(bench.greta, bench.agency, body, '"other"'))).toBe(
      "request.outdated",
    );
    const asked = await askAgencyRecord(bench.greta, bench.agency, body, etag);
    expect((await getAgencyRecord(bench.greta, bench.agency)).email_domains).toEqual([DOMAIN]);
    await agreeToAgreement(bench.nils, asked.id, {});
    expect(await getAgencyRecord(bench.greta, bench.agency)).toMatchObject({ contacts: [NUMBER] });
    // The asker put the number on record, so that they cannot call it back themselves.
    const [row] = await bench.query(
      "SELECT contacts -> 0 ->> 'set_by' AS by FROM agency WHERE organisation_id = $1",
      [bench.agency],
    );
    expect(row?.by).toBe(bench.greta.principal.userId);
    expect(await outcomeOf(askAgencyRecord(bench.greta, bench.agency, body))).toBe("request.invalid");
    expect(await outcomeOf(askAgencyRecord(bench.greta, bench.company, body))).toBe("organisation.not-found");
  });

  it("that is suspended takes its people out at once; the operator's own stays, and If-Match is compared", async () => {
    const { principal } = await bench.person({
      role: "coordinator",
      duties: ["support"],
      organisationId: bench.company,
    });
    const before = await getOrganisation(bench.greta, bench.company);
    const etag = etagOfOrganisation(before);
    const suspend = { state: "suspended" as const, reason: "contract ended" };
    expect(await changeOrganisation(bench.greta, bench.company, suspend, etag)).toMatchObject({
      state: "suspended",
    });
    expect(await isActive(principal.userId)).toBe(false);
    expect(
      await outcomeOf(changeOrganisation(bench.nils, bench.company, { state: "active", reason: "x" }, etag)),
    ).toBe("request.outdated");
    expect(await outcomeOf(changeOrganisation(bench.nils, bench.operator, suspend))).toBe(
      "organisation.state",
    );
    await changeOrganisation(bench.nils, bench.company, {
      name: "Alder",
      state: "active",
      reason: "renewed",
    });
    expect(await isActive(principal.userId)).toBe(true);
    expect(
      await outcomeOf(changeOrganisation(bench.nils, bench.company, { name: "Alder", reason: "x" })),
    ).toBe("request.invalid");
  });
});

describe("a participant", () => {
  const body = (id: string, more: Partial<NewParticipant> = {}): NewParticipant => ({
    ...{ id, organisation_id: bench.company, role: "client", kind: "legal", ...more },
  });

  it("is a firm or a natural person of a company, with an id that no other has", async () => {
    const made = await createNewParticipant(bench.greta, body("client-natural", { kind: "natural" }));
    expect(made).toMatchObject({ kind: "natural", state: "active" });
    expect(await outcomeOf(createNewParticipant(bench.greta, body("client-natural")))).toBe(
      "participant.exists",
    );
    const elsewhere = body("client-other", { organisation_id: bench.agency });
    expect(await outcomeOf(createNewParticipant(bench.greta, elsewhere))).toBe("request.invalid");
    for (const id of ["ab", "-client", "client 1", "=cmd()", "clïent"])
      expect(NewParticipant.safeParse(body(id)).success, id).toBe(false);
    expect(
      (await listParticipants(bench.greta, { view: "all", q: "NATURAL", limit: 10 })).items,
    ).toMatchObject([{ id: "client-natural" }]);
  });

  it("that is suspended takes out the people who act for it, until it is active again", async () => {
    await createNewParticipant(bench.greta, body("client-stop"));
    const client = {
      role: "client" as const,
      duties: [],
      organisation_id: bench.company,
      participant_id: "client-stop",
    };
    const { userId } = await bench.invite(client);
    expect(await isActive(userId)).toBe(true);
    await changeParticipant(bench.greta, "client-stop", { state: "suspended", reason: "dispute" });
    expect(await isActive(userId)).toBe(false);
    const again = changeParticipant(bench.greta, "client-stop", { state: "suspended", reason: "dispute" });
    expect(await outcomeOf(again)).toBe("participant.state");
    await changeParticipant(bench.greta, "client-stop", { state: "active", reason: "settled" });
    expect(await isActive(userId)).toBe(true);
    expect(await outcomeOf(getParticipant(bench.greta, "client-none"))).toBe("participant.not-found");
  });
});
