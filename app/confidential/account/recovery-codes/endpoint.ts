import { renewRecoveryCodes } from "@/lib/api-client/operations/account";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withSession } from "@/lib/http/sign-in/with-session";
import { renewRecoveryCodes as renew } from "@/lib/identity/account/renew-recovery-codes";

export const endpoint = endpointAt("/confidential/account/recovery-codes", [
  bind(renewRecoveryCodes, (cx) => withSession(cx, renew)),
]);
