import { z } from "zod";
import { operation } from "@/lib/api-client/operation";
import type { Clock } from "@/lib/clock";
import { randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { answerSignIn } from "@/lib/http/sign-in/sign-in-endpoint";
import { createOrganisation } from "@/lib/identity/people/create-organisation";
import { createParticipant } from "@/lib/identity/people/create-participant";
import { createUser } from "@/lib/identity/people/create-user";
import { totpCode, totpStepAt } from "@/lib/identity/sign-in/totp";
import type { Runtime } from "@/lib/runtime/slot";
import type { Duty, Role } from "@/lib/vocabulary";

/** A person who can sign in, with their secrets. */
export interface TestAccount {
  readonly userId: string;
  readonly email: string;
  readonly password: string;
  readonly totpSecret: Uint8Array;
}

const PASSWORD = "four words hard to guess";

/** Makes a person; `factors` says whether TOTP is enrolled. */
export async function createAccount(
  runtime: Runtime,
  role: Role,
  options: { readonly duties?: readonly Duty[]; readonly hasTotp?: boolean } = {},
): Promise<TestAccount> {
  const cx = { ...runtime, client: {}, requestId: "test", system: "test" };
  const { id: organisationId } = await createOrganisation(cx, { name: role, kind: "company" });
  const handle = uuidv7(Date.now());
  await createParticipant(cx, { id: handle, organisationId, role, kind: "legal" });
  const totpSecret = randomBytes(20);
  const seal = (context: string, secret: Uint8Array) => runtime.keystore.sealSecret(context, secret);
  const { id: userId } = await createUser(cx, {
    handle,
    name: "Test Person",
    email: `${handle}@example.org`,
    role,
    organisationId,
    participantId: handle,
    duties: options.duties ?? [],
    password: PASSWORD,
    ...((options.hasTotp ?? true) ? { totp: { secret: totpSecret, seal } } : {}),
  });
  return { userId, email: `${handle}@example.org`, password: PASSWORD, totpSecret };
}

/** Returns the code an authenticator shows now, or this many steps later. */
export function codeOf(account: TestAccount, clock: Clock, later = 0): string {
  return totpCode(account.totpSecret, totpStepAt(clock.now()) + later);
}

const ORIGIN = "http://localhost:3000";
const Csrf = z.object({ csrf_token: z.string() });

/** A browser with a cookie jar, at one address. */
export class TestBrowser {
  readonly jar = new Map<string, string>();

  constructor(readonly address = "198.51.100.7") {}

  headers(): Record<string, string> {
    const cookie = [...this.jar].map(([name, value]) => `${name}=${value}`).join("; ");
    return {
      ...(cookie === "" ? {} : { cookie }),
      "x-forwarded-for": this.address,
      "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36",
    };
  }

  keep(response: Response): Response {
    for (const line of response.headers.getSetCookie()) {
      const [name = "", value = ""] = line.split(";", 1)[0]?.split("=") ?? [];
      if (value === "" || /max-age=0/i.test(line)) this.jar.delete(name);
      else this.jar.set(name, value);
    }
    return response;
  }

  async get(path: string): Promise<Response> {
    const request = new Request(`${ORIGIN}/api/auth/${path}`, { headers: this.headers() });
    return this.keep(await answerSignIn(request, path));
  }

  async post(
    path: string,
    body: Record<string, unknown>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const { csrf_token } = Csrf.parse(await (await this.get("csrf")).json());
    const request = new Request(`${ORIGIN}/api/auth/${path}`, {
      method: "POST",
      headers: {
        ...this.headers(),
        origin: ORIGIN,
        "sec-fetch-site": "same-origin",
        "content-type": "application/json",
        ...headers,
      },
      body: JSON.stringify({ csrf_token, ...body }),
    });
    return this.keep(await answerSignIn(request, path));
  }

  /** Signs in by password and the current code. */
  signIn(account: TestAccount, clock: Clock, later = 0): Promise<Response> {
    const { email, password } = account;
    return this.post("callback/password", { email, password, code: codeOf(account, clock, later) });
  }
}

/** A call that needs any credential, for tests of who the caller is. */
export const whoAmI = operation({
  id: "whoAmI",
  method: "GET",
  path: "/confidential/whoami",
  summary: "test",
  scopes: "any",
  roles: "any",
  response: { status: 200, schema: z.object({ handle: z.string(), proof: z.unknown() }) },
  rate: "reads",
  action: "system.status",
});
