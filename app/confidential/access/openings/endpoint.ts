import { prepareOpening } from "@/lib/api-client/operations/grants";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { prepareOpening as prepare } from "@/lib/transactions/open/prepare-opening";

export const endpoint = endpointAt("/confidential/access/openings", [
  bind(prepareOpening, (cx, { body }) => prepare(cx, body)),
]);
