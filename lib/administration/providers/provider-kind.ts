import { Duty, Role } from "@/lib/vocabulary";
import "server-only";
import { z } from "zod";
import { type Change, kind, type RuleContext } from "@/lib/administration/agreements/kind";
import { Facts } from "@/lib/administration/agreements/schema";
import { requireHome, requireOrganisation } from "@/lib/administration/people/rules";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { AuditContext, Context } from "@/lib/context/context";
import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { DbContext, Tx } from "@/lib/db/transaction";
import { DomainError, invalidField } from "@/lib/errors";
import { contentEtagOf } from "@/lib/etag";
import { takeTurns } from "@/lib/identity/people/one-human-store";
import { type Provider, ProviderAuthentication } from "@/lib/identity/providers/provider";
import { findProvider, findProviderOfDomain, storeProvider } from "@/lib/identity/providers/store";
import { endSessionsIn } from "@/lib/identity/sessions/end-session";
import { listSessionsOfProvider } from "@/lib/identity/sessions/store";
import { findDomainOwner } from "@/lib/organisations/agency/store";
import { findOrganisation, lockOrganisation } from "@/lib/organisations/store";

const Words = z.array(z.string());

/** A provider as an agreement keeps it: facts of text. */
const ProviderFacts = z.strictObject({
  issuer: z.string(),
  client_id: z.string(),
  authentication: ProviderAuthentication,
  /** Sealed for the organisation, base64url. */
  secret: z.string(),
  public_key: z.string().optional(),
  domains: Words,
  amr: Words,
  acr: Words,
  max_age: z.string(),
  group_claim: z.string(),
  mapping: z.array(z.strictObject({ value: z.string(), role: Role, duties: z.string() })),
});
type ProviderFacts = z.infer<typeof ProviderFacts>;

/** Returns a provider as facts. */
export function factsOf(provider: Omit<Provider, "id" | "organisationId" | "changedAt">): ProviderFacts {
  return {
    issuer: provider.issuer,
    client_id: provider.clientId,
    authentication: provider.authentication,
    secret: toBase64url(provider.sealed),
    ...(provider.publicKey === undefined ? {} : { public_key: provider.publicKey }),
    domains: [...provider.domains],
    amr: [...provider.amr],
    acr: [...provider.acr],
    max_age: String(provider.maxAge),
    group_claim: provider.groupClaim,
    mapping: provider.mapping.map(({ value, role, duties }) => ({ value, role, duties: duties.join(" ") })),
  };
}

function providerOf(facts: ProviderFacts): Omit<Provider, "id" | "organisationId" | "changedAt"> {
  const duties = (text: string) => (text === "" ? [] : text.split(" ").map((one) => Duty.parse(one)));
  return {
    issuer: facts.issuer,
    clientId: facts.client_id,
    authentication: facts.authentication,
    sealed: fromBase64url(facts.secret),
    publicKey: facts.public_key,
    domains: facts.domains,
    amr: facts.amr,
    acr: facts.acr,
    maxAge: Number(facts.max_age),
    groupClaim: facts.group_claim,
    mapping: facts.mapping.map((one) => ({ ...one, duties: duties(one.duties) })),
  };
}

async function presentFacts(tx: Tx, cx: RuleContext, id: string): Promise<Facts> {
  const provider = await findProvider(tx, cx.instance.tenantId, id);
  return provider === undefined ? {} : Facts.parse(factsOf(provider));
}

/** A domain leads to one provider, and never to another organisation than the agency that proved it. */
async function requireOwnDomains(
  tx: Tx,
  cx: RuleContext,
  id: string,
  domains: readonly string[],
): Promise<void> {
  const { tenantId } = cx.instance;
  await takeTurns(tx, `provider-domains:${tenantId}`);
  const agency = await findDomainOwner(tx, tenantId, domains, id);
  if (agency !== undefined)
    throw new DomainError("provider.domain", { detail: `${agency.domain} is the domain of ${agency.name}.` });
  for (const domain of domains) {
    const other = await findProviderOfDomain(tx, tenantId, domain);
    if (other === undefined || other.organisationId === id) continue;
    const name = (await findOrganisation(tx, tenantId, other.organisationId))?.name ?? other.organisationId;
    throw new DomainError("provider.domain", {
      detail: `People of ${name} sign in with addresses of ${domain}.`,
    });
  }
}

async function check(
  tx: Tx,
  cx: RuleContext,
  { subjectId: id, after }: Pick<Change<ProviderFacts>, "subjectId" | "after">,
): Promise<void> {
  const organisation = await requireOrganisation(tx, cx, id);
  for (const mapped of after.mapping) requireHome(mapped, organisation.kind, "/mapping");
  if (contentEtagOf(await presentFacts(tx, cx, id)) === contentEtagOf(after))
    throw invalidField("/issuer", "and all other values are already in force");
  await requireOwnDomains(tx, cx, id, after.domains);
}

/** Ends the sessions that began with a sign-in at this provider. Returns how many. */
export async function endProviderSessions(
  tx: Tx,
  cx: AuditContext & DbContext,
  providerId: string,
): Promise<number> {
  const sessions = await listSessionsOfProvider(tx, providerId);
  for (const session of sessions) await endSessionsIn(tx, cx, { ...session, reason: "provider-changed" });
  return sessions.length;
}

async function apply(
  tx: Tx,
  cx: Context,
  { subjectId: id, after, reason }: Change<ProviderFacts>,
): Promise<undefined> {
  const { tenantId } = cx.instance;
  const at = cx.clock.now();
  const before = await findProvider(tx, tenantId, id);
  const provider = providerOf(after);
  // A new id: a round trip that began under the earlier settings takes no answer.
  await storeProvider(tx, tenantId, {
    ...provider,
    ...{ id: uuidv7(at.getTime()), organisationId: id, changedAt: at },
  });
  if (before !== undefined) await endProviderSessions(tx, cx, before.id);
  const { secret: _secret, public_key: _key, ...facts } = after;
  await appendEntry(tx, cx, {
    class: "admin",
    outcome: "done",
    action: "provider.change",
    subjects: [`organisation:${id}`],
    details: { before: before?.issuer ?? null, after: facts, reason },
  });
  return undefined;
}

/** The people of an organisation sign in at its own identity provider, or at another one, or by other rules. */
export const providerOfOrganisation = kind({
  after: ProviderFacts,
  subject: "organisation",
  sealed: ["secret"],
  name: async (tx, cx, { subjectId }) =>
    (await findOrganisation(tx, cx.instance.tenantId, subjectId))?.name ?? subjectId,
  concerns: () => undefined,
  before: async (tx, cx, id) => {
    await lockOrganisation(tx, id);
    return presentFacts(tx, cx, id);
  },
  check,
  apply,
});
