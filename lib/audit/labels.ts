/**
 * Every action of the log, with the key of its wording in the namespace `actions`: a label, and a sentence for what
 * was done. An action that is not here is shown by its own name.
 */
export const ACTION_KEYS = {
  "access.logs": "access_logs",
  "account.read": "account_read",
  "api_key.create": "api_key_create",
  "audit.checkpoint": "audit_checkpoint",
  "audit.export": "audit_export",
  "audit.exports": "audit_exports",
  "audit.keys": "audit_keys",
  "audit.proof": "audit_proof",
  "audit.read": "audit_read",
  "audit.verifications": "audit_verifications",
  "audit.verify": "audit_verify",
  "authorization.attach": "authorization_attach",
  "credential.change": "credential_change",
  "credential.create": "credential_create",
  "credential.renew": "credential_renew",
  "credential.revoke": "credential_revoke",
  "disclosure.copy": "disclosure_copy",
  "disclosure.open": "disclosure_open",
  "disclosure.prepare": "disclosure_prepare",
  "dispute.end": "dispute_end",
  "dispute.note": "dispute_note",
  "dispute.open": "dispute_open",
  "dispute.prepare-statement": "dispute_prepare_statement",
  "dispute.read": "dispute_read",
  "dispute.resolve": "dispute_resolve",
  "dispute.take": "dispute_take",
  "document.read": "document_read",
  "duty.grant": "duty_grant",
  "escrow.epoch": "escrow_epoch",
  "grant.create": "grant_create",
  "grant.end": "grant_end",
  "grant.read": "grant_read",
  "grant.revoke": "grant_revoke",
  "identity.authenticate": "identity_authenticate",
  "identity.check": "identity_check",
  "identity.rate_limit": "identity_rate_limit",
  "key.read": "key_read",
  "key.register": "key_register",
  "organisation.create": "organisation_create",
  "participant.create": "participant_create",
  "request.activate": "request_activate",
  "request.change": "request_change",
  "request.comment": "request_comment",
  "request.create": "request_create",
  "request.decide": "request_decide",
  "request.prepare-statement": "request_prepare_statement",
  "request.read": "request_read",
  "request.review": "request_review",
  "request.submit": "request_submit",
  "request.withdraw": "request_withdraw",
  "roster.agree": "roster_agree",
  "roster.ask": "roster_ask",
  "roster.change": "roster_change",
  "roster.read": "roster_read",
  "roster.refuse": "roster_refuse",
  "roster.supersede": "roster_supersede",
  "roster.withdraw": "roster_withdraw",
  "session.create": "session_create",
  "session.end": "session_end",
  "session.step_up": "session_step_up",
  "system.events": "system_events",
  "system.home": "system_home",
  "system.status": "system_status",
  "tenant.create": "tenant_create",
  "transaction.create": "transaction_create",
  "transaction.envelopes": "transaction_envelopes",
  "transaction.read": "transaction_read",
  "transaction.status": "transaction_status",
  "user.create": "user_create",
  "user.deactivate": "user_deactivate",
} as const;

export type Action = keyof typeof ACTION_KEYS;
export type ActionKey = (typeof ACTION_KEYS)[Action];

function isAction(action: string): action is Action {
  return Object.hasOwn(ACTION_KEYS, action);
}

/** Key of an action's wording; undefined for one that has none. */
export function actionKey(action: string): ActionKey | undefined {
  return isAction(action) ? ACTION_KEYS[action] : undefined;
}
