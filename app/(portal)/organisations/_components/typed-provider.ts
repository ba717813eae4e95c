import type { ProviderView } from "@/lib/administration/providers/schema";

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

/** Returns the lines of a text without empty and repeated ones. */
export function linesOf(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== ""))];
}

/** Returns the settings in force as the form shows them. The secret is never shown. */
export function typedOf(provider: ProviderView): TypedProvider {
  const line = ({ value, role, duties }: ProviderView["mapping"][number]) =>
    [value, role, ...(duties.length === 0 ? [] : [duties.join(", ")])].join("; ");
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

/** Reads "group; role; duty, duty". The schema refuses a role or a duty that does not exist. */
function mappedOf(line: string) {
  const [value = "", role = "", duties = ""] = line.split(";").map((part) => part.trim());
  const listed = duties.split(",").map((duty) => duty.trim().toLowerCase());
  return { value, role: role.toLowerCase(), duties: [...new Set(listed.filter((duty) => duty !== ""))] };
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
    mapping: linesOf(typed.mapping).map(mappedOf),
    reason: typed.reason.trim(),
  };
}
