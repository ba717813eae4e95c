import { AgreementAnswer } from "@/lib/administration/agreements/schema";
import {
  Disconnect,
  Disconnected,
  OrganisationSignIn,
  ProviderChange,
  ProviderTest,
  TestReturn,
  TestSignIn,
} from "@/lib/administration/providers/schema";
import { operation } from "@/lib/api-client/operation";
import { Nothing } from "@/lib/identity/account/schema";
import { Departed } from "@/lib/identity/providers/schema";
import { OrganisationPath } from "@/lib/organisations/schema";

const PROVIDER = "/confidential/admin/organisations/{id}/provider";
const admin = { scopes: ["admin"], roles: ["admin"], params: OrganisationPath } as const;
const change = { ...admin, duties: ["admin"], method: "POST", rate: "writes" } as const;

export const getOrganisationSignIn = operation({
  ...admin,
  id: "getOrganisationSignIn",
  method: "GET",
  path: PROVIDER,
  summary: "The identity provider of an organisation, for administrators.",
  response: { status: 200, schema: OrganisationSignIn },
  rate: "reads",
  action: "organisation.read",
});

export const setProvider = operation({
  ...change,
  id: "setProvider",
  method: "PUT",
  path: PROVIDER,
  summary:
    "Ask that an organisation's people sign in at this identity provider; a second administrator agrees.",
  body: ProviderChange,
  response: { status: 202, schema: AgreementAnswer },
  action: "agreement.ask",
  stepUp: true,
});

export const disconnectProvider = operation({
  ...change,
  id: "disconnectProvider",
  path: `${PROVIDER}/disconnect`,
  summary: "Disconnect an identity provider at once. Sessions that began there end.",
  body: Disconnect,
  response: { status: 200, schema: Disconnected },
  action: "provider.disconnect",
  stepUp: true,
});

export const testProvider = operation({
  ...change,
  id: "testProvider",
  path: `${PROVIDER}/test`,
  summary: "Read an identity provider's configuration and keys.",
  body: Nothing,
  response: { status: 200, schema: ProviderTest },
  action: "provider.test",
});

export const startTestSignIn = operation({
  ...change,
  id: "startTestSignIn",
  path: `${PROVIDER}/test/start`,
  summary: "Where to send the browser for a test sign-in.",
  sessionOnly: true,
  body: Nothing,
  response: { status: 200, schema: Departed },
  action: "provider.test",
});

export const finishTestSignIn = operation({
  ...change,
  id: "finishTestSignIn",
  path: `${PROVIDER}/test/finish`,
  summary: "The data from a test sign-in, and whether it is sufficient. No one is signed in.",
  sessionOnly: true,
  body: TestReturn,
  response: { status: 200, schema: TestSignIn },
  action: "provider.test",
});
