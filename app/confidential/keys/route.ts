import { listKeys, registerKey } from "@/lib/api-client/operations/keys";
import { bind, Reply } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";
import { listKeys as list } from "@/lib/keys/list-keys";
import { registerKey as register } from "@/lib/keys/register-key";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/keys", [
  bind(listKeys, async (cx, { query }) => ({ ...(await list(cx, query)), next_cursor: null })),
  bind(registerKey, async (cx, { body }) => {
    const { created, body: key } = await register(cx, body);
    return new Reply(created ? 201 : 200, key);
  }),
]);
