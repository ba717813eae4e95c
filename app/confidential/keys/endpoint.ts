import { listKeys, registerKey } from "@/lib/api-client/operations/keys";
import { bind, endpointAt, Reply } from "@/lib/http/endpoint/bind";
import { listKeys as list } from "@/lib/keys/list-keys";
import { registerKey as register } from "@/lib/keys/register/register-key";

export const endpoint = endpointAt("/confidential/keys", [
  bind(listKeys, (cx, { query }) => list(cx, query)),
  bind(registerKey, async (cx, { body }) => {
    const { isNew, key } = await register(cx, body);
    return new Reply(isNew ? 201 : 200, key);
  }),
]);
