import { listAllApiKeys } from "@/lib/api-client/operations/api-keys";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withScopes } from "@/lib/http/sign-in/with-session";
import { listAllApiKeys as list } from "@/lib/identity/api-keys/list-api-keys";

export const endpoint = endpointAt("/confidential/admin/api-keys", [
  bind(listAllApiKeys, (cx, { query }) => withScopes(cx, (scoped) => list(scoped, query))),
]);
