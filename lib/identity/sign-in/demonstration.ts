import "server-only";
import { readFile } from "node:fs/promises";
import { Secret } from "otpauth";
import { z } from "zod";
import type { Context } from "@/lib/context/context";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { inSnapshot } from "@/lib/db/transaction";
import type { Demonstration, DemonstrationPerson } from "@/lib/identity/schema";
import type { SessionContext } from "@/lib/identity/sessions/find-session-principal";
import { type Account, findAccountByEmail } from "@/lib/identity/sign-in/credential-store";
import { isLoopbackHost } from "@/lib/identity/sign-in/site";
import { TOTP_PERIOD_SECONDS, TOTP_WINDOW, totpCode, totpStepAt } from "@/lib/identity/sign-in/totp";

export type DemonstrationContext = SessionContext &
  Pick<Context, "keystore" | "instance"> & { readonly demoFile: string | undefined };

const DemoAccount = z.looseObject({
  name: z.string(),
  email: z.string(),
  password: z.string(),
  totp_secret: z.string(),
});
const DemoFile = z.looseObject({ accounts: z.array(DemoAccount) });
type DemoAccount = z.infer<typeof DemoAccount>;

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

async function readAccounts(file: string): Promise<readonly DemoAccount[]> {
  try {
    return DemoFile.parse(JSON.parse(await readFile(file, "utf8"))).accounts;
  } catch (error) {
    // Written last, when everything works.
    if (isMissing(error)) return [];
    throw error;
  }
}

/**
 * Returns the first code that is still valid. After a used code comes the next one, which the window already accepts.
 * Null while that one is too far ahead, or if the person now has another authenticator.
 */
function nextCode(cx: DemonstrationContext, account: Account, demo: DemoAccount): string | null {
  const { totp, holder } = account;
  if (totp === undefined) return null;
  const secret = Secret.fromBase32(demo.totp_secret).bytes;
  if (!equalConstantTime(secret, cx.keystore.openSecret(`totp:${holder.userId}`, totp.sealed))) return null;
  const now = totpStepAt(cx.clock.now());
  const step = Math.max(now, (totp.lastStep ?? 0) + 1);
  return step > now + TOTP_WINDOW ? null : totpCode(secret, step);
}

function toPerson(cx: DemonstrationContext, account: Account, demo: DemoAccount): DemonstrationPerson {
  const { handle, name, role, duties } = account.holder;
  return {
    handle,
    name,
    role,
    duties: [...duties],
    email: demo.email,
    password: demo.password,
    takes: account.totp !== undefined ? "code" : account.passkeys.length > 0 ? "passkey" : "password",
    code: nextCode(cx, account, demo),
  };
}

function isLoopbackAddress(address: string): boolean {
  try {
    return isLoopbackHost(new URL(address).hostname);
  } catch {
    return false;
  }
}

/**
 * Returns the demonstration people with their sign-in data. Returns undefined unless all of these are true. This is an
 * evaluation with demonstration people. It listens only on this machine. Its own address is of this machine; otherwise
 * a proxy would publish them. The request names a loopback host, because another name may have been pointed at this
 * machine.
 */
export async function readDemonstration(
  cx: DemonstrationContext,
  host: string | null,
): Promise<Demonstration | undefined> {
  const isHere = cx.site.isLoopback && isLoopbackAddress(cx.site.origin);
  if (!cx.instance.evaluation || !isHere || host === null || !isLoopbackAddress(`http://${host}`))
    return undefined;
  if (cx.demoFile === undefined) return undefined;
  const accounts = await readAccounts(cx.demoFile);
  if (accounts.length === 0) return undefined;
  const people = await inSnapshot(cx, async (tx) => {
    const found: DemonstrationPerson[] = [];
    for (const demo of accounts) {
      const account = await findAccountByEmail(tx, cx.instance.tenantId, demo.email);
      if (account?.holder.isActive === true) found.push(toPerson(cx, account, demo));
    }
    return found;
  });
  const changesAt = (totpStepAt(cx.clock.now()) + 1) * TOTP_PERIOD_SECONDS * 1000;
  return { people, changes_at: new Date(changesAt).toISOString(), now: cx.clock.now().toISOString() };
}
