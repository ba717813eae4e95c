import { removeAddress } from "@/lib/alerts/delivery/addresses";
import { removeAlertAddress } from "@/lib/api-client/operations/alerts";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/alert-addresses/{id}/remove", [
  bind(removeAlertAddress, (cx, { params }) => removeAddress(cx, params.id)),
]);
