import { addAddress, listAddresses } from "@/lib/alerts/delivery/addresses";
import { addAlertAddress, listAlertAddresses } from "@/lib/api-client/operations/alerts";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { getRuntime } from "@/lib/runtime/slot";

export const endpoint = endpointAt("/confidential/alert-addresses", [
  bind(listAlertAddresses, async (cx, { query }) =>
    listAddresses(cx, query, (await getRuntime()).mailer !== undefined),
  ),
  bind(addAlertAddress, (cx, { body }) => addAddress(cx, body)),
]);
