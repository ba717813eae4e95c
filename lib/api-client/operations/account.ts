import { operation } from "@/lib/api-client/operation";
import {
  AccountView,
  CeremonyOptions,
  Ended,
  Enrolled,
  NewPasskey,
  Nothing,
  PasskeyPath,
  PasskeyView,
  PasswordChange,
  RecoveryCodes,
  Removed,
  SessionPath,
  SteppedUp,
  StepUpOptions,
  StepUpProof,
  TotpConfirmation,
  TotpSetUp,
} from "@/lib/identity/account/schema";

// A person's own account: for signed-in people only, a key gets 403.
const own = { scopes: "any", roles: "any", sessionOnly: true } as const;
const change = { ...own, method: "POST", rate: "writes" } as const;

export const getAccount = operation({
  ...own,
  id: "getAccount",
  method: "GET",
  path: "/confidential/account",
  summary: "The caller's account: factors, passkeys, sessions.",
  response: { status: 200, schema: AccountView },
  rate: "reads",
  action: "account.read",
});

export const signOut = operation({
  ...change,
  id: "signOut",
  path: "/confidential/account/sign-out",
  summary: "End the caller's session.",
  body: Nothing,
  response: { status: 200, schema: Ended },
  action: "session.end",
});

export const endSession = operation({
  ...change,
  id: "endSession",
  path: "/confidential/account/sessions/{id}/end",
  summary: "End one of the caller's sessions.",
  params: SessionPath,
  body: Nothing,
  response: { status: 200, schema: Ended },
  action: "session.end",
});

export const endOtherSessions = operation({
  ...change,
  id: "endOtherSessions",
  path: "/confidential/account/sessions/end-others",
  summary: "End all other sessions of the caller.",
  body: Nothing,
  response: { status: 200, schema: Ended },
  action: "session.end",
});

export const startPasskey = operation({
  ...change,
  id: "startPasskey",
  path: "/confidential/account/passkeys/options",
  summary: "Options for a new passkey, valid for five minutes.",
  body: Nothing,
  response: { status: 200, schema: CeremonyOptions },
  action: "credential.create",
});

export const registerPasskey = operation({
  ...change,
  id: "registerPasskey",
  path: "/confidential/account/passkeys",
  summary: "Register the passkey that answered the options.",
  body: NewPasskey,
  response: { status: 201, schema: PasskeyView },
  action: "credential.create",
});

export const removePasskey = operation({
  ...change,
  id: "removePasskey",
  path: "/confidential/account/passkeys/{id}/remove",
  summary: "Remove a passkey and end the caller's other sessions.",
  params: PasskeyPath,
  body: Nothing,
  response: { status: 200, schema: Removed },
  action: "credential.revoke",
});

export const startTotp = operation({
  ...change,
  id: "startTotp",
  path: "/confidential/account/totp",
  summary: "A new authenticator secret, which counts once it is confirmed.",
  body: Nothing,
  response: { status: 200, schema: TotpSetUp },
  action: "credential.create",
});

export const confirmTotp = operation({
  ...change,
  id: "confirmTotp",
  path: "/confidential/account/totp/confirm",
  summary: "Confirm the new authenticator with one of its codes.",
  body: TotpConfirmation,
  response: { status: 200, schema: Enrolled },
  rate: "sign_in",
  action: "credential.create",
});

export const removeTotp = operation({
  ...change,
  id: "removeTotp",
  path: "/confidential/account/totp/remove",
  summary: "Remove the authenticator and end the caller's other sessions.",
  body: Nothing,
  response: { status: 200, schema: Removed },
  action: "credential.revoke",
});

export const renewRecoveryCodes = operation({
  ...change,
  id: "renewRecoveryCodes",
  path: "/confidential/account/recovery-codes",
  summary: "Ten new recovery codes, shown once; older ones end.",
  body: Nothing,
  response: { status: 200, schema: RecoveryCodes },
  action: "credential.renew",
});

export const changePassword = operation({
  ...change,
  id: "changePassword",
  path: "/confidential/account/password",
  summary: "Change the password and end the caller's other sessions.",
  body: PasswordChange,
  response: { status: 200, schema: Enrolled },
  rate: "sign_in",
  action: "credential.change",
});

export const startStepUp = operation({
  ...change,
  id: "startStepUp",
  path: "/confidential/account/step-up/options",
  summary: "Which proofs the caller can give, and a challenge for passkeys.",
  body: Nothing,
  response: { status: 200, schema: StepUpOptions },
  action: "session.step_up",
});

export const stepUp = operation({
  ...change,
  id: "stepUp",
  path: "/confidential/account/step-up",
  summary: "Prove one's identity again, with a code, a passkey or, without a second factor, the password.",
  body: StepUpProof,
  response: { status: 200, schema: SteppedUp },
  rate: "sign_in",
  action: "session.step_up",
});
