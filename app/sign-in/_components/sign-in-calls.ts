import { send } from "@/components/client/api";
import { csrfToken } from "@/components/client/csrf-token";
import { answerChallenge } from "@/components/client/passkey";

export interface Typed {
  readonly email: string;
  readonly password: string;
  readonly code: string;
  readonly recovery_code: string;
}

/** Signs in by what was typed; the cookie comes with the answer. Throws CallRefused and NetworkLost. */
export async function signInByPassword(typed: Typed): Promise<void> {
  await send("POST", "/api/auth/callback/password", { body: { csrf_token: await csrfToken(), ...typed } });
}

/** Signs in by whatever passkey the person chooses. Throws PasskeyFailed too. */
export async function signInByPasskey(): Promise<void> {
  const options: unknown = await (await send("GET", "/api/auth/passkey/options")).json();
  const assertion = await answerChallenge(options);
  await send("POST", "/api/auth/callback/passkey", { body: { csrf_token: await csrfToken(), assertion } });
}
