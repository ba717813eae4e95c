import { makeScimToken } from "@/lib/administration/provisioning/tokens";
import { createScimToken } from "@/lib/api-client/operations/administration/provisioning";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { getRuntime } from "@/lib/runtime/slot";

export const endpoint = endpointAt("/confidential/admin/organisations/{id}/provisioning/tokens", [
  bind(createScimToken, async (cx, { params, body }) => {
    const { apiKeySecret } = await getRuntime();
    return makeScimToken({ ...cx, apiKeySecret }, params.id, body);
  }),
]);
