import { getAuditProof } from "@/lib/api-client/operations/audit";
import { getProof } from "@/lib/audit/reading/proofs/get-proof";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { textReply } from "@/lib/http/public/serve-public";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/audit/events/{seq}/proof",
  [
    bind(getAuditProof, async (cx, { params, query }) =>
      textReply(await getProof(cx, params.seq, query.log), `${params.seq}.tlog-proof`),
    ),
  ],
);
