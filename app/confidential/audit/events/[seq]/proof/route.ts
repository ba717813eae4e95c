import { getAuditProof } from "@/lib/api-client/operations/audit";
import { getProof } from "@/lib/audit/get-proof";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";
import { textReply } from "@/lib/http/text-reply";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/audit/events/{seq}/proof",
  [
    bind(getAuditProof, async (cx, { params, query }) =>
      textReply(await getProof(cx, params.seq, query.log), `${params.seq}.tlog-proof`),
    ),
  ],
);
