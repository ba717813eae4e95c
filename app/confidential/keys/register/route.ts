import { registerKeyAlias } from "@/lib/api-client/operations/keys";
import { bind, Reply } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { registerKey } from "@/lib/keys/register/register-key";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/keys/register", [
  bind(registerKeyAlias, async (cx, { body }) => {
    const { isNew, key } = await registerKey(cx, body);
    return new Reply(isNew ? 201 : 200, key);
  }),
]);
