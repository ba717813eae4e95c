import { removePasskey } from "@/lib/api-client/operations/account";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withSession } from "@/lib/http/sign-in/with-session";
import { removePasskey as remove } from "@/lib/identity/account/remove-factor";

export const endpoint = endpointAt("/confidential/account/passkeys/{id}/remove", [
  bind(removePasskey, (cx, { params }) => withSession(cx, (own) => remove(own, params.id))),
]);
