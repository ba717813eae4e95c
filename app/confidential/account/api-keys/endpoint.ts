import { createApiKey, listApiKeys } from "@/lib/api-client/operations/api-keys";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withKeySecret, withScopes } from "@/lib/http/sign-in/with-session";
import { listOwnApiKeys } from "@/lib/identity/api-keys/list-api-keys";
import { makeApiKey } from "@/lib/identity/api-keys/make-api-key";

export const endpoint = endpointAt("/confidential/account/api-keys", [
  bind(listApiKeys, (cx, { query }) => withScopes(cx, (scoped) => listOwnApiKeys(scoped, query))),
  bind(createApiKey, (cx, { body }) => withKeySecret(cx, (own) => makeApiKey(own, body))),
]);
