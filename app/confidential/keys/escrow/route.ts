import { listEscrowEpochs } from "@/lib/api-client/operations/keys";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { listEscrowEpochs as listEpochs } from "@/lib/keys/escrow-epochs/list-escrow-epochs";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/keys/escrow", [
  bind(listEscrowEpochs, (cx) => listEpochs(cx)),
]);
