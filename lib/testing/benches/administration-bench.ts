import "server-only";
import { agreeToAgreement } from "@/lib/administration/agreements/decide-agreement";
import type { AdministrationContext } from "@/lib/administration/agreements/kind";
import { invitePerson } from "@/lib/administration/people/invite-person";
import type { NewPerson } from "@/lib/administration/people/schema";
import { fixedClock } from "@/lib/clock";
import { randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { createOrganisation } from "@/lib/identity/people/create-organisation";
import { createUser } from "@/lib/identity/people/create-user";
import type { Runtime } from "@/lib/runtime/slot";
import { createPortalBench, type PortalBench } from "@/lib/testing/benches/portal-bench";
import { queryAs } from "@/lib/testing/benches/query-as";
import type { Duty, Role } from "@/lib/vocabulary";

const PASSWORD = "four words nobody guesses";

export interface BenchPerson {
  readonly role: Role;
  readonly duties?: readonly Duty[];
  readonly organisationId?: string;
  readonly email?: string;
  /** Whether a password and an authenticator are enrolled. */
  readonly canSignIn?: boolean;
}

/** A portal with an operator, an agency, a company, and two administrators who can sign in. */
export interface AdministrationBench {
  readonly portal: PortalBench;
  readonly runtime: Runtime;
  readonly clock: ReturnType<typeof fixedClock>;
  readonly operator: string;
  readonly agency: string;
  readonly company: string;
  readonly greta: AdministrationContext;
  readonly nils: AdministrationContext;
  person(options: BenchPerson): Promise<AdministrationContext>;
  /** Invites a person, and has the second administrator agree where one is needed. Returns the user's id and link. */
  invite(body: Partial<NewPerson>): Promise<{ readonly userId: string; readonly link: string }>;
  query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** How many entries of this action the log has. */
  entries(action: string): Promise<number>;
  close(): Promise<void>;
}

export const DOMAIN = "authority.example";
let made = 0;

/** Opens the bench with the clock at this moment; `close` when the tests are over. */
export async function createAdministrationBench(): Promise<AdministrationBench> {
  const clock = fixedClock(new Date());
  const portal = await createPortalBench({ sign_in: 1_000, writes: 10_000, reads: 10_000 });
  const runtime: Runtime = { ...portal.runtime, clock };
  const system = { ...runtime, client: {}, requestId: "test", system: "test" };
  const organisation = async (kind: "operator" | "agency" | "company") =>
    (await createOrganisation(system, { name: `Test ${kind}`, kind, emailDomains: [DOMAIN] })).id;
  const [operator, agency, company] = [
    await organisation("operator"),
    await organisation("agency"),
    await organisation("company"),
  ];
  const person = async (options: BenchPerson): Promise<AdministrationContext> => {
    made += 1;
    const { role, duties = role === "admin" ? ["admin"] : [], organisationId = operator } = options;
    const handle = `${role}-bench-${made}`;
    const seal = (context: string, secret: Uint8Array) => runtime.keystore.sealSecret(context, secret);
    const factors = { password: PASSWORD, totp: { secret: randomBytes(20), seal } };
    const { id: userId, pseudonym } = await createUser(system, {
      ...{ handle, name: `Person ${made}`, email: options.email ?? `${handle}@${DOMAIN}`, role, duties },
      organisationId,
      ...(options.canSignIn === false ? {} : factors),
    });
    const proof = { kind: "api-key" as const, keyId: uuidv7(clock.nowMs()), prefix: "test", signed: false };
    const { tenantId } = runtime.instance;
    const who = { userId, handle, name: `Person ${made}`, pseudonym, tenantId, organisationId };
    const principal = { ...who, role, duties, scopes: [], proof };
    return { ...runtime, client: {}, requestId: uuidv7(clock.nowMs()), principal };
  };
  const [greta, nils] = [await person({ role: "admin" }), await person({ role: "admin" })];
  const invite = async (body: Partial<NewPerson>) => {
    made += 1;
    const asked = await invitePerson(greta, {
      ...{ name: "Elif Kaya", email: `elif-${made}@${DOMAIN}`, organisation_id: operator },
      ...{ role: "coordinator" as const, duties: ["legal" as const], reason: "joins the team" },
      ...body,
    });
    const { agreement, user_id: userId } = asked;
    const answer = agreement === null ? asked : await agreeToAgreement(nils, agreement.id, {});
    return { userId, link: answer.invitation?.link ?? "" };
  };
  const query = (text: string, values?: readonly unknown[]) =>
    queryAs(portal.audit.database.adminUrl, text, values);
  const entries = async (action: string) =>
    Number((await query("SELECT count(*)::int AS n FROM audit_index WHERE action = $1", [action]))[0]?.n);
  const more = { operator, agency, company, greta, nils, person, invite, query, entries };
  return { portal, runtime, clock, ...more, close: () => portal.close() };
}
