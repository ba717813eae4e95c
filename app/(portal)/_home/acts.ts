import { type ActionKey, actionKey } from "@/lib/audit/labels";

/** What a person's own entries may say they did, reading left out (`listOwnEntries`); each has words on the home. */
export const ACTS = [
  "api_key_create",
  "audit_export",
  "authorization_attach",
  "credential_change",
  "credential_create",
  "credential_renew",
  "credential_revoke",
  "disclosure_copy",
  "disclosure_open",
  "disclosure_prepare",
  "dispute_end",
  "dispute_note",
  "dispute_open",
  "dispute_prepare_statement",
  "dispute_resolve",
  "dispute_take",
  "duty_grant",
  "escrow_epoch",
  "grant_create",
  "grant_end",
  "grant_revoke",
  "identity_authenticate",
  "identity_check",
  "identity_rate_limit",
  "key_register",
  "organisation_create",
  "participant_create",
  "request_activate",
  "request_change",
  "request_comment",
  "request_create",
  "request_decide",
  "request_prepare_statement",
  "request_review",
  "request_submit",
  "request_withdraw",
  "roster_agree",
  "roster_ask",
  "roster_change",
  "roster_refuse",
  "roster_supersede",
  "roster_withdraw",
  "tenant_create",
  "transaction_create",
  "transaction_envelopes",
  "transaction_status",
  "user_create",
  "user_deactivate",
] as const satisfies readonly ActionKey[];

export type Act = (typeof ACTS)[number];

/** The message key of an action of the log; undefined for one without words here. */
export function actOf(action: string): Act | undefined {
  const key = actionKey(action);
  return ACTS.find((act) => act === key);
}
