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

/** A password of no account, or a passkey that is no one's, which costs the portal less. */
function wrongProof(at: number): readonly ["password" | "passkey", object] {
  if (at % 25 === 0) return ["password", { email: `guess-${at}@harbour.example`, password: "wrong" }];
  const id = Buffer.from(`guess ${at}`).toString("base64url");
  const response = { clientDataJSON: id, authenticatorData: id, signature: id };
  return ["passkey", { assertion: { id, rawId: id, type: "public-key", response } }];
}

/** Tries wrong sign-ins from one address of this machine, sixteen at a time, each with another proof and another forged caller. */
export async function guess(site: Deployment, from: string, times: number): Promise<number[]> {
  const fetch = fetchBy({ ca: readFileSync(site.outside.certificate), from });
  const headersOf = (at: number) => ({ "x-forwarded-for": `203.0.113.${at % 250}`, origin: site.origin });
  const csrf = await fetch(new URL("/api/auth/csrf", site.origin), { headers: headersOf(0) });
  const cookie = csrf.headers
    .getSetCookie()
    .map((line) => line.split(";", 1)[0])
    .join("; ");
  const { csrf_token } = JSON.parse(await csrf.text());
  const statuses: number[] = [];
  const left = Array.from({ length: times }, (_, at) => at).values();
  const work = async (): Promise<void> => {
    for (const at of left) {
      const [kind, proof] = wrongProof(at);
      const answer = await fetch(new URL(`/api/auth/callback/${kind}`, site.origin), {
        method: "POST",
        headers: { ...headersOf(at), cookie, "content-type": "application/json" },
        body: JSON.stringify({ csrf_token, ...proof }),
      });
      statuses.push(answer.status);
    }
  };
  await Promise.all(Array.from({ length: 16 }, work));
  return statuses;
}
