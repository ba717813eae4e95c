import { listAllApiKeys } from "@/lib/api-client/operations/api-keys";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { withScopes } from "@/lib/http/sign-in/with-session";
import { listAllApiKeys as list } from "@/lib/identity/api-keys/list-api-keys";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/admin/api-keys", [
  bind(listAllApiKeys, (cx, { query }) => withScopes(cx, (scoped) => list(scoped, query))),
]);
