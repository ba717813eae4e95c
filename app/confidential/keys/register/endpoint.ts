import { registerKeyAlias } from "@/lib/api-client/operations/keys";
import { bind, endpointAt, Reply } from "@/lib/http/endpoint/bind";
import { registerKey } from "@/lib/keys/register/register-key";

export const endpoint = endpointAt("/confidential/keys/register", [
  bind(registerKeyAlias, async (cx, { body }) => {
    const { isNew, key } = await registerKey(cx, body);
    return new Reply(isNew ? 201 : 200, key);
  }),
]);
