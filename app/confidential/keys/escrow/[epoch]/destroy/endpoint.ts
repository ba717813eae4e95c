import { destroyEscrow } from "@/lib/api-client/operations/keys";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { destroyEpoch } from "@/lib/keys/escrow-epochs/destroy-epoch";

export const endpoint = endpointAt("/confidential/keys/escrow/{epoch}/destroy", [
  bind(destroyEscrow, (cx, { params, body }) => destroyEpoch(cx, params.epoch, body)),
]);
