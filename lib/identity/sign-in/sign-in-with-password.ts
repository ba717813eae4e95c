import "server-only";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { type Account, findAccountByEmail, holdPassword } from "@/lib/identity/sign-in/credential-store";
import { verifyPassword } from "@/lib/identity/sign-in/password";
import {
  checkSecondFactor,
  type GivenCode,
  needsSecondFactor,
  type SecondFactor,
} from "@/lib/identity/sign-in/second-factor";
import {
  openSession,
  refuseSignIn,
  refuseSuspended,
  type SignedIn,
  type SignInContext,
  type SignInFault,
} from "@/lib/identity/sign-in/sign-in";
import {
  type Attempt,
  type CodeDraw,
  drawCode,
  drawOnAddress,
  throttleGuess,
} from "@/lib/identity/sign-in/throttle-sign-in";
import { isCodePair } from "@/lib/identity/sign-in/totp";

export interface PasswordSignIn extends GivenCode, Attempt {
  readonly password: string;
}

/** A hash of the same cost that no password matches: an unknown address takes as long as a known one. */
const DUMMY_HASH = `scrypt$1$${"A".repeat(22)}$${"A".repeat(43)}`;

const PASSWORD_ALONE: SecondFactor = { method: "password", take: async () => true };

async function secondFactorOf(
  cx: SignInContext,
  account: Account,
  input: PasswordSignIn,
  draw: CodeDraw | undefined,
): Promise<SecondFactor> {
  // Without a limit on the attempts the password alone must not be enough.
  if (!needsSecondFactor(account) && canBeGuessed(input)) return PASSWORD_ALONE;
  if (draw?.mayBeChecked === false) return { fault: "slowed" };
  const factor = checkSecondFactor(cx, account, input);
  if (!("fault" in factor)) await draw?.giveBack();
  return factor;
}

/**
 * A recovery code of 60 bits and two codes in a row cannot be guessed. Attempts with them are not slowed, so their owner
 * can sign in while others try.
 */
function canBeGuessed({ code, recoveryCode }: PasswordSignIn): boolean {
  return recoveryCode === undefined && (code === undefined || !isCodePair(code));
}

function faultBefore(account: Account | undefined, isPassword: boolean): SignInFault | undefined {
  if (account === undefined) return "unknown";
  if (!isPassword) return "password";
  // A suspended person with a second factor learns of it once both are proved.
  return account.holder.isActive || needsSecondFactor(account) ? undefined : "inactive";
}

type Accepted = Exclude<SecondFactor, { readonly fault: SignInFault }>;

/**
 * Another request may have taken the same code, or changed the password, since the check. Returns the error for a suspended
 * person, whose code is taken too.
 */
function open(
  cx: SignInContext,
  account: Account,
  factor: Accepted,
): Promise<SignedIn | DomainError | { readonly fault: SignInFault }> {
  return inTransaction(cx, async (tx) => {
    if (!(await holdPassword(tx, account.holder.userId, account.passwordHash))) return { fault: "password" };
    if (!(await factor.take(tx, cx.clock.now()))) return { fault: "replayed" };
    if (!account.holder.isActive) return refuseSuspended(tx, cx, account, factor.method);
    return openSession(tx, cx, account, { method: factor.method });
  });
}

/**
 * Signs in with a password and, if the account has or needs one, a second factor. Every fault gets the same answer and
 * comparable work; the log has the reason. Throws `auth.sign-in`, and `auth.suspended` for a suspended person who proved
 * both factors.
 */
export async function signInWithPassword(cx: SignInContext, input: PasswordSignIn): Promise<SignedIn> {
  const email = input.email.trim();
  const attempt = { email, browser: input.browser };
  const isGuess = canBeGuessed(input);
  const ofAddress = isGuess ? await throttleGuess(cx, attempt) : await drawOnAddress(cx);
  const method = input.recoveryCode === undefined ? "totp" : "recovery";
  const account = await inSnapshot(cx, (tx) => findAccountByEmail(tx, cx.instance.tenantId, email));
  const isPassword = await verifyPassword(input.password, account?.passwordHash ?? DUMMY_HASH);
  const draw = isGuess && input.code !== undefined ? await drawCode(cx, attempt, isPassword) : undefined;
  const refuse = (fault: SignInFault) => {
    ofAddress.refuseWrong();
    return refuseSignIn(cx, fault, method, account);
  };
  const fault = faultBefore(account, isPassword);
  if (account === undefined || fault !== undefined) throw await refuse(fault ?? "unknown");
  const factor = await secondFactorOf(cx, account, input, draw);
  if ("fault" in factor) throw await refuse(factor.fault);
  if (!account.holder.isActive) ofAddress.refuseWrong();
  const opened = await open(cx, account, factor);
  if (opened instanceof DomainError) throw opened;
  if ("fault" in opened) throw await refuse(opened.fault);
  await ofAddress.giveBack();
  return opened;
}
