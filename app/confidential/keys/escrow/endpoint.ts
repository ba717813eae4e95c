import { listEscrowEpochs } from "@/lib/api-client/operations/keys";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { listEscrowEpochs as listEpochs } from "@/lib/keys/escrow-epochs/list-escrow-epochs";

export const endpoint = endpointAt("/confidential/keys/escrow", [
  bind(listEscrowEpochs, (cx) => listEpochs(cx)),
]);
