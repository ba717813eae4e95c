import "server-only";
import { z } from "zod";
import { agreeToAgreement } from "@/lib/administration/agreements/decide-agreement";
import { askProvider } from "@/lib/administration/providers/ask-provider";
import type { ProviderChange } from "@/lib/administration/providers/schema";
import { answerSignIn } from "@/lib/http/sign-in/sign-in-endpoint";
import { useRuntime } from "@/lib/runtime/slot";
import {
  type AdministrationBench,
  createAdministrationBench,
  DOMAIN,
} from "@/lib/testing/benches/administration-bench";
import { TestBrowser } from "@/lib/testing/instance/sign-in";
import {
  clientOf,
  ProviderBrowser,
  startIdentityProvider,
  type TestIdentityProvider,
} from "@/lib/testing/servers/identity-provider";
import type { Duty, Role } from "@/lib/vocabulary";

const ORIGIN = "http://localhost:3000";
export const REDIRECT = `${ORIGIN}/sign-in/return`;
const Url = z.object({ url: z.string() });

/** A browser of the portal that also goes to the identity provider. */
export class OidcBrowser extends TestBrowser {
  readonly provider = new ProviderBrowser();

  /** Makes a call without a CSRF token, as the page does when it leaves. */
  async leave(path: string, body: Record<string, unknown>): Promise<Response> {
    const headers = { ...this.headers(), origin: ORIGIN, "content-type": "application/json" };
    const request = new Request(`${ORIGIN}/api/auth/${path}`, {
      ...{ method: "POST", headers: { ...headers, "sec-fetch-site": "same-origin" } },
      body: JSON.stringify(body),
    });
    return this.keep(await answerSignIn(request, path));
  }

  /** Leaves for the provider and returns what it sends back with the browser. */
  async visit(path: string, body: Record<string, unknown>) {
    return this.provider.visit(Url.parse(await (await this.leave(path, body)).json()).url);
  }

  /** Signs in by the domain of the address. */
  async signInAt(email: string): Promise<Response> {
    return this.post("callback/organisation", { returned: await this.visit("organisation", { email }) });
  }

  /** Accepts an invitation at the provider. */
  async accept(link: string): Promise<Response> {
    const returned = await this.visit("invitation/organisation", { token: tokenOf(link) });
    return this.post("callback/invitation/organisation", { returned });
  }
}

/** Returns the token of an invitation's link. */
export const tokenOf = (link: string): string => link.slice(link.indexOf("#") + 1);

export const PROVIDER_SETTINGS = {
  client_id: "sealport",
  authentication: "client_secret" as const,
  client_secret: "a secret of sealport at its provider",
  domains: [DOMAIN],
  amr: ["otp"],
  acr: ["urn:test:two-factor"],
  max_age: 3600,
  group_claim: "groups",
  mapping: [
    { value: "officers", role: "regulator" as const, duties: [] },
    { value: "auditors", role: "auditor" as const, duties: [] },
  ],
  reason: "people sign in at home",
};

/** The bench of administrators with an agency that signs in at a real identity provider. */
export interface ProviderBench extends AdministrationBench {
  readonly idp: TestIdentityProvider;
  /** Connects the agency's provider, by two administrators. */
  connect(change?: Partial<ProviderChange>, organisationId?: string): Promise<void>;
  /** Invites an officer of the agency who is in the provider's directory as `sub`. */
  officer(
    sub: string,
    more?: { email?: string; role?: Role; duties?: Duty[]; organisation_id?: string },
  ): Promise<{ readonly userId: string; readonly link: string; readonly email: string }>;
  /** Reads an officer's newest session. */
  session(userId: string): Promise<Record<string, unknown> | undefined>;
  /** Sets the clock of the portal to that of the provider. */
  tick(): void;
}

/** Opens the bench; `close` when the tests are over. */
export async function createProviderBench(): Promise<ProviderBench> {
  const bench = await createAdministrationBench();
  useRuntime(bench.runtime);
  const idp = await startIdentityProvider(clientOf(REDIRECT));
  const connect = async (change: Partial<ProviderChange> = {}, organisationId = bench.agency) => {
    const asked = await askProvider(bench.greta, organisationId, {
      ...{ ...PROVIDER_SETTINGS, issuer: idp.issuer },
      ...change,
    });
    await agreeToAgreement(bench.nils, asked.id, {});
  };
  const officer: ProviderBench["officer"] = async (sub, { email = `${sub}@${DOMAIN}`, ...more } = {}) => {
    idp.people.set(sub, { email, email_verified: true, groups: ["officers"] });
    const invited = await bench.invite({
      ...{ name: `Officer ${sub}`, email, organisation_id: bench.agency, role: "regulator", duties: [] },
      ...more,
    });
    return { ...invited, email };
  };
  const session = async (userId: string) =>
    (
      await bench.query("SELECT * FROM auth_session WHERE user_id = $1 ORDER BY created_at DESC LIMIT 1", [
        userId,
      ])
    )[0];
  // The provider has the system's clock; the portal's is moved by the tests.
  const tick = () => bench.clock.advance(Date.now() - bench.clock.nowMs());
  const close = async () => {
    await idp.close();
    await bench.close();
  };
  return { ...bench, idp, connect, officer, session, tick, close };
}
