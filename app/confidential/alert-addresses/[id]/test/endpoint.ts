import { testAddress } from "@/lib/alerts/delivery/addresses";
import { testAlertAddress } from "@/lib/api-client/operations/alerts";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/alert-addresses/{id}/test", [
  bind(testAlertAddress, (cx, { params }) => testAddress(cx, params.id)),
]);
