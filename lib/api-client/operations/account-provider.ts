import { operation } from "@/lib/api-client/operation";
import { Nothing, Removed } from "@/lib/identity/account/schema";
import { Departed, OwnDone, OwnReturn, OwnStart } from "@/lib/identity/providers/schema";

// A person's own sign-in at their organisation's identity provider: for signed-in people only, a key gets 403.
const change = { scopes: "any", roles: "any", sessionOnly: true, method: "POST", rate: "writes" } as const;
const PROVIDER = "/confidential/account/provider";

export const startOwnProvider = operation({
  ...change,
  id: "startOwnProvider",
  path: `${PROVIDER}/start`,
  summary: "Where to send the browser to link a sign-in, or to renew the session's proof.",
  body: OwnStart,
  response: { status: 200, schema: Departed },
  action: "session.step_up",
});

export const finishOwnProvider = operation({
  ...change,
  id: "finishOwnProvider",
  path: `${PROVIDER}/finish`,
  summary: "Accept the identity provider's answer from the browser.",
  body: OwnReturn,
  response: { status: 200, schema: OwnDone },
  action: "session.step_up",
});

export const removeOwnLink = operation({
  ...change,
  id: "removeOwnLink",
  path: `${PROVIDER}/remove`,
  summary: "Remove the link to the sign-in at the identity provider.",
  body: Nothing,
  response: { status: 200, schema: Removed },
  action: "credential.revoke",
});
