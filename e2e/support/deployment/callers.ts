import { readFileSync } from "node:fs";
import { fetchBy } from "./calls";
import type { Deployment } from "./deployment";

// Callers without a browser: an identity provider, and a program that guesses passwords.

/** Calls of an identity provider by SCIM. */
export function providerCalls(site: Deployment, token: string) {
  const fetch = fetchBy({ ca: readFileSync(site.outside.certificate) });
  return async (method: string, at: string, body: object, kind: "User" | "PatchOp" = "User") => {
    const schema =
      kind === "User"
        ? "urn:ietf:params:scim:schemas:core:2.0:User"
        : "urn:ietf:params:scim:api:messages:2.0:PatchOp";
    const answer = await fetch(new URL(`/scim/v2${at}`, site.origin), {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/scim+json" },
      body: JSON.stringify({ schemas: [schema], ...body }),
    });
    return { status: answer.status, json: JSON.parse(await answer.text()) };
  };
}

/** Tries wrong sign-ins from one address of this machine, each with another account and another forged caller. */
export async function guess(site: Deployment, from: string, times: number): Promise<number[]> {
  const ca = readFileSync(site.outside.certificate);
  const statuses: number[] = [];
  const one = async (at: number) => {
    const cookies: string[] = [];
    const fetch = fetchBy({ ca, from });
    const headers = { "x-forwarded-for": `203.0.113.${at % 250}`, origin: site.origin };
    const csrf = await fetch(new URL("/api/auth/csrf", site.origin), { headers });
    for (const line of csrf.headers.getSetCookie()) cookies.push(line.split(";", 1)[0] ?? "");
    const { csrf_token } = JSON.parse(await csrf.text());
    const answer = await fetch(new URL("/api/auth/callback/password", site.origin), {
      method: "POST",
      headers: { ...headers, cookie: cookies.join("; "), "content-type": "application/json" },
      body: JSON.stringify({ csrf_token, email: `guess-${at}@harbour.example`, password: "wrong" }),
    });
    statuses.push(answer.status);
  };
  for (let at = 0; at < times; at += 4) await Promise.all(Array.from({ length: 4 }, (_, n) => one(at + n)));
  return statuses;
}
