import type { ProviderView } from "@/lib/administration/providers/schema";
import { lineOfGroup, linesOf, mappedOfLine } from "@/lib/administration/typed-lines-schema";

/** The settings of a provider as administrators type them in the form. */
export interface TypedProvider {
  issuer: string;
  client: string;
  way: "client_secret" | "private_key";
  secret: string;
  domains: string;
  amr: string;
  acr: string;
  minutes: string;
  claim: string;
  mapping: string;
  reason: string;
}

export const NEW_PROVIDER: TypedProvider = {
  issuer: "",
  client: "",
  way: "client_secret",
  secret: "",
  domains: "",
  amr: "mfa",
  acr: "",
  minutes: "60",
  claim: "groups",
  mapping: "",
  reason: "",
};

/** Returns the settings in force as the form shows them. The secret is never shown. */
export function typedOf(provider: ProviderView): TypedProvider {
  const line = ({ value, ...group }: ProviderView["mapping"][number]) =>
    lineOfGroup({ name: value, ...group });
  return {
    issuer: provider.issuer,
    client: provider.client_id,
    way: provider.authentication,
    secret: "",
    domains: provider.domains.join("\n"),
    amr: provider.amr.join("\n"),
    acr: provider.acr.join("\n"),
    minutes: String(Math.ceil(provider.max_age / 60)),
    claim: provider.group_claim,
    mapping: provider.mapping.map(line).join("\n"),
    reason: "",
  };
}

/** Returns the body to send. It may be invalid, because the schema checks it before it is sent. */
export function sentOf(typed: TypedProvider) {
  const secret = typed.way === "client_secret" && typed.secret !== "" ? { client_secret: typed.secret } : {};
  return {
    issuer: typed.issuer.trim(),
    client_id: typed.client.trim(),
    authentication: typed.way,
    ...secret,
    domains: linesOf(typed.domains.toLowerCase()),
    amr: linesOf(typed.amr),
    acr: linesOf(typed.acr),
    max_age: Math.round(Number(typed.minutes) * 60),
    group_claim: typed.claim.trim(),
    mapping: linesOf(typed.mapping).map(mappedOfLine),
    reason: typed.reason.trim(),
  };
}
